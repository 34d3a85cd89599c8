#!/usr/bin/env python3
"""Stands in for an SMS gateway: prints each message as one JSON line, and sends nothing.

    python3 gateway.py [PORT]
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "try-me"
known = {}  # our reference: the gateway's id, so that a message that comes again is one message


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self.answer(401, {"error": "the key is wrong"})
        try:
            message = json.loads(body)
            number, reference = message["to"], message["reference"]
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"error": "not a message"})
        if not number.startswith("+"):
            return self.answer(422, {"error": "not a number"})
        if reference not in known:
            known[reference] = f"g-{len(known) + 1}"
            print(json.dumps({"id": known[reference], **message}), flush=True)
        return self.answer(201, {"id": known[reference]})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9099
ThreadingHTTPServer(("127.0.0.1", port), Gateway).serve_forever()
