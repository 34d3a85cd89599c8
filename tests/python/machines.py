"""Machine users as an OAuth client sees them: their secrets, keys, assertions and tokens."""

import base64
import json
import time

import jwt

API = "urn:zitadel:iam:org:project:id:zitadel:aud"
CREDENTIALS = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Machine:
    """A new machine user."""

    def __init__(self, belfry, is_jwt=False, org=None):
        self.belfry = belfry
        self.name = f"machine-{next(belfry.numbers)}"
        self.headers = {"x-zitadel-orgid": org} if org else {}
        kind = "ACCESS_TOKEN_TYPE_JWT" if is_jwt else "ACCESS_TOKEN_TYPE_BEARER"
        body = {"userName": self.name, "name": "A machine", "accessTokenType": kind}
        self.id = self.manage("POST", "/management/v1/users/machine", body)["userId"]

    def manage(self, verb, path, body=None):
        status, answer = self.belfry.rest(verb, path, body, headers=self.headers)
        assert status == 200, answer
        return answer

    def secret(self):
        """A new client secret."""
        answer = self.manage("PUT", f"/management/v1/users/{self.id}/secret", {})
        assert answer["clientId"] == self.name
        return answer["clientSecret"]

    def key(self, **more):
        """A new key: the key file."""
        body = {"type": "KEY_TYPE_JSON", **more}
        answer = self.manage("POST", f"/management/v1/users/{self.id}/keys", body)
        return json.loads(base64.b64decode(answer["keyDetails"]))

    def pat(self):
        """A new personal access token."""
        return self.manage("POST", f"/management/v1/users/{self.id}/pats", {})["token"]

    def has_role(self, role):
        """Makes the machine a member of the first organization."""
        body = {"userId": self.id, "roles": [role]}
        status, answer = self.belfry.rest("POST", "/management/v1/orgs/me/members", body)
        assert status == 200, answer
        return self

    def token(self, scope=API):
        """The answer to a request for a token, with a new secret."""
        fields = {
            "grant_type": CREDENTIALS,
            "scope": scope,
            "client_id": self.name,
            "client_secret": self.secret(),
        }
        status, answer = self.belfry.form("/oauth/v2/token", fields)
        assert status == 200, answer
        return answer


def issuer(belfry):
    return f"http://{belfry.address}"


def claims(belfry, key, now=None, **more):
    """The claims that the SDKs put into an assertion."""
    now = int(time.time()) if now is None else now
    user = key["userId"]
    return {"iss": user, "sub": user, "aud": issuer(belfry), "iat": now, "exp": now + 3600, **more}


def assertion(belfry, key, now=None, **more):
    """An assertion, signed with the key of a key file."""
    content = claims(belfry, key, now, **more)
    content = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(content, key["key"], algorithm="RS256", headers={"kid": key["keyId"]})


def by_assertion(belfry, text, scope=API):
    """Asks for a token with an assertion, as every SDK does."""
    fields = {"grant_type": ASSERTION, "assertion": text, "scope": scope, "client_id": "None"}
    return belfry.form("/oauth/v2/token", fields)


def verified(belfry, token, audience):
    """The claims of a JWT that the key set verifies."""
    key = jwt.PyJWKClient(f"{issuer(belfry)}/oauth/v2/keys").get_signing_key_from_jwt(token)
    return jwt.decode(
        token, key.key, algorithms=["RS256"], audience=audience, issuer=issuer(belfry)
    )


def who(belfry, token):
    """Whom a token stands for, or the id of the refusal."""
    status, answer = belfry.rest("GET", "/auth/v1/users/me", token=token)
    if status == 200:
        return answer["user"]["id"]
    assert status == 401, answer
    return answer["details"][0]["id"]
