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
  ...["v2", "v2beta"].map((version) => [
    `zitadel.user.${version}.UserService.AddHumanUser: permission "authenticated", theirs "user.write"`,
    "the command checks user.write in the organization that the request names",
  ]),
  [
    'zitadel.user.v2beta.UserService.UpdateHumanUser: REST "put /v2beta/users/{user_id} body \\"*\\"  0 more", ' +
      'theirs "put /v2beta/users/{user_id} body \\"\\"  0 more"',
    "a change without a body could only come as a query",
  ],
  [
    'zitadel.user.v2.UserService.ListUserMetadata: permission "authenticated", theirs "user.read"',
    "the caller may read its own; the command checks user.read for others",
  ],
  [
    "zitadel.management.v1.ResendHumanInitializationRequest.email: email false, theirs true",
    "an empty one keeps the address; the command checks any other",
  ],
  [
    "zitadel.management.v1.ResendHumanInitializationRequest.email: max 200, theirs undefined",
    "addresses are at most 200 characters everywhere",
  ],
  [
    "zitadel.object.v2.Organization.org_id: min 1, theirs undefined",
    "ids in requests are 1 to 200 characters everywhere",
  ],
]);

// What the published package does not have yet; contract/orgs-and-auth.md and users.md have it.
const newer = [
  /^zitadel\.(admin|settings)\.v1\.\w*(Email|SMS)ProviderHTTP\w*: fields .* signing_key/,
  /^zitadel\.settings\.v1\.HTTPConfig: fields "1 endpoint, 2 signing_key"/,
  /^zitadel\.org\.v2\.(OrganizationService\.)?(Update|Deactivate|Activate|Delete)Organization/,
  /^zitadel\.user\.v2\.(ByteFilterMethod|MetadataKeyFilter|MetadataValueFilter):/,
  /^zitadel\.user\.v2\.SearchQuery: fields .* 17 metadata_key_filter, 18 metadata_value_filter"/,
  /^zitadel\.org\.v2\.AddOrganizationRequest: fields .* 4 organization_id"/,
  /^zitadel\.admin\.v1\.Update(Email|SMS)ProviderHTTPRequest: fields .* 4 expiration_signing_key"/,
];

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
const ourLimits = ours.getExtension("belfry.v1.limits");
const ourRefusal = ours.getExtension("belfry.v1.not_offered");

// The messages of what is not offered hold no more than their paths.
const refused = new Set();
for (const type of ours) {
  if (type.kind !== "service") continue;
  for (const method of type.methods) {
    if (!hasOption(method, ourRefusal)) continue;
    refused.add(method.input.typeName).add(method.output.typeName);
  }
}

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
  if (!refused.has(message.typeName)) {
    differ(`${message.typeName}: fields`, inOrder(message), inOrder(other));
  }
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

// Limits of values: ours and theirs stand in options of the fields.

// What nothing can be done without, although theirs declares no rule.
const STRICTER = /\.(NotQuery\.\w+|SetPasswordRequest\.new_password)$/;

function compareRules(name, field, twin) {
  const said = limitsOf(field);
  const declared = rulesOf(getOption(twin, theirRules));
  // Ids are at most 200 characters everywhere, theirs are not always limited.
  if (said.max === 200 && declared.max === undefined && /(^|_)id$/.test(field.name)) delete said.max;
  if (STRICTER.test(`${field.parent.typeName}.${field.name}`)) delete said.required;
  for (const rule of Object.keys(said)) differ(`${name} ${rule}`, said[rule], declared[rule]);
}

function limitsOf(field) {
  const { minLength, maxLength, minBytes, maxBytes, ...rest } = getOption(field, ourLimits);
  return {
    min: minLength || minBytes || undefined,
    max: maxLength || maxBytes || undefined,
    minItems: rest.minItems || undefined,
    maxItems: rest.maxItems || undefined,
    prefix: rest.prefix || undefined,
    email: rest.email,
    required: rest.required,
    onlyTrue: rest.onlyTrue,
    definedOnly: rest.definedOnly,
  };
}

// Their rules are proto2: one that is not set reads as the default of its type.
function rulesOf({ type, message }) {
  const value = type.value ?? {};
  const items = type.case === "repeated" ? (value.items?.type ?? {}) : type;
  const length = items.case === "string" || items.case === "bytes" ? items.value : {};
  const set = (rules, rule) => (Object.hasOwn(rules, rule) ? Number(rules[rule]) : undefined);
  return {
    min: set(length, "minLen") || set(length, "minBytes") || undefined,
    max: set(length, "maxLen") ?? set(length, "maxBytes"),
    minItems: type.case === "repeated" ? set(value, "minItems") || undefined : undefined,
    maxItems: type.case === "repeated" ? set(value, "maxItems") : undefined,
    prefix: (type.case === "string" && value.prefix) || undefined,
    email: value.wellKnown?.case === "email",
    required: (message?.required ?? false) || (type.case === "timestamp" && value.required),
    onlyTrue: type.case === "bool" && value.const,
    definedOnly: type.case === "enum" && value.definedOnly,
  };
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
    // The published newer rpcs have lost their REST rules; contract/users.md §4 has them.
    if (hasOption(twin, theirHttp)) differ(`${name} REST`, ruleOf(method, ourHttp), ruleOf(twin, theirHttp));
    // What is not offered is refused to everybody.
    if (hasOption(method, ourRefusal)) continue;
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

const isNewer = (difference) => newer.some((pattern) => pattern.test(difference));
const unexpected = differences.filter((line) => !deliberate.has(line) && !isNewer(line));
const outdated = [
  ...[...deliberate.keys()].filter((line) => !differences.includes(line)),
  ...newer.filter((pattern) => !differences.some((line) => pattern.test(line))).map(String),
];
for (const line of unexpected) console.log(line);
for (const line of outdated) console.log(`no longer differs: ${line}`);
console.log(
  `${compared.message} messages, ${compared.enum} enums, ${compared.service} services compared: ` +
    `${unexpected.length} differences, ${deliberate.size} deliberate ones`,
);
process.exit(unexpected.length + outdated.length > 0 || compared.message === 0 ? 1 : 0);
