// Shows /openapi.json: operations by service, search, and calls to this server.
// Everything from the document is set as text, never as markup; the token stays in this page.
"use strict";

const VERBS = ["get", "head", "post", "put", "patch", "delete"];
const DEEPEST_EXAMPLE = 4;
let doc;
let operations = [];

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolve(part) {
  if (!part || !part.$ref) return part || {};
  const found = part.$ref.slice(2).split("/").reduce((at, key) => at[key], doc);
  const { $ref, ...beside } = part;
  return { ...found, ...beside };
}

// The little Markdown that the descriptions have: paragraphs, lists, `code` and **bold**.
function prose(text) {
  return (text || "").split("\n\n").map((paragraph) => {
    const lines = paragraph.trim().split("\n");
    if (!lines[0].startsWith("- ")) return element("p", {}, ...inline(paragraph));
    return element("ul", {}, ...lines.map((line) => element("li", {}, ...inline(line.slice(2)))));
  });
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((piece) => {
    if (piece.startsWith("`")) return element("code", { textContent: piece.slice(1, -1) });
    if (piece.startsWith("**")) return element("strong", { textContent: piece.slice(2, -2) });
    return piece;
  });
}

// ---- Schemas

const isNull = (schema) => schema.type === "null";

// Without the null that every optional member of a request may be.
function plain(schema) {
  let found = resolve(schema);
  if (found.anyOf && !found.properties) {
    const rest = found.anyOf.filter((choice) => !isNull(choice));
    if (rest.length === 1) {
      const { anyOf, ...beside } = found;
      found = { ...resolve(rest[0]), ...beside };
    } else if (rest.length < found.anyOf.length) {
      found = { ...found, anyOf: rest };
    }
  }
  return found;
}

// The groups of members of which one may be given.
function choices(schema) {
  const groups = [schema, ...(schema.allOf || [])].map((part) => part.anyOf || []);
  return groups.map((group) => group.filter((branch) => branch.title && branch.properties)).filter((group) => group.length);
}

function typeName(schema) {
  const found = plain(schema);
  if (found.anyOf && !found.properties) {
    const names = found.anyOf.flatMap((choice) => resolve(choice).enum ? [] : [typeName(choice)]);
    return [...new Set(found.anyOf.some((choice) => resolve(choice).enum) ? ["enum"] : names)].join(" or ");
  }
  if (found.enum || found.const !== undefined) return "enum";
  if (found.type === "array") return `list of ${typeName(found.items)}`;
  const type = [].concat(found.type || "any").filter((one) => one !== "null").join(" or ");
  return found.contentEncoding || found.format ? `${type}, ${found.contentEncoding || found.format}` : type;
}

function values(schema) {
  const found = plain(schema);
  if (found.const !== undefined) return [found.const];
  const lists = [found, ...(found.properties ? [] : found.anyOf || []), ...(found.items ? [found.items] : [])];
  const named = lists.map((part) => plain(part).enum).find(Boolean);
  return named || [];
}

function limits(schema) {
  const found = plain(schema);
  const range = (low, high, unit) => {
    if (low === undefined && high === undefined) return null;
    return `${low ?? 0}${high === undefined ? " or more" : ` to ${high}`} ${unit}`;
  };
  return [
    range(found.minLength, found.maxLength, "characters"),
    range(found.minItems, found.maxItems, "items"),
    found.pattern && found.pattern.length < 30 ? `matches ${found.pattern}` : null,
  ].filter(Boolean).join(", ");
}

function fields(schema, above = []) {
  const found = plain(schema);
  const list = element("ul", { className: "fields" });
  for (const [name, member] of Object.entries(found.properties || {})) {
    list.append(field(name, member, (found.required || []).includes(name), above));
  }
  for (const group of choices(found)) {
    const members = element("ul", { className: "fields choice" });
    const must = group.every((branch) => (branch.required || []).length);
    members.append(element("li", { className: "faint" }, must ? "exactly one of" : "at most one of"));
    for (const branch of group) {
      members.append(field(branch.title, branch.properties[branch.title], false, above));
    }
    list.append(element("li", {}, members));
  }
  return list;
}

function field(name, schema, isNeeded, above) {
  const found = plain(schema);
  const item = element("li", {},
    element("code", { textContent: name }), " ",
    element("span", { className: "faint" }, typeName(schema)),
    isNeeded ? element("span", { className: "needed" }, " required") : null);
  const words = [found.description, limits(schema)].filter(Boolean).join(" ");
  if (words) item.append(element("p", {}, ...inline(words)));
  if (found.examples) item.append(element("p", { className: "faint" }, `for example ${JSON.stringify(found.examples[0])}`));
  const named = values(schema);
  if (named.length) item.append(element("p", { className: "faint" }, named.join(", ")));
  const inner = plain(found.items || found);
  if (inner.properties && (Object.keys(inner.properties).length || choices(inner).length)) {
    const opened = element("details", {}, element("summary", {}, "members"));
    // Made when it is opened: messages may hold themselves.
    opened.addEventListener("toggle", () => opened.childElementCount === 1 && opened.append(fields(inner, above)));
    item.append(opened);
  }
  return item;
}

// A body that would be accepted: what is required, and the examples of the contract.
function example(schema, depth = 0) {
  const found = plain(schema);
  if (found.examples) return found.examples[0];
  const named = values(schema);
  if (found.type !== "array" && named.length) return named[Math.min(1, named.length - 1)];
  if (found.type === "array") return depth < DEEPEST_EXAMPLE && found.minItems ? [example(found.items, depth + 1)] : [];
  if (found.properties || found.type === "object") {
    const made = {};
    if (depth > DEEPEST_EXAMPLE) return made;
    for (const [name, member] of Object.entries(found.properties || {})) {
      const isNeeded = (found.required || []).includes(name);
      if (isNeeded || plain(member).examples) made[name] = example(member, depth + 1);
    }
    for (const group of choices(found)) {
      const branch = group[0];
      if ((branch.required || []).length) made[branch.title] = example(branch.properties[branch.title], depth + 1);
    }
    return made;
  }
  if (found.anyOf) return example(found.anyOf[0], depth + 1);
  return { string: "", integer: found.minimum > 0 ? found.minimum : 0, boolean: true }[[].concat(found.type)[0]] ?? null;
}

// ---- One operation

function show(operation) {
  const { verb, path, item } = operation;
  const parameters = (item.parameters || []).map(resolve);
  const parts = [
    element("h1", {}, operation.name),
    element("p", { className: "where" }, element("span", { className: `verb ${verb}` }, verb), element("code", {}, path)),
    element("p", { className: "faint" }, item.operationId, (item.security || []).length ? " · needs a token" : ""),
    ...prose(item.description),
  ];
  if (parameters.length) {
    parts.push(element("h2", {}, "Parameters"));
    const list = element("ul", { className: "fields" });
    for (const parameter of parameters) {
      const schema = { ...resolve(parameter.schema), description: parameter.description };
      list.append(field(`${parameter.name}`, schema, parameter.required, []));
    }
    parts.push(list);
  }
  const body = bodySchema(item);
  if (body) parts.push(element("h2", {}, "Body"), fields(body));
  parts.push(element("h2", {}, "Answers"), ...Object.entries(item.responses).map(([status, response]) => answer(status, response)));
  parts.push(element("h2", {}, "Try it"), trial(operation, parameters, body));
  return parts;
}

const bodySchema = (item) => Object.values(item.requestBody?.content || {})[0]?.schema;

const isForm = (item) => item.requestBody && !item.requestBody.content["application/json"];

function answer(status, part) {
  const response = resolve(part);
  const opened = element("details", { className: "response", open: status < 300 },
    element("summary", {}, element("strong", {}, status), ` ${response.description}`));
  for (const content of Object.values(response.content || {})) {
    if (status < 300) opened.append(fields(content.schema));
    const examples = { ...(content.example && { example: { value: content.example } }), ...content.examples };
    for (const shown of Object.values(examples).map(resolve)) {
      opened.append(element("pre", {}, JSON.stringify(shown.value, null, 2)));
    }
  }
  return opened;
}

function trial({ verb, path, item }, parameters, body) {
  const inputs = parameters.map((parameter) => {
    const input = element("input", { name: parameter.name, required: parameter.required, autocomplete: "off" });
    if (parameter.required && parameter.schema.examples) input.value = parameter.schema.examples[0];
    return { parameter, input };
  });
  const text = body && element("textarea", { spellcheck: false, value: JSON.stringify(example(body), null, 2) });
  const result = element("div", { id: "result" });
  const form = element("form", {},
    ...inputs.map(({ parameter, input }) => element("label", {}, `${parameter.name} (${parameter.in})`, input)),
    text ? element("label", {}, "body", text) : null,
    element("button", { type: "submit" }, "Send"), result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const began = performance.now();
    try {
      const { target, options } = request(verb, path, item, inputs, text);
      const response = await fetch(target, options);
      const received = await response.text();
      const took = Math.round(performance.now() - began);
      result.replaceChildren(
        element("p", {}, element("strong", {}, `${response.status}`), ` after ${took} ms, ${verb.toUpperCase()} ${target}`),
        element("pre", {}, pretty(received)));
    } catch (fault) {
      result.replaceChildren(element("p", { className: "needed" }, `${fault}`));
    }
  });
  return form;
}

function request(verb, path, item, inputs, text) {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (!input.value) continue;
    else if (parameter.in === "header") headers[parameter.name] = input.value;
    else for (const value of parameter.schema.type === "array" ? input.value.split(",") : [input.value]) query.append(parameter.name, value);
  }
  const token = document.getElementById("token").value.trim();
  if (token && (item.security || []).length) headers.authorization = `Bearer ${token}`;
  let body = text ? text.value : undefined;
  if (text) headers["content-type"] = Object.keys(item.requestBody.content)[0];
  if (isForm(item)) body = new URLSearchParams(JSON.parse(text.value)).toString();
  const search = query.toString();
  return { target: search ? `${target}?${search}` : target, options: { method: verb.toUpperCase(), headers, body, credentials: "omit" } };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// ---- Navigation

function listOperations() {
  for (const [path, item] of Object.entries(doc.paths)) {
    for (const verb of VERBS.filter((verb) => item[verb])) {
      const found = item[verb];
      const words = [found.operationId, path, found.description].join(" ").toLowerCase();
      operations.push({ verb, path, item: found, words, name: found.operationId.split(".").slice(found.tags[0].split(".").length).join(" ") });
    }
  }
  operations.sort((a, b) => a.name.localeCompare(b.name));
}

function navigate() {
  const wanted = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = doc.tags.map((tag) => {
    const found = operations.filter((one) => one.item.tags[0] === tag.name && wanted.every((word) => one.words.includes(word)));
    if (!found.length) return null;
    const opened = element("details", { open: wanted.length > 0 || found.some(isCurrent) }, element("summary", { title: tag.description }, `${tag.name} (${found.length})`));
    opened.append(element("ul", {}, ...found.map(link)));
    return opened;
  });
  document.getElementById("operations").replaceChildren(...groups.filter(Boolean));
}

const isOffered = (operation) => Object.keys(operation.item.responses).some((status) => status < 300);

const isCurrent = (operation) => decodeURIComponent(location.hash.slice(1)) === operation.item.operationId;

function link(operation) {
  const anchor = element("a", { href: `#${encodeURIComponent(operation.item.operationId)}`, title: operation.path },
    element("span", { className: `verb ${operation.verb}` }, operation.verb), operation.name);
  if (isCurrent(operation)) anchor.setAttribute("aria-current", "page");
  return element("li", { className: isOffered(operation) ? "" : "gone" }, anchor);
}

function home() {
  const services = doc.tags.map((tag) => element("li", {}, element("strong", {}, tag.name), ` ${tag.description}`));
  return [
    element("h1", {}, `${doc.info.title} ${doc.info.version}`),
    element("p", {}, element("a", { href: "/openapi.json" }, "openapi.json"), ` · ${operations.length} operations`),
    ...prose(doc.info.description),
    element("h2", {}, "Services"), element("ul", {}, ...services),
  ];
}

function turn() {
  const operation = operations.find(isCurrent);
  const main = document.getElementById("main");
  main.replaceChildren(...(operation ? show(operation) : home()));
  main.scrollTop = 0;
  document.title = operation ? `${operation.name} · Belfry API` : "Belfry API";
  navigate();
}

async function start() {
  try {
    const response = await fetch("/openapi.json", { credentials: "omit" });
    if (!response.ok) throw new Error(`/openapi.json answered ${response.status}`);
    doc = await response.json();
  } catch (fault) {
    document.getElementById("main").replaceChildren(element("p", { className: "needed" }, `${fault}`));
    return;
  }
  listOperations();
  document.getElementById("search").addEventListener("input", navigate);
  addEventListener("hashchange", turn);
  turn();
}

start();
