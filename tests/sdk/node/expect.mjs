// What the flows of every version ask of answers and errors.

import assert from "node:assert/strict";

/** gRPC codes, which Connect has too. */
export const Code = {
  invalid: 3,
  notFound: 5,
  exists: 6,
  denied: 7,
  precondition: 9,
  unimplemented: 12,
  unauthenticated: 16,
};

/** Methods of TextQueryMethod. */
export const Method = { equals: 0, equalsIgnoreCase: 1, startsWithIgnoreCase: 3, contains: 4 };

/** Expects a call to fail with a code and the id that its detail and its message name. */
export async function refused(clients, call, code, id) {
  const fault = await call.then(
    (answer) => assert.fail(`no ${id}, but ${inspect(answer)}`),
    (fault) => fault,
  );
  const refusal = clients.refusal(fault);
  assert.deepEqual({ code: refusal.code, id: refusal.id }, { code, id }, refusal.message);
  if (id !== undefined) {
    assert.equal(refusal.message, `${refusal.text} (${id})`);
  }
  return refusal;
}

/** Expects that a token is not good any more, or never was. */
export const shutOut = (clients, call) => refused(clients, call, Code.unauthenticated, "AUTH-7fs1e");

/** Expects that users were found, and no others, in any order. */
export function found(answer, ids) {
  const seen = answer.result.map((user) => user.userId ?? user.id);
  assert.deepEqual(seen.sort(), [...ids].sort());
  assert.equal(Number(answer.details.totalResult), ids.length);
}

const inspect = (answer) => JSON.stringify(answer, (_, value) => (typeof value === "bigint" ? `${value}` : value));
