// npm @zitadel/node: its ready-made clients of v1 and v2beta, and its v2 definitions, over gRPC.

import assert from "node:assert/strict";

import { createAccessTokenInterceptor, createServiceAccountInterceptor } from "@zitadel/node/dist/api/index.js";
import * as api from "@zitadel/node/dist/api/index.js";
import { ErrorDetail } from "@zitadel/node/dist/api/generated/zitadel/message.js";
import { SettingsServiceDefinition } from "@zitadel/node/dist/api/generated/zitadel/settings/v2/settings_service.js";
import { UserServiceDefinition } from "@zitadel/node/dist/api/generated/zitadel/user/v2/user_service.js";
import { ServiceAccount } from "@zitadel/node/dist/credentials/index.js";
import { ClientError, Metadata, createChannel, createClientFactory } from "nice-grpc";
import protobuf from "protobufjs";

import { flows as flowsV1 } from "./flows_v1.mjs";
import { beta as flowsBeta, flows as flowsV2 } from "./flows_v2.mjs";
import { token, url } from "./world.mjs";

/** How messages of this package look, and how its clients are made. */
class Clients {
  constructor(makeUsers, ...interceptors) {
    this.makeUsers = makeUsers;
    // A call's options belong to all interceptors: what the first one adds, the others see.
    const all = [...interceptors, keepTrailer];
    this.management = api.createManagementClient(url, ...all);
    this.auth = api.createAuthClient(url, ...all);
    this.admin = api.createAdminClient(url, ...all);
    this.users = makeUsers(url, ...all);
    this.settings = client(SettingsServiceDefinition)(url, ...all);
  }

  as(token, headers = {}) {
    const within = (call, options) => {
      const metadata = Metadata(options.metadata);
      Object.entries(headers).forEach(([name, value]) => metadata.set(name, value));
      return call.next(call.request, { ...options, metadata });
    };
    const authorized = token === null ? [] : [createAccessTokenInterceptor(token)];
    return new Clients(this.makeUsers, ...authorized, within);
  }

  async login(key) {
    const account = ServiceAccount.fromJsonString(JSON.stringify(key));
    return new Clients(this.makeUsers, createServiceAccountInterceptor(url, account, { apiAccess: true }));
  }

  choose(_oneof, member, value) {
    return { [member]: value };
  }

  chosen(message, _oneof, member) {
    assert.notEqual(message[member], undefined, `no ${member}`);
    return message[member];
  }

  time(date) {
    return date;
  }

  refusal(fault) {
    assert(fault instanceof ClientError, fault);
    const status = fault.trailer?.get("grpc-status-details-bin");
    const any = status && Status.decode(status).details[0];
    const detail = any && ErrorDetail.decode(any.value);
    return { code: fault.code, message: fault.details, id: detail?.id, text: detail?.message };
  }
}

/** google.rpc.Status, which the package does not bring. */
const Status = protobuf
  .parse(
    `syntax = "proto3";
    message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
    message Any { string type_url = 1; bytes value = 2; }`,
  )
  .root.lookupType("Status");

/** nice-grpc shows the trailers, where the details of an error are, to interceptors only. */
async function* keepTrailer(call, options) {
  let trailer;
  try {
    return yield* call.next(call.request, { ...options, onTrailer: (seen) => (trailer = seen) });
  } catch (fault) {
    fault.trailer = trailer;
    throw fault;
  }
}

/** A client of a definition that the package generates but makes no client of. */
const client =
  (definition) =>
  (url, ...interceptors) =>
    interceptors
      .reduce((factory, interceptor) => factory.use(interceptor), createClientFactory())
      .create(definition, createChannel(url));

const suite = (suite, flows, makeUsers) => ({
  client: "npm @zitadel/node",
  suite,
  flows,
  connect: async () => new Clients(makeUsers, createAccessTokenInterceptor(token)),
});

export const suites = [
  suite("v1", flowsV1, api.createUserClient),
  suite("v2beta", flowsBeta, api.createUserClient),
  suite("v2", flowsV2, client(UserServiceDefinition)),
];
