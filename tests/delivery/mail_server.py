"""A mail server for tests: aiosmtpd with TLS, authentication and moods.

Writes each e-mail that it takes as a JSON line. The file MOOD says how it behaves: empty is normal, a
text such as "451 later" is its answer to each recipient, "slow 5" waits that many seconds first, "drop"
closes the connection without an answer. MAIL, DATA or NOOP before it make it about that step instead;
DATA is the answer to the text.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import signal
import ssl
import sys
import warnings
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

arguments = argparse.ArgumentParser()
arguments.add_argument("--port", type=int, required=True)
arguments.add_argument("--folder", type=Path, required=True)
arguments.add_argument("--tls", choices=["none", "starttls", "tls"], default="none")
arguments.add_argument("--user", default="")
arguments.add_argument("--password", default="")
given = arguments.parse_args()
# Refused clients and passwords in clear text are what the tests are about.
logging.disable()
warnings.simplefilter("ignore")


async def answer(server, step):
    """The answer to a step that the mood asks for; None is the usual one."""
    mood = (given.folder / "mood").read_text().strip()
    first, _, rest = mood.partition(" ")
    about, mood = (first, rest) if first in ("MAIL", "DATA", "NOOP") else ("RCPT", mood)
    if about != step:
        return None
    if mood.startswith("slow "):
        await asyncio.sleep(float(mood.removeprefix("slow ")))
        return None
    if mood == "drop":
        server.transport.abort()
    return mood or None


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if refusal := await answer(server, "MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if refusal := await answer(server, "RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_NOOP(self, server, session, envelope, argument):
        return await answer(server, "NOOP") or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if refusal := await answer(server, "DATA"):
            return refusal
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)

        def part(kind):
            body = message.get_body(preferencelist=(kind,))
            return body.get_content() if body else ""

        sender = message["from"].addresses[0]
        taken = {
            "envelopeFrom": envelope.mail_from,
            "envelopeTo": envelope.rcpt_tos,
            "fromName": sender.display_name,
            "fromAddress": sender.addr_spec,
            "to": message["to"],
            "replyTo": message["reply-to"],
            "subject": message["subject"],
            "messageId": message["message-id"],
            "date": message["date"],
            "headers": message.keys(),
            "text": part("plain").strip(),
            "html": part("html").strip(),
            "isEncrypted": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data.login.decode() if session.auth_data else "",
            "isSevenBit": envelope.content.isascii(),
            "connection": session.peer[1],
        }
        with (given.folder / "mails.jsonl").open("a") as mails:
            mails.write(json.dumps(taken, default=str) + "\n")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    expected = LoginPassword(given.user.encode(), given.password.encode())
    return AuthResult(success=data == expected, handled=False, auth_data=data)


def certificate():
    authority = trustme.CA()
    authority.cert_pem.write_to_path(given.folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


options = {}
if given.tls == "tls":
    options |= {"ssl_context": certificate()}
elif given.tls == "starttls":
    options |= {"tls_context": certificate(), "require_starttls": True}
if given.user:
    options |= {
        "authenticator": authenticate,
        "auth_required": True,
        "auth_require_tls": given.tls == "starttls",
    }
controller = Controller(Handler(), hostname="127.0.0.1", port=given.port, **options)
controller.start()
print("ready", flush=True)
signal.sigwait([signal.SIGTERM, signal.SIGINT])
controller.stop()
sys.exit(0)
