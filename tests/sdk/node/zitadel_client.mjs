// npm @zitadel/client and @zitadel/proto: the ready-made transports of the server and the browser,
// and every other protocol that connect-es speaks with the same services.

import assert from "node:assert/strict";

import { ConnectError } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";
import { NewAuthorizationBearerInterceptor, timestampFromDate } from "@zitadel/client";
import { createServerTransport } from "@zitadel/client/node";
import * as v1 from "@zitadel/client/v1";
import * as v2 from "@zitadel/client/v2";
import { createClientTransport } from "@zitadel/client/web";
import { ErrorDetailSchema } from "@zitadel/proto/zitadel/message_pb.js";

import { flows as flowsV1 } from "./flows_v1.mjs";
import { flows as flowsV2 } from "./flows_v2.mjs";
import { signIn, token, url } from "./world.mjs";

/** How messages of this package look, and how its clients are made over one kind of transport. */
class Clients {
  constructor(transport, token, headers = {}) {
    this.transport = transport;
    const within = (next) => (request) => {
      Object.entries(headers).forEach(([name, value]) => request.header.set(name, value));
      return next(request);
    };
    const made = transport(token, [within]);
    this.management = v1.createManagementServiceClient(made);
    this.auth = v1.createAuthServiceClient(made);
    this.admin = v1.createAdminServiceClient(made);
    this.users = v2.createUserServiceClient(made);
    this.settings = v2.createSettingsServiceClient(made);
  }

  as(token, headers) {
    return new Clients(this.transport, token, headers);
  }

  async login(key) {
    return this.as(await signIn(key));
  }

  choose(oneof, member, value) {
    return { [oneof]: { case: member, value } };
  }

  chosen(message, oneof, member) {
    assert.equal(message[oneof].case, member);
    return message[oneof].value;
  }

  time(date) {
    return timestampFromDate(date);
  }

  refusal(fault) {
    assert(fault instanceof ConnectError, fault);
    const [detail] = fault.findDetails(ErrorDetailSchema);
    return { code: fault.code, message: fault.rawMessage, id: detail?.id, text: detail?.message };
  }
}

const bearer = (token, interceptors) =>
  token === null ? interceptors : [...interceptors, NewAuthorizationBearerInterceptor(token)];

/** The package's own transports add a token always: without one, what they are made of is used. */
const readyMade = (make, bare) => (token, interceptors) =>
  token === null ? bare({ baseUrl: url, interceptors }) : make(token, { baseUrl: url, interceptors });

const connectEs = (create, options) => (token, interceptors) =>
  create({ baseUrl: url, ...options, interceptors: bearer(token, interceptors) });

const transports = {
  "gRPC, as a server": readyMade(createServerTransport, createGrpcTransport),
  "gRPC-Web through fetch, as a browser": readyMade(createClientTransport, web.createGrpcWebTransport),
  "gRPC-Web, HTTP/1.1": connectEs(createGrpcWebTransport, { httpVersion: "1.1" }),
  "gRPC-Web, HTTP/2": connectEs(createGrpcWebTransport, { httpVersion: "2" }),
  "Connect JSON, HTTP/1.1": connectEs(createConnectTransport, { httpVersion: "1.1", useBinaryFormat: false }),
  "Connect JSON, HTTP/2": connectEs(createConnectTransport, { httpVersion: "2", useBinaryFormat: false }),
  "Connect binary, HTTP/1.1": connectEs(createConnectTransport, { httpVersion: "1.1", useBinaryFormat: true }),
  "Connect binary, HTTP/2": connectEs(createConnectTransport, { httpVersion: "2", useBinaryFormat: true }),
};

export const suites = Object.entries(transports).flatMap(([name, transport]) => {
  const connect = async () => new Clients(transport, token);
  const client = "npm @zitadel/client";
  const second = { client, suite: `v2, ${name}`, flows: flowsV2, connect };
  // ZITADEL offers Connect for v2 only.
  const first = { client, suite: `v1, ${name}`, flows: flowsV1, connect };
  return name.startsWith("Connect") ? [second] : [first, second];
});
