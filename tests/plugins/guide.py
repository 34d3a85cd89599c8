#!/usr/bin/env python3
"""Follows plugins/README.md to the letter, once in Rust and once in C, and looks at where it led.

    tests/plugins/guide.py FOLDER_WITH_BELFRY

Every ```sh block of "From nothing to a working provider" runs as it stands, in its order, in one shell
and a fresh folder; of the steps that name a language, those of that language. The end must be an SMS that
the new provider delivered, and a server that was started once. The ports of the guide are its own where
the system gives a network namespace; elsewhere they must be free. Needs no network.
"""

import ctypes
import fcntl
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TITLE = "## From nothing to a working provider"
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
LIMIT = 600  # seconds, for a build on a busy machine


def blocks(language):
    """The shell blocks of the guide that somebody would type who wants that language."""
    text = (ROOT / "plugins/README.md").read_text()
    guide = text.split(TITLE)[1].split("\n## ")[0]
    chosen = []
    for step in guide.split("\n### ")[1:]:
        heading, body = step.split("\n", 1)
        named = re.search(r"\bin (Rust|C)$", heading)
        if named is None or named[1] == language:
            chosen += re.findall(r"^```sh\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    return chosen


def own_network():
    """A network namespace of our own, so that the guide's ports are free."""
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            with socket.socket() as control:
                request = struct.pack("16sH14x", b"lo", 0)
                answer = fcntl.ioctl(control, SIOCGIFFLAGS, request)
                name, value = struct.unpack("16sH14x", answer)
                fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name, value | IFF_UP))
            return
    for port in (8080, 9099):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def follow(language, binaries):
    typed = blocks(language)
    assert len(typed) == 8, f"the guide has another shape: {len(typed)} blocks for {language}"
    environment = {
        name: value
        for name, value in os.environ.items()
        # cargo test gives its own to whatever it starts
        if not name.startswith(("CARGO_", "BELFRY")) or name == "CARGO_HOME"
    }
    environment["PATH"] = f"{binaries}:{environment['PATH']}"
    environment["CARGO_NET_OFFLINE"] = "true"
    with tempfile.TemporaryDirectory(prefix="guide-", dir=ROOT / "target") as folder:
        script = "set -euxo pipefail\n" + "\n".join(typed)
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = shell.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            said, _ = shell.communicate()
            said += f"\nnot done within {LIMIT} s"
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)  # what it left in the background
            except ProcessLookupError:
                pass
        log = pathlib.Path(folder, "belfry.log").read_text()
        try:
            look(folder, shell.returncode, said, log)
        except AssertionError:
            print(said, log, sep="\n---- belfry.log\n", file=sys.stderr)
            raise


def look(folder, code, said, log):
    """The end of the guide is what it promises."""
    assert code == 0, f"the shell ended with {code}"
    assert " 0 failed, " in said
    assert "accepted: OK" in said
    messages = [json.loads(line) for line in pathlib.Path(folder, "gateway.log").read_text().splitlines()]
    by_hand, by_server = messages
    assert by_hand["text"] == "Hello from the town", by_hand
    assert re.fullmatch(r"[A-Z0-9]{6} is your code to verify this phone number\.", by_server["text"]), by_server
    assert by_server["to"] == "+447700900123"
    assert '"isPhoneVerified":true' in said
    # One server, which began without a provider, sent through the new one, and then was told to stop.
    order = ["providers: none", "provider town is ready", "sent through town", "stopping"]
    places = [log.find(words) for words in order]
    assert -1 not in places and places == sorted(places), places
    assert log.count("listens on") == 1, "the server was started again"


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    assert (binaries / "belfry").exists(), f"no belfry in {binaries}"
    own_network()
    for language in ("Rust", "C"):
        follow(language, binaries)
        print(f"the guide works in {language}")


if __name__ == "__main__":
    main()
