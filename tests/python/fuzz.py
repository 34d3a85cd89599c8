"""schemathesis against a server of its own: every operation of /openapi.json, every built-in check.

    python tests/python/fuzz.py [OPTIONS OF `schemathesis run`]

What a check may expect of an operation is read from the document: where it lists an error id under
400, valid data may be refused with that id, and only with one that is listed; what it lists
under 501 is not offered. Nothing else is relaxed. At the end it prints how many requests were made and
with which status they were answered; the exit code is that of schemathesis.
"""

import collections
import json
import os
import pathlib
import shutil
import sys
import tempfile
import zlib

import schemathesis
from conftest import Belfry
from schemathesis.cli import schemathesis as command
from schemathesis.config._checks import POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES

# The examples of errors without an id: the first is any broken limit.
PLAIN = "no details"
VERBS = ("get", "put", "post", "delete", "patch", "head")
# What schemathesis expects by itself.
ACCEPTED_FOR_VALID = POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES


class Target:
    """The server under test. A new one takes its place when a request has removed the caller."""

    def __init__(self, folder):
        self.folder, self.count, self.port, self.belfry = folder, 0, None, None
        self.statuses = collections.Counter()
        self.start()

    def start(self):
        folder = self.folder / str(self.count)
        folder.mkdir()
        self.count += 1
        self.belfry = Belfry(folder, port=self.port)
        self.port = self.belfry.port
        self.users = [self.belfry.human() for _ in range(8)] + [self.belfry.user]

    def restart(self):
        self.belfry.stop()
        self.start()

    def is_known(self):
        """Whether the caller is still there and may still do everything."""
        status, _ = self.belfry.rest("GET", f"/management/v1/users/{self.belfry.user}")
        return status == 200


target = None


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case, context):
        if not target.is_known():
            target.restart()
        return target.belfry.token

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives valid requests real ids now and then, so that they get past the lookup of the user."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for name, value in (case.path_parameters or {}).items():
        dice = zlib.crc32(f"{value}{case.body}".encode(errors="replace"))
        if name in ("userId", "id") and dice % 4:
            case.path_parameters[name] = target.users[dice % len(target.users)]
    aim_at_nobody(case.body)
    if case.path == "/v2/users/new" and isinstance(case.body, dict):
        case.body["organizationId"] = target.belfry.org
    if case.headers and "x-zitadel-orgid" in case.headers:
        if zlib.crc32(case.headers["x-zitadel-orgid"].encode(errors="replace")) % 8:
            case.headers["x-zitadel-orgid"] = target.belfry.org


def aim_at_nobody(body):
    """Mail servers and endpoints that a request names are on this machine, where none listens."""
    if isinstance(body, dict):
        for name, value in (("host", "127.0.0.1:9"), ("endpoint", "http://127.0.0.1:9/")):
            if isinstance(body.get(name), str):
                body[name] = value


@schemathesis.hook
def after_call(context, case, response):
    target.statuses[response.status_code] += 1


@schemathesis.check
def valid_data_is_refused_with_an_id_only(ctx, response, case):
    """A malformed request and a broken limit have no details: valid data is neither."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code == 400 and case.operation.label in target.listed:
        answer = response.json()
        is_listed = answer.get("message", "").startswith(tuple(refusals(case.operation.definition.raw)))
        # Those of OAuth have a form of their own, in which nothing tells a limit from a refusal.
        is_oauth = "error" in answer
        assert "details" in answer or is_listed or is_oauth, f"valid data is refused: {response.text}"


def labels(document, wanted):
    """The operations for which something holds, as schemathesis names them."""
    return {
        f"{verb.upper()} {path}"
        for path, item in document["paths"].items()
        for verb, operation in item.items()
        if verb in VERBS and wanted(operation)
    }


def lists_ids(operation):
    answer = operation["responses"].get("400", {})
    examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
    return any(not name.startswith(PLAIN) for name in examples)


def refusals(operation):
    """How the texts begin with which valid data may be refused without an id."""
    answer = operation["responses"].get("400", {})
    examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
    return [example["summary"] for name, example in examples.items() if name.startswith(f"{PLAIN} ")]


def configuration(document):
    """What the checks may expect, operation by operation."""
    not_offered = labels(document, lambda operation: "501" in operation["responses"])
    target.listed = labels(document, lambda operation: lists_ids(operation) or refusals(operation))
    lines = []
    for name in sorted(labels(document, lambda operation: True)):
        settings = []
        if name in not_offered:
            settings.append('checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "501"]')
        if name in target.listed:
            expected = json.dumps([*ACCEPTED_FOR_VALID, "400"])
            settings.append(f"checks.positive_data_acceptance.expected-statuses = {expected}")
        if settings:
            lines += ["[[operations]]", f"include-name = {json.dumps(name)}", *settings]
    return "\n".join(lines)


def main(arguments):
    global target
    folder = pathlib.Path(tempfile.mkdtemp(prefix="belfry-fuzz-"))
    target = Target(folder)
    # schemathesis keeps what it found where it runs.
    os.chdir(folder)
    try:
        _, document = target.belfry.rest("GET", "/openapi.json")
        config = folder / "schemathesis.toml"
        config.write_text(configuration(document))
        address = f"http://{target.belfry.address}/openapi.json"
        try:
            command(["--config-file", str(config), "run", address, "--checks", "all", *arguments])
        except SystemExit as end:
            return end.code
        finally:
            print(f"{sum(target.statuses.values())} requests, by status: "
                  f"{dict(sorted(target.statuses.items()))}; "
                  f"{target.count - 1} times the caller was removed")
    finally:
        target.belfry.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
