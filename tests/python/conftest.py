"""A running server for the tests: its own folder, database and port; stopped by its process id."""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("BELFRY_BINARY", ROOT / "target/debug/belfry"))

CONFIG = """
[server]
listen = "127.0.0.1:{port}"

[database]
path = "belfry.db"

[[notifications.providers]]
name = "file"
plugin = "file"
config = {{ path = "sms.jsonl" }}
"""


class Belfry:
    """A server process and what is needed to call it."""

    def __init__(self, folder, environment=None):
        self.folder = folder
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        (folder / "config.toml").write_text(CONFIG.format(port=self.port))
        config = ["--config", str(folder / "config.toml")]
        init = subprocess.run([BINARY, "init", *config], capture_output=True, check=True)
        ids = json.loads(init.stdout)
        self.org, self.user, self.token = ids["orgId"], ids["userId"], ids["pat"]
        self.log = open(folder / "belfry.log", "wb")
        self.clock = folder / "clock"
        self.clock.write_text("0")
        self.process = subprocess.Popen(
            [BINARY, "serve", *config],
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "BELFRY_TEST_CLOCK": str(self.clock), **(environment or {})},
        )
        self.numbers = iter(range(1_000_000, 9_999_999))
        wait_for(self.is_ready, 30, "the server is not ready")

    def is_ready(self):
        assert self.process.poll() is None, (self.folder / "belfry.log").read_text()
        try:
            with urllib.request.urlopen(f"http://{self.address}/debug/ready", timeout=5):
                return True
        except OSError:
            return False

    def rest(self, verb, path, body=None, token=None, headers=None):
        """Calls a REST path; gives back the status and the JSON of the answer."""
        request = urllib.request.Request(f"http://{self.address}{path}", method=verb)
        request.add_header("Authorization", f"Bearer {self.token if token is None else token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)

    def form(self, path, fields, headers=None):
        """Posts a form; gives back the status and the JSON of the answer, None without one."""
        url, body = f"http://{self.address}{path}", urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(url, data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as answer:
            return answer.code, json.loads(answer.read() or "null")

    def advance(self, seconds):
        """Moves the server's clock; debug builds only."""
        now = int(self.clock.read_text())
        following = self.clock.with_suffix(".next")
        following.write_text(str(now + seconds))
        following.rename(self.clock)

    def number(self):
        """A Swiss mobile number that nobody has."""
        return f"+4179{next(self.numbers)}"

    def human(self):
        """A new person without a phone; the id."""
        name = f"human-{next(self.numbers)}"
        body = {
            "username": name,
            "organization": {"orgId": self.org},
            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
            "email": {"email": f"{name}@example.com", "isVerified": True},
        }
        status, answer = self.rest("POST", "/v2/users/human", body)
        assert status == 200, answer
        return answer["userId"]

    def sms_to(self, number):
        """The texts that a number has got."""
        try:
            lines = (self.folder / "sms.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        messages = [json.loads(line) for line in lines]
        return [message["text"] for message in messages if message["to"] == number]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.log.close()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition, seconds, otherwise):
    """Waits until a condition holds and gives back what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    pytest.fail(otherwise)


@pytest.fixture(scope="session")
def belfry(tmp_path_factory):
    server = Belfry(tmp_path_factory.mktemp("belfry"))
    yield server
    server.stop()
