"""Whatever comes over the socket, the server answers without a 5xx or closes, and goes on serving."""

import random
import socket
import struct
import threading
import time

import pytest

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\4\0\0\0\0\0"
METHOD = b"/zitadel.management.v1.ManagementService/UpdateHumanPhone"
CONNECT = b"/zitadel.user.v2.UserService/SetPhone"
REST = b"/management/v1/users/1/phone"


@pytest.fixture(autouse=True)
def serving_afterwards(belfry):
    yield
    assert belfry.process.poll() is None
    status, answer = belfry.rest("GET", "/management/v1/healthz")
    assert (status, answer) == (200, {})


def exchange(belfry, data, seconds=20, close=True):
    """Sends bytes and reads until the server closes, goes silent for a second, or the time is up."""
    received = b""
    with socket.create_connection(("127.0.0.1", belfry.port), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            if close:
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(1)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                chunk = connection.recv(65536)
                if not chunk:
                    break
                received += chunk
        except OSError:
            pass
    return received


def statuses(received):
    """The statuses of the HTTP/1.1 answers in what was received."""
    starts = (line for line in received.split(b"\r\n") if line.startswith(b"HTTP/1."))
    return [int(line.split()[1]) for line in starts]


def request(belfry, verb, target, content_type, body, more=b""):
    return (
        verb + b" " + target + b" HTTP/1.1\r\nHost: " + belfry.address.encode()
        + b"\r\nAuthorization: Bearer " + belfry.token.encode()
        + b"\r\nContent-Type: " + content_type
        + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\nConnection: close\r\n"
        + more + b"\r\n" + body
    )


def expect_client_error(belfry, data):
    """Expects an answer, and in it no success and no 5xx."""
    received = exchange(belfry, data)
    found = statuses(received)
    assert found and all(400 <= status < 500 for status in found), received[:400]
    assert b"panicked" not in received and b".rs" not in received


BODIES = [
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b'{"phone": 1}',
    b'{"phone": "+41791234567", "phone": "+41791234568"}',
    b'{"phone": {}}',
    b'{"isPhoneVerified": "yes"}',
    b'{"phone": "+41791234567"} x',
    b'\xef\xbb\xbf{"phone": "+41791234567"}',
    b'{"phone": "\xff"}',
    b'{"other": "\xff"}',
    b'{"phone": "\\ud800"}',
    b'{"phone": "+4179\n1234567"}',
    b"{" + b'"a":{' * 5000 + b"}" * 5001,
    b"[" * 100000,
    b'{"phone": ' + b"9" * 100000 + b"}",
    b'{"phone": "' + b"+" * 1000000 + b'"}',
    b"\0" * 100,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_malformed_json_is_a_client_error(belfry, body):
    expect_client_error(belfry, request(belfry, b"PUT", REST, b"application/json", body))
    expect_client_error(belfry, request(belfry, b"POST", CONNECT, b"application/json", body))


FRAMES = [
    b"",
    b"\0",
    b"\0\0\0\0",
    b"\0\0\0\0\5abc",
    b"\0\xff\xff\xff\xff",
    b"\0\x7f\xff\xff\xff" + b"x" * 1000,
    b"\0\0\0\0\0\0\0\0\0\0",
    b"\1\0\0\0\3abc",
    b"\x80\0\0\0\3abc",
    b"\0\0\0\0\3\xff\xff\xff",
    b"\0\0\0\0\2\x12\x7f",
    b"\0\0\0\0\3\x12\1\xff",
    b"\0\0\0\0\2\x0b\x0b",
    b"\0\0\0\7\xd0" + b"\x0b" * 2000,
]


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
def test_malformed_frames_are_refused_in_the_trailers(belfry, frame):
    for target, verb in [(METHOD, b"POST"), (REST, b"PUT")]:
        data = request(belfry, verb, target, b"application/grpc-web+proto", frame)
        received = exchange(belfry, data)
        found = statuses(received)
        assert found and all(status == 200 or 400 <= status < 500 for status in found), received
        assert b"grpc-status:0" not in received.replace(b" ", b""), received
        assert b"grpc-status" in received or found[0] >= 400, received


@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x12\x7f", b"\x12\1\xff", b"\x0b\x0b"])
def test_malformed_connect_messages_are_client_errors(belfry, body):
    expect_client_error(belfry, request(belfry, b"POST", CONNECT, b"application/proto", body))


@pytest.mark.parametrize("text", [b"!", b"AAAA=A==", b"A", b"AAAAAAM\0", b"\xff\xfe"])
def test_malformed_grpc_web_text_is_refused(belfry, text):
    data = request(belfry, b"POST", METHOD, b"application/grpc-web-text", text)
    received = exchange(belfry, data)
    assert statuses(received) and all(status < 500 for status in statuses(received)), received


def test_an_oversized_body_is_a_client_error(belfry):
    for target, content_type in [(REST, b"application/json"), (CONNECT, b"application/proto")]:
        head = request(belfry, b"PUT" if target is REST else b"POST", target, content_type, b"")
        head = head.replace(b"Content-Length: 0", b"Content-Length: 900000000")
        received = exchange(belfry, head + b" " * 100_000, close=False)
        found = statuses(received)
        assert not found or found[0] in (400, 413, 429), received[:300]


HEADS = [
    b"GARBAGE\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/1.1\r\n\r\n",
    b"GET /management/v1/users/%00/phone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /management/v1/users/%zz/phone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /management/v1/users/%ff%fe/phone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_a_malformed_head_gets_no_5xx(belfry, head):
    received = exchange(belfry, head)
    assert all(status < 500 for status in statuses(received)), received[:400]


def h2_frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


H2 = [
    PREFACE,
    PREFACE[:10],
    PREFACE + b"\0" * 100,
    PREFACE + b"\xff" * 1000,
    PREFACE + SETTINGS + h2_frame(1, 4, 1, b"\xff" * 200),
    PREFACE + SETTINGS + h2_frame(1, 4, 0, b"\x82"),
    PREFACE + SETTINGS + h2_frame(1, 4, 2, b"\x82"),
    PREFACE + SETTINGS + h2_frame(0, 1, 1, b"data without headers"),
    PREFACE + SETTINGS + h2_frame(8, 0, 0, b"\0\0\0\0"),
    PREFACE + SETTINGS + h2_frame(8, 0, 0, b"\x7f\xff\xff\xff") * 3,
    PREFACE + SETTINGS + h2_frame(6, 0, 0, b"short"),
    PREFACE + SETTINGS + h2_frame(4, 0, 0, b"12345"),
    PREFACE + SETTINGS + b"\xff\xff\xff\0\0\0\0\0\1",
    PREFACE + SETTINGS + h2_frame(1, 0, 1, b"\x82") + h2_frame(9, 0, 1, b"\x00" * 1000) * 200,
    PREFACE + SETTINGS + h2_frame(6, 0, 0, b"pingping") * 5000,
    PREFACE + SETTINGS + b"".join(
        h2_frame(1, 5, stream, b"\x82\x86\x84\x41\x01x") + h2_frame(3, 0, stream, b"\0\0\0\x08")
        for stream in range(1, 4001, 2)
    ),
]


@pytest.mark.parametrize("data", H2, ids=range(len(H2)))
def test_garbage_over_http_2_ends_that_connection_only(belfry, data):
    exchange(belfry, data)


def test_random_bodies_get_no_5xx(belfry):
    dice = random.Random(1)
    targets = [
        (b"PUT", REST, b"application/json"),
        (b"PUT", REST, b"application/grpc-web+proto"),
        (b"POST", METHOD, b"application/grpc-web+proto"),
        (b"POST", METHOD, b"application/grpc-web-text"),
        (b"POST", CONNECT, b"application/json"),
        (b"POST", CONNECT, b"application/proto"),
        (b"POST", CONNECT, b"application/grpc-web+json"),
    ]
    for round_number in range(210):
        verb, target, content_type = targets[round_number % len(targets)]
        body = dice.randbytes(dice.randrange(200))
        if round_number % 2 and b"grpc" in content_type:
            body = b"\0" + struct.pack(">I", len(body)) + body
        received = exchange(belfry, request(belfry, verb, target, content_type, body))
        found = statuses(received)
        assert found and all(status < 500 for status in found), (content_type, body, received[:300])


def test_slow_requests_end_within_about_ten_seconds(belfry):
    """Heads and bodies that never end, over HTTP/1.1 and HTTP/2, do not hold a connection."""
    head = b"POST /v2/users/human HTTP/1.1\r\nHost: x\r\n"
    body = head + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    silent = {
        "half a line": b"GET /deb",
        "half a head": head,
        "half a body": body,
        "half a preface": PREFACE[:12],
        "half a frame": PREFACE + b"\0\0",
    }
    lives = {}

    def hold(name, data, drip):
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", belfry.port)) as connection:
            connection.settimeout(1)
            connection.sendall(data)
            while time.monotonic() - begun < 30:
                try:
                    if drip:
                        connection.sendall(drip)
                    if not connection.recv(4096):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        lives[name] = time.monotonic() - begun

    threads = [threading.Thread(target=hold, args=(name, data, b"")) for name, data in silent.items()]
    threads.append(threading.Thread(target=hold, args=("a dripping head", head, b"X: y\r\n")))
    threads.append(threading.Thread(target=hold, args=("a dripping body", body, b" ")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    too_long = {name: life for name, life in lives.items() if life > 15}
    assert not too_long


def test_many_idle_connections_do_not_stop_the_server(belfry):
    connections = [socket.create_connection(("127.0.0.1", belfry.port)) for _ in range(500)]
    try:
        assert belfry.rest("GET", "/auth/v1/healthz") == (200, {})
    finally:
        for connection in connections:
            connection.close()
