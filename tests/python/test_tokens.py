"""The token endpoint and the tokens it gives out, with PyJWT as an implementation of JWT nobody here
wrote."""

import base64
import hashlib
import urllib.request

import jwt
import pytest
from conftest import Belfry
from machines import (
    API,
    ASSERTION,
    CREDENTIALS,
    Machine,
    assertion,
    by_assertion,
    claims,
    issuer,
    verified,
    who,
)

DEAD = "AUTH-7fs1e"


@pytest.fixture(scope="module")
def project(belfry):
    """The id of the ZITADEL project, from the audience of a token."""
    token = Machine(belfry, is_jwt=True).token()["access_token"]
    (project,) = jwt.decode(token, options={"verify_signature": False})["aud"]
    return project


@pytest.fixture
def own_belfry(tmp_path):
    """A server whose clock may be moved, and whose log says all it can."""
    server = Belfry(tmp_path, {"BELFRY__LOG__LEVEL": "debug"})
    yield server
    server.stop()


def basic(name, secret):
    encoded = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def test_discovery_tells_the_endpoints_at_the_origin_that_was_used(belfry):
    for host in [belfry.address, f"localhost:{belfry.port}"]:
        status, document = belfry.rest(
            "GET", "/.well-known/openid-configuration", headers={"Host": host}
        )
        assert status == 200 and document["issuer"] == f"http://{host}"
        for name, path in {
            "authorization_endpoint": "/oauth/v2/authorize",
            "token_endpoint": "/oauth/v2/token",
            "introspection_endpoint": "/oauth/v2/introspect",
            "userinfo_endpoint": "/oidc/v1/userinfo",
            "revocation_endpoint": "/oauth/v2/revoke",
            "jwks_uri": "/oauth/v2/keys",
        }.items():
            assert document[name] == f"http://{host}{path}"
        assert ASSERTION in document["grant_types_supported"]
        assert document["subject_types_supported"] == ["public"]
        assert "RS256" in document["id_token_signing_alg_values_supported"]


def test_the_key_set_may_be_kept_for_five_minutes(belfry):
    with urllib.request.urlopen(f"{issuer(belfry)}/oauth/v2/keys") as answer:
        assert answer.headers["Cache-Control"] == "max-age=300, must-revalidate"


def test_a_secret_gets_a_token_by_basic_and_by_form(belfry):
    machine = Machine(belfry)
    secret = machine.secret()
    grant = {"grant_type": CREDENTIALS, "scope": f"openid {API}"}
    by_header = belfry.form("/oauth/v2/token", grant, basic(machine.name, secret))
    in_form = {**grant, "client_id": machine.name.upper(), "client_secret": secret}
    for status, answer in [by_header, belfry.form("/oauth/v2/token", in_form)]:
        assert status == 200, answer
        assert set(answer) == {"access_token", "token_type", "expires_in", "id_token"}
        assert answer["token_type"] == "Bearer" and 43190 <= answer["expires_in"] <= 43200
        assert "." not in answer["access_token"]
        assert who(belfry, answer["access_token"]) == machine.id
        assert verified(belfry, answer["id_token"], machine.name)["sub"] == machine.id


def test_a_key_gets_a_token_again_and_again(belfry):
    machine = Machine(belfry)
    text = assertion(belfry, machine.key())
    for _ in range(2):
        status, answer = by_assertion(belfry, text)
        assert status == 200, answer
        assert "id_token" not in answer and "refresh_token" not in answer
        assert who(belfry, answer["access_token"]) == machine.id


def test_jwts_are_verified_by_the_key_set_and_say_what_the_contract_says(belfry, project):
    machine = Machine(belfry, is_jwt=True)
    answer = machine.token(f"openid profile {API}")
    access = verified(belfry, answer["access_token"], project)
    assert set(access) == {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id"}
    assert access["sub"] == machine.id and access["client_id"] == machine.name
    assert access["exp"] - access["iat"] == 12 * 3600
    identity = verified(belfry, answer["id_token"], machine.name)
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert identity["at_hash"] == base64.urlsafe_b64encode(half).decode().rstrip("=")
    assert identity["azp"] == machine.name and identity["name"] == "A machine"
    with pytest.raises(jwt.InvalidAudienceError):
        verified(belfry, answer["access_token"], "another")
    assert who(belfry, answer["access_token"]) == machine.id


def test_only_tokens_for_this_api_call_it(belfry):
    for is_jwt in [False, True]:
        machine = Machine(belfry, is_jwt)
        for scope in ["openid", "urn:zitadel:iam:org:project:id:1:aud", "nonsense"]:
            token = machine.token(scope)["access_token"]
            assert who(belfry, token) == DEAD
            assert belfry.rest("GET", "/oidc/v1/userinfo", token=token)[0] == 200


def test_a_foreign_or_forged_jwt_is_no_token(belfry, project):
    machine = Machine(belfry, is_jwt=True)
    good, key = machine.token()["access_token"], machine.key()
    head, body, signature = good.split(".")
    content = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    for token in [
        jwt.encode(content, key["key"], algorithm="RS256", headers={"kid": kid}),
        jwt.encode(content, None, algorithm="none"),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{good}=",
        "a.b.c",
    ]:
        assert who(belfry, token) == DEAD
    assert who(belfry, good) == machine.id


def test_every_refusal_of_the_token_endpoint(belfry):
    machine, bare = Machine(belfry), Machine(belfry)
    human, secret = belfry.human(), machine.secret()
    person = belfry.rest("GET", f"/v2/users/{human}")[1]["user"]["username"]
    grant = {"grant_type": CREDENTIALS, "scope": API}
    own = {"client_id": machine.name, "client_secret": secret}
    missing, invalid = "Errors.User.Machine.Secret.NotExisting", "Errors.User.Machine.Secret.Invalid"
    for fields, headers, error, description in [
        ({}, {}, "invalid_request", None),
        ({"grant_type": ""}, {}, "invalid_request", None),
        ({"grant_type": "password"}, {}, "unsupported_grant_type", None),
        ({"grant_type": "authorization_code"}, {}, "unsupported_grant_type", None),
        ({"grant_type": ASSERTION}, {}, "invalid_request", None),
        ({"grant_type": ASSERTION, "assertion": "a.b.c"}, {}, "invalid_grant", None),
        (grant, {}, "invalid_request", None),
        ({**grant, "client_secret": secret}, {}, "invalid_request", None),
        ({**grant, **own}, basic(machine.name, secret), "invalid_request", None),
        ({**grant, "client_id": "x"}, basic(machine.name, secret), "invalid_request", None),
        (grant, {"Authorization": "Basic ???"}, "invalid_request", None),
        ({**grant, **own, "client_id": "nobody"}, {}, "invalid_client", "client not found"),
        ({**grant, **own, "client_id": machine.id}, {}, "invalid_client", "client not found"),
        ({**grant, **own, "client_id": person}, {}, "invalid_client", "client not found"),
        ({**grant, **own, "client_id": bare.name}, {}, "invalid_request", missing),
        ({**grant, **own, "client_secret": secret + "x"}, {}, "invalid_request", invalid),
        ({**grant, **own, "client_secret": ""}, {}, "invalid_request", invalid),
        (grant, basic(machine.name, "wrong"), "invalid_request", invalid),
        ({**grant, **own, "scope": "x" * 3000}, {}, "invalid_request", None),
    ]:
        status, answer = belfry.form("/oauth/v2/token", fields, headers)
        assert (status, answer["error"]) == (400, error), (fields, answer)
        assert set(answer) == {"error", "error_description"}
        assert description in (None, answer["error_description"]), answer


def test_a_new_secret_replaces_the_old_and_a_removed_one_is_gone(belfry):
    machine = Machine(belfry)
    old, new = machine.secret(), machine.secret()

    def ask(secret):
        fields = {"grant_type": CREDENTIALS, "client_id": machine.name, "client_secret": secret}
        return belfry.form("/oauth/v2/token", fields)[0]

    assert (ask(old), ask(new)) == (400, 200)
    machine.manage("DELETE", f"/management/v1/users/{machine.id}/secret")
    assert ask(new) == 400


def test_a_bad_assertion_gets_nothing(belfry):
    machine, other = Machine(belfry), Machine(belfry)
    key, foreign = machine.key(), other.key()
    public = Machine(belfry, is_jwt=True).token()["access_token"]
    good = claims(belfry, key)
    refused = {
        "signed by another key": assertion(belfry, {**key, "key": foreign["key"]}),
        "an unknown key id": assertion(belfry, {**key, "keyId": "1"}),
        "no key id": jwt.encode(good, key["key"], algorithm="RS256"),
        "the key of another": assertion(belfry, {**foreign, "userId": machine.id}),
        "about another": assertion(belfry, key, sub=other.id),
        "from another": assertion(belfry, key, iss=other.id),
        "another audience": assertion(belfry, key, aud="https://example.com"),
        "another port": assertion(belfry, key, aud="http://127.0.0.1:1"),
        "no audience": assertion(belfry, key, aud=None),
        "no issue time": assertion(belfry, key, iat=None),
        "no end": assertion(belfry, key, exp=None),
        "over": assertion(belfry, key, exp=good["iat"] - 5),
        "too old": assertion(belfry, key, iat=good["iat"] - 3605),
        "too new": assertion(belfry, key, iat=good["iat"] + 30),
        "not yet": assertion(belfry, key, nbf=good["iat"] + 30),
        "without a signature": jwt.encode(
            good, None, algorithm="none", headers={"kid": key["keyId"]}
        ),
        "a shared secret": jwt.encode(
            good, "x" * 64, algorithm="HS256", headers={"kid": key["keyId"]}
        ),
        "another algorithm": jwt.encode(
            good, key["key"], algorithm="RS512", headers={"kid": key["keyId"]}
        ),
        "an access token": public,
        "critical members": jwt.encode(
            good, key["key"], algorithm="RS256", headers={"kid": key["keyId"], "crit": ["exp"]}
        ),
    }
    for reason, text in refused.items():
        status, answer = by_assertion(belfry, text)
        assert (status, answer["error"]) == (400, "invalid_grant"), reason


def test_clocks_may_differ_by_a_second_and_audiences_have_two_forms(own_belfry):
    key = Machine(own_belfry).key()
    now = claims(own_belfry, key)["iat"]
    many = [issuer(own_belfry), "https://example.com"]
    for more in [
        {"iat": now + 1},
        {"iat": now - 3595},
        {"aud": many},
        {"aud": issuer(own_belfry) + "/"},
    ]:
        assert by_assertion(own_belfry, assertion(own_belfry, key, **more))[0] == 200, more
    own_belfry.advance(3602)
    assert by_assertion(own_belfry, assertion(own_belfry, key, now))[0] == 400


def test_a_key_works_until_it_is_removed_or_over(own_belfry):
    machine = Machine(own_belfry)
    removed = machine.key()
    token = by_assertion(own_belfry, assertion(own_belfry, removed))[1]["access_token"]
    machine.manage("DELETE", f"/management/v1/users/{machine.id}/keys/{removed['keyId']}")
    assert by_assertion(own_belfry, assertion(own_belfry, removed))[0] == 400
    assert who(own_belfry, token) == machine.id
    mortal = machine.key(expirationDate="2100-01-01T00:00:00Z")
    assert mortal["expirationDate"] == "2100-01-01T00:00:00Z"
    assert by_assertion(own_belfry, assertion(own_belfry, mortal))[0] == 200
    own_belfry.advance(100 * 366 * 24 * 3600)
    later = claims(own_belfry, mortal)["iat"] + 100 * 366 * 24 * 3600
    assert by_assertion(own_belfry, assertion(own_belfry, mortal, later))[0] == 400
    assert by_assertion(own_belfry, assertion(own_belfry, machine.key(), later))[0] == 200


def test_tokens_end_after_twelve_hours_and_keys_outlive_what_they_signed(own_belfry):
    machine = Machine(own_belfry, is_jwt=True)
    token = machine.token()["access_token"]

    def shown():
        return {key["kid"] for key in own_belfry.rest("GET", "/oauth/v2/keys")[1]["keys"]}

    (first,) = shown()
    own_belfry.advance(12 * 3600 - 60)
    assert who(own_belfry, token) == machine.id
    own_belfry.advance(120)
    assert who(own_belfry, token) == DEAD
    own_belfry.advance(90 * 24 * 3600 - 13 * 3600)
    assert len(shown()) == 2, "the next key is shown before it signs"
    last = machine.token()["access_token"]
    assert jwt.get_unverified_header(last)["kid"] == first
    own_belfry.advance(3700)
    assert jwt.get_unverified_header(machine.token()["access_token"])["kid"] != first
    assert first in shown() and who(own_belfry, last) == machine.id
    own_belfry.advance(13 * 3600)
    assert first not in shown() and len(shown()) == 1


def test_losing_access_ends_every_token_for_good(belfry):
    for lose, regain in [("_lock", "_unlock"), ("_deactivate", "_reactivate")]:
        machine = Machine(belfry, is_jwt=True)
        key, secret = machine.key(), machine.secret()
        tokens = [machine.pat(), machine.token()["access_token"]]
        tokens.append(by_assertion(belfry, assertion(belfry, key))[1]["access_token"])
        assert {who(belfry, token) for token in tokens} == {machine.id}
        machine.manage("POST", f"/management/v1/users/{machine.id}/{lose}", {})
        assert by_assertion(belfry, assertion(belfry, key))[1]["error"] == "invalid_grant"
        fields = {"grant_type": CREDENTIALS, "client_id": machine.name, "client_secret": secret}
        assert belfry.form("/oauth/v2/token", fields)[0] == 400
        machine.manage("POST", f"/management/v1/users/{machine.id}/{regain}", {})
        assert {who(belfry, token) for token in tokens} == {DEAD}
        pats = machine.manage("POST", f"/management/v1/users/{machine.id}/pats/_search", {})
        assert len(pats["result"]) == 1
        assert who(belfry, machine.pat()) == machine.id
        assert who(belfry, by_assertion(belfry, assertion(belfry, key))[1]["access_token"])


def test_a_removed_machine_has_no_token(belfry):
    machine = Machine(belfry)
    key, token = machine.key(), machine.token()["access_token"]
    machine.manage("DELETE", f"/management/v1/users/{machine.id}")
    assert who(belfry, token) == DEAD
    assert by_assertion(belfry, assertion(belfry, key))[0] == 400


def test_nothing_secret_reaches_the_log(own_belfry):
    machine = Machine(own_belfry, is_jwt=True)
    secret, key = machine.secret(), machine.key()
    text = assertion(own_belfry, key)
    answer = by_assertion(own_belfry, text, f"openid {API}")[1]
    fields = {"grant_type": CREDENTIALS, "client_id": machine.name, "client_secret": f"{secret}x"}
    own_belfry.form("/oauth/v2/token", fields)
    by_assertion(own_belfry, text[:-8] + "AAAAAAAA")
    log = (own_belfry.folder / "belfry.log").read_text()
    assert "DEBUG" in log
    for part in [secret, text, answer["access_token"], answer["id_token"], "PRIVATE KEY"]:
        assert part not in log


def test_too_many_wrong_secrets_must_wait_and_the_right_one_need_not(own_belfry):
    machine = Machine(own_belfry)
    right = {
        "grant_type": CREDENTIALS,
        "client_id": machine.name,
        "client_secret": machine.secret(),
    }
    wrong = {**right, "client_secret": "wrong"}
    statuses = [own_belfry.form("/oauth/v2/token", wrong)[0] for _ in range(300)]
    assert set(statuses) == {400, 429}
    assert own_belfry.form("/oauth/v2/token", right)[0] == 200
