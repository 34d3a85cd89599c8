// Runs the flows of both npm packages over everything that each can speak. One JSON line a flow.

import { suites as client } from "./zitadel_client.mjs";
import { suites as node } from "./zitadel_node.mjs";

/** Flows of one suite run at the same time, on one connection where the protocol has that. */
async function run({ client, suite, flows, connect }) {
  const clients = await connect();
  const report = (flow, failure) => console.log(JSON.stringify({ client, suite, flow, failure }));
  const runs = Object.entries(flows).map(([flow, check]) =>
    check(clients).then(
      () => report(flow, null),
      (fault) => report(flow, explain(fault)),
    ),
  );
  await Promise.all(runs);
}

function explain(fault) {
  const place = fault.stack?.split("\n").find((line) => line.includes("/flows_"));
  return `${fault.message}${place ? ` (${place.trim()})` : ""}`;
}

for (const suite of [...client, ...node]) {
  await run(suite);
}
// Open HTTP/2 connections would keep the process.
process.exit(0);
