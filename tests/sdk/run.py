#!/usr/bin/env python3
"""Runs the flows of the published ZITADEL SDKs against a server that it starts; fails loudly.

The runners of the three languages print one JSON line for each flow. What fails for want of an
operation stands in `pending.json`, as a pattern of "client: suite: flow" with the reason, and is told.
A pattern that a passing flow fits, or none at all, is an error, and so is a flow that nobody ran.

Needs what `install.sh` sets up. Options are the runners to run: node, python, rust.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target/sdk"
sys.path.insert(0, str(HERE.parent / "python"))
from conftest import Belfry  # noqa: E402

RUNNERS = {
    "node": ["node", str(TARGET / "node/main.mjs")],
    "python": [str(TARGET / "venv/bin/python"), str(HERE / "python/main.py")],
    "rust": [str(TARGET / "rust/debug/belfry-sdk-tests")],
}

CALLER = {"human", "phone", "search", "states", "errors"}
MACHINES = {"machine", "token", "key", "secret"}
GRPC = ["gRPC, as a server", "gRPC-Web through fetch, as a browser", "gRPC-Web, HTTP/1.1", "gRPC-Web, HTTP/2"]
CONNECT = [f"Connect {codec}, HTTP/{version}" for codec in ["JSON", "binary"] for version in ["1.1", "2"]]

# The flows that each suite of each client must at least have, of those that the client can do.
REQUIRED = {
    "node": {
        **{("npm @zitadel/client", f"v1, {way}"): CALLER | MACHINES for way in GRPC},
        **{("npm @zitadel/client", f"v2, {way}"): CALLER | MACHINES for way in GRPC + CONNECT},
        ("npm @zitadel/node", "v1"): CALLER | MACHINES,
        ("npm @zitadel/node", "v2"): CALLER | MACHINES,
        ("npm @zitadel/node", "v2beta"): CALLER,
    },
    "python": {
        ("PyPI zitadel-client", way): CALLER | MACHINES
        for way in ["personal access token", "private key", "client credentials"]
    },
    "rust": {("crate zitadel", "v1"): CALLER | MACHINES, ("crate zitadel", "v2"): CALLER},
}


def main(runners):
    pending = json.loads((HERE / "pending.json").read_text())
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=TARGET, prefix="belfry-") as folder:
        server = Belfry(pathlib.Path(folder))
        try:
            with ThreadPoolExecutor() as pool:
                runs = list(pool.map(lambda runner: run(runner, server), runners))
        finally:
            server.stop()
    results, faults = {}, []
    for seen, fault in runs:
        results |= seen
        faults += fault
    faults += [
        f"not run: {client}, {suite}: {flow}"
        for runner in runners
        for (client, suite), flows in REQUIRED[runner].items()
        for flow in sorted(flows - {seen[2] for seen in results if seen[:2] == (client, suite)})
    ]
    is_whole = set(runners) == set(RUNNERS)
    faults += judge(results, pending, is_whole)
    show(results, time.monotonic() - begun)
    for fault in faults:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if faults else 0


def run(runner, server):
    """Runs one language's flows; gives back each flow's failure, None if it passed, and other faults."""
    environment = {
        **os.environ,
        "BELFRY_URL": f"http://{server.address}",
        "BELFRY_TOKEN": server.token,
        "BELFRY_ORG": server.org,
        "BELFRY_USER": server.user,
        "BELFRY_SMS": str(server.folder / "sms.jsonl"),
    }
    try:
        done = subprocess.run(
            RUNNERS[runner], env=environment, stdout=subprocess.PIPE, text=True, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return {}, [f"the {runner} runner: {fault}"]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    seen = {(line["client"], line["suite"], line["flow"]): line["failure"] for line in lines}
    faults = [f"the {runner} runner ended with {done.returncode}"] if done.returncode else []
    return seen, faults


def judge(results, pending, is_whole):
    """What is wrong, the pending flows apart."""
    faults = []
    unused = set(pending)
    for key, failure in results.items():
        name = ": ".join(key)
        pattern = next((pattern for pattern in pending if fnmatchcase(name, pattern)), None)
        unused.discard(pattern)
        if pattern is None:
            if failure is not None:
                faults.append(f"{name}: {failure}")
        elif failure is None:
            faults.append(f"{name} passes, but fits {pattern!r} in pending.json")
        else:
            print(f"pending: {name}: {pending[pattern]}")
    if is_whole:
        faults += [f"no flow fits {pattern!r} in pending.json" for pattern in unused]
    return faults


def show(results, seconds):
    suites = collections.defaultdict(list)
    for (client, suite, _), failure in results.items():
        suites[client, suite].append(failure is None)
    for (client, suite), passed in suites.items():
        print(f"{client}, {suite}: {sum(passed)} of {len(passed)} flows")
    print(f"{sum(map(sum, suites.values()))} of {len(results)} flows in {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(RUNNERS)))
