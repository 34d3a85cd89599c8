// Compares Belfry's contract with the descriptors that the npm package @zitadel/proto carries, and
// prints every difference. Both are read as data at run time; no text is taken over.
//
//   node npm_descriptors.mjs NODE_MODULES DESCRIPTOR_SET
//
// Exit code: 0 no difference, 1 differences, 2 wrong use. tests/contract.rs runs it.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// What Belfry does otherwise on purpose. A line here that no longer differs is reported too.
const deliberate = new Map([
  [
    'zitadel.user.v2.UserService.AddHumanUser: permission "authenticated", theirs "user.write"',
    "the command checks user.write in the organization that the request names",
  ],
  [
    "zitadel.object.v2.Organization.org_id: min 1, theirs undefined",
    "ids in requests are 1 to 200 characters everywhere",
  ],
  [
    "zitadel.object.v2.Organization.org_id: max 200, theirs undefined",
    "ids in requests are 1 to 200 characters everywhere",
  ],
  [
    "zitadel.management.v1.AddPersonalAccessTokenRequest.user_id: max 200, theirs undefined",
    "ids in requests are 1 to 200 characters everywhere",
  ],
]);

const [nodeModules, descriptorSet] = process.argv.slice(2);
if (!nodeModules || !descriptorSet) {
  console.error("usage: node npm_descriptors.mjs NODE_MODULES DESCRIPTOR_SET");
  process.exit(2);
}
// By path, since the packages are not installed beside this file. As ES modules: @zitadel/proto has
// CommonJS files too, but Node.js takes them for ES modules and fails.
const load = (path) => import(pathToFileURL(resolve(nodeModules, path)));
const { ScalarType, createFileRegistry, createRegistry, fromBinary, getOption, hasOption } =
  await load("@bufbuild/protobuf/dist/esm/index.js");
const { FileDescriptorSetSchema } = await load("@bufbuild/protobuf/dist/esm/wkt/index.js");
const proto = "@zitadel/proto/es";
const { http: theirHttp } = await load(`${proto}/google/api/annotations_pb.js`);
const { rules: theirRules } = await load(`${proto}/validate/validate_pb.js`);
const { auth_option: theirV1Access } = await load(`${proto}/zitadel/options_pb.js`);
const { options: theirV2Access } = await load(
  `${proto}/zitadel/protoc_gen_zitadel/v2/options_pb.js`,
);

const differences = [];
const differ = (what, ours, theirs) => {
  if (ours !== theirs) {
    differences.push(`${what} ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`);
  }
};

// The registries.

function readOurs() {
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSet));
  return createFileRegistry(set);
}

async function readTheirs() {
  const names = readdirSync(resolve(nodeModules, proto, "zitadel"), { recursive: true })
    .filter((name) => name.endsWith("_pb.js"));
  const modules = await Promise.all(names.map((name) => load(join(proto, "zitadel", name))));
  const exported = modules.flatMap((module) => Object.values(module));
  return createRegistry(...exported.filter((value) => value?.kind === "file"));
}

const ours = readOurs();
const theirs = await readTheirs();
const ourHttp = ours.getExtension("google.api.http");
const ourAccess = ours.getExtension("belfry.v1.permission");

// Messages and enums.

const ofOptional = (field) => field.proto.proto3Optional;

function typeOf(field) {
  const target = field.message?.typeName ?? field.enum?.typeName ?? ScalarType[field.scalar];
  const label = ofOptional(field) ? "optional " : field.fieldKind === "list" ? "repeated " : "";
  return `${label}${target}${field.fieldKind === "map" ? " map" : ""}`;
}

// A proto3 optional has a oneof of its own, which is not the contract's.
const oneofOf = (field) => (ofOptional(field) ? undefined : field.oneof?.name);

// In the order of declaration, which is the order in which fields are validated.
const inOrder = (message) => message.proto.field.map((field) => `${field.number} ${field.name}`).join(", ");

function compareMessage(message) {
  const other = theirs.getMessage(message.typeName);
  if (!other) {
    differences.push(`${message.typeName}: theirs has no such message`);
    return;
  }
  differ(`${message.typeName}: fields`, inOrder(message), inOrder(other));
  for (const field of message.fields) {
    const twin = other.fields.find((candidate) => candidate.number === field.number);
    if (!twin) continue;
    const name = `${message.typeName}.${field.name}:`;
    differ(`${name} JSON name`, field.jsonName, twin.jsonName);
    differ(`${name} type`, typeOf(field), typeOf(twin));
    differ(`${name} oneof`, oneofOf(field), oneofOf(twin));
    compareRules(name, field, twin);
  }
}

function compareEnum(ourEnum) {
  const values = (of) => of?.values.map((value) => `${value.number} ${value.name}`).join(", ");
  differ(`${ourEnum.typeName}: values`, values(ourEnum), values(theirs.getEnum(ourEnum.typeName)));
}

// Rules for values: ours stand in the comment of a field, theirs in an option.

function compareRules(name, field, twin) {
  const said = rulesIn(commentOf(field));
  const declared = rulesOf(getOption(twin, theirRules));
  for (const rule of Object.keys(said)) differ(`${name} ${rule}`, said[rule], declared[rule]);
}

function rulesIn(comment) {
  const range = /(?:(\d+) to|[Aa]t most) ([\d,]+) (?:characters|bytes)/.exec(comment) ?? [];
  return {
    min: range[1] && Number(range[1]),
    max: range[2] && Number(range[2].replaceAll(",", "")),
    prefix: /begins with "(.+?)"/.exec(comment)?.[1],
    email: /\b[Vv]alid address/.test(comment),
    required: /^ Required\./.test(comment),
    onlyTrue: comment.includes("Only true is allowed"),
    definedOnly: comment.includes("Defined values only"),
  };
}

// Their rules are proto2: one that is not set reads as the default of its type.
function rulesOf({ type, message }) {
  const value = type.value ?? {};
  const length = type.case === "string" || type.case === "bytes" ? value : {};
  const set = (rule) => (Object.hasOwn(length, rule) ? Number(length[rule]) : undefined);
  return {
    min: set("minLen") || undefined,
    max: set("maxLen"),
    prefix: (type.case === "string" && value.prefix) || undefined,
    email: value.wellKnown?.case === "email",
    required: message?.required ?? false,
    onlyTrue: type.case === "bool" && value.const,
    definedOnly: type.case === "enum" && value.definedOnly,
  };
}

function commentOf(field) {
  const path = [...pathOf(field.parent), 2, field.parent.proto.field.indexOf(field.proto)].join();
  const locations = field.parent.file.proto.sourceCodeInfo?.location ?? [];
  return locations.find((location) => location.path.join() === path)?.leadingComments ?? "";
}

// Where a message stands in its file: 4 is a message of the file, 3 a message of a message.
function pathOf(message) {
  return message.parent
    ? [...pathOf(message.parent), 3, message.parent.proto.nestedType.indexOf(message.proto)]
    : [4, message.file.proto.messageType.indexOf(message.proto)];
}

// Services.

function ruleOf(method, extension) {
  const { pattern, body, responseBody, additionalBindings } = getOption(method, extension);
  const target = `${pattern.case} ${pattern.value} body ${JSON.stringify(body)}`;
  return `${target} ${responseBody ?? ""} ${additionalBindings.length} more`;
}

function theirPermission(method) {
  if (hasOption(method, theirV1Access)) return getOption(method, theirV1Access).permission;
  if (hasOption(method, theirV2Access)) return getOption(method, theirV2Access).authOption?.permission;
  return "public";
}

function compareService(service) {
  const other = theirs.getService(service.typeName);
  for (const method of service.methods) {
    const name = `${service.typeName}.${method.name}:`;
    const twin = other?.methods.find((candidate) => candidate.name === method.name);
    if (!twin) {
      differences.push(`${name} theirs has no such rpc`);
      continue;
    }
    differ(`${name} kind`, method.methodKind, twin.methodKind);
    differ(`${name} request`, method.input.typeName, twin.input.typeName);
    differ(`${name} response`, method.output.typeName, twin.output.typeName);
    differ(`${name} REST`, ruleOf(method, ourHttp), ruleOf(twin, theirHttp));
    differ(`${name} permission`, getOption(method, ourAccess), theirPermission(twin));
  }
}

const compare = { message: compareMessage, enum: compareEnum, service: compareService };
const compared = { message: 0, enum: 0, service: 0 };
for (const type of ours) {
  if (type.kind in compare && type.typeName.startsWith("zitadel.")) {
    compare[type.kind](type);
    compared[type.kind] += 1;
  }
}

const unexpected = differences.filter((difference) => !deliberate.has(difference));
const outdated = [...deliberate.keys()].filter((line) => !differences.includes(line));
for (const line of unexpected) console.log(line);
for (const line of outdated) console.log(`no longer differs: ${line}`);
console.log(
  `${compared.message} messages, ${compared.enum} enums, ${compared.service} services compared: ` +
    `${unexpected.length} differences, ${deliberate.size} deliberate ones`,
);
process.exit(unexpected.length + outdated.length > 0 || compared.message === 0 ? 1 : 0);
