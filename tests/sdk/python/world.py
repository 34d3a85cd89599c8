"""The running server and what the flows share: new names and numbers, requests, SMS."""

import datetime
import itertools
import json
import os
import pathlib
import random
import re
import time
import uuid

from zitadel_client import models

URL, TOKEN = os.environ["BELFRY_URL"], os.environ["BELFRY_TOKEN"]
ORG, USER = os.environ["BELFRY_ORG"], os.environ["BELFRY_USER"]

_numbers = itertools.count(random.randrange(1_000_000, 8_000_000))


def number():
    """A Swiss mobile number that nobody has; the other runners draw from other prefixes."""
    return f"+4177{next(_numbers)}"


def name():
    """A name that nobody has."""
    return f"pypi-{uuid.uuid4()}"


def soon():
    """An hour from now; the SDK sends it with an offset and microseconds."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)


def request(rpc, **fields):
    """The request of a method of the user service; the SDK's models take dicts for their members."""
    return getattr(models, f"UserService{rpc}Request")(**fields)


def sms_code(to, messages=1):
    """The code in the last SMS to a number, once there are that many."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        texts = _sms_to(to)
        if len(texts) >= messages:
            return re.search(r"\b[A-Z0-9]{6}\b", texts[-1])[0]
        time.sleep(0.02)
    raise AssertionError(f"no SMS to {to}")


def _sms_to(to):
    file = pathlib.Path(os.environ["BELFRY_SMS"])
    # The first SMS makes the file; the last line may be half written.
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    return [sms["text"] for sms in map(json.loads, lines) if sms["to"] == to]
