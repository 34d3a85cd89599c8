"""Runs the flows of PyPI zitadel-client with each of its three ways to log in. One JSON line a flow."""

import functools
import json
import traceback

import flows
import world
from zitadel_client import Zitadel


def logins():
    """The administrator, by token, key and secret; each is made once, by the first flow."""
    by_token = Zitadel.with_access_token(world.URL, world.TOKEN)
    yield "personal access token", lambda: by_token
    yield "private key", functools.cache(lambda: with_key(by_token))
    yield "client credentials", functools.cache(lambda: with_secret(by_token))


def with_key(admin):
    added = admin.users.add_key(
        world.request("AddKey", user_id=world.USER, expiration_date=world.soon())
    )
    return flows.log_in_with_key(added.key_content)


def with_secret(admin):
    added = admin.users.add_secret(world.request("AddSecret", user_id=world.USER))
    shown = admin.users.get_user_by_id(world.request("GetUserByID", user_id=world.USER))
    return Zitadel.with_client_credentials(
        world.URL, shown.user.preferred_login_name, added.client_secret
    )


def explain(fault):
    body = getattr(fault, "response_body", "")
    places = [at for at in traceback.extract_tb(fault.__traceback__) if at.filename == flows.__file__]
    place = f" ({places[-1].name}, line {places[-1].lineno}: {places[-1].line})" if places else ""
    return f"{type(fault).__name__}: {fault} {body}{place}"


def main():
    for suite, log_in in logins():
        for name, flow in flows.FLOWS.items():
            failure = None
            try:
                flow(log_in())
            # Whatever the SDK throws is the flow's failure.
            except Exception as fault:
                failure = explain(fault)
            line = {"client": "PyPI zitadel-client", "suite": suite, "flow": name, "failure": failure}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
