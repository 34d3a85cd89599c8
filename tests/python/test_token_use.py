"""What tokens say and to whom: userinfo, introspection, revocation, and acting as another user."""

import datetime
import sqlite3

import jwt
import pytest
from machines import API, EXCHANGE, Machine, assertion, by_assertion, verified, who

DEAD = "AUTH-7fs1e"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
JWT = "urn:ietf:params:oauth:token-type:jwt"
USER_ID = "urn:zitadel:params:oauth:token-type:user_id"
BY_KEY = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def other_org(belfry):
    status, answer = belfry.rest("POST", "/management/v1/orgs", {"name": "Others"})
    assert status == 200, answer
    return answer["id"]


def client(machine):
    """The fields by which a machine authenticates as a client."""
    return {"client_id": machine.name, "client_secret": machine.secret()}


def introspect(belfry, fields, token):
    return belfry.form("/oauth/v2/introspect", {**fields, "token": token})


def exchange(belfry, user, actor, **more):
    fields = {
        "grant_type": EXCHANGE,
        "subject_token": user,
        "subject_token_type": USER_ID,
        "actor_token": actor,
        "actor_token_type": ACCESS_TOKEN,
        **more,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return belfry.form("/oauth/v2/token", given)


def act_as(belfry, user, actor, **more):
    status, answer = exchange(belfry, user, actor, **more)
    assert status == 200, answer
    return answer


def person_with_phone(belfry):
    user, number = belfry.human(), belfry.number()
    body = {"phone": number, "isVerified": True}
    assert belfry.rest("POST", f"/v2/users/{user}/phone", body)[0] == 200
    return user, number


def test_userinfo_tells_what_the_scopes_ask_for(belfry):
    machine = Machine(belfry).has_role("ORG_ADMIN_IMPERSONATOR")
    user, number = person_with_phone(belfry)
    scope = f"openid profile email phone urn:zitadel:iam:user:resourceowner {API}"
    token = act_as(belfry, user, machine.pat(), scope=scope)["access_token"]
    for verb in ["GET", "POST"]:
        status, claims = belfry.rest(verb, "/oidc/v1/userinfo", token=token)
        assert status == 200 and claims["sub"] == user
        assert (claims["phone_number"], claims["phone_number_verified"]) == (number, True)
        assert claims["email_verified"] is True and claims["email"].endswith("@example.com")
        assert (claims["given_name"], claims["family_name"]) == ("Ada", "Lovelace")
        assert claims["urn:zitadel:iam:user:resourceowner:id"] == belfry.org
    bare = act_as(belfry, user, machine.pat(), scope="openid")["access_token"]
    assert belfry.rest("GET", "/oidc/v1/userinfo", token=bare) == (200, {"sub": user})
    assert belfry.rest("GET", "/oidc/v1/userinfo")[1]["name"], "a personal token has profile"
    for token in ["nonsense", " "]:
        status, answer = belfry.rest("GET", "/oidc/v1/userinfo", token=token)
        assert (status, answer["error"]) == (401, "access_denied")


def test_introspection_needs_a_good_client_and_a_token(belfry):
    machine = Machine(belfry)
    token, own = machine.token()["access_token"], client(machine)
    key = machine.key()
    by_key = {"client_assertion_type": BY_KEY, "client_assertion": assertion(belfry, key)}
    for fields, error in [
        ({"token": token}, "invalid_client"),
        ({}, "invalid_client"),
        ({"token": token, "client_id": "nobody", "client_secret": "x"}, "unauthorized_client"),
        ({"token": token, **own, "client_secret": "x"}, "unauthorized_client"),
        ({"token": token, **by_key, "client_assertion": "a.b.c"}, "unauthorized_client"),
        ({"token": token, **by_key, "client_assertion_type": "x"}, "invalid_request"),
        (own, "invalid_request"),
    ]:
        for path in ["/oauth/v2/introspect", "/oauth/v2/revoke"]:
            status, answer = belfry.form(path, fields)
            assert (status, answer["error"]) == (400, error), (path, fields, answer)
    for good in [own, by_key]:
        status, answer = introspect(belfry, good, token)
        assert (status, answer["active"], answer["sub"]) == (200, True, machine.id)
        assert answer["scope"] == API and answer["username"] == machine.name
        assert answer["exp"] - answer["iat"] == 12 * 3600 and answer["token_type"] == "Bearer"


def test_a_client_learns_only_of_tokens_that_are_for_it(belfry, other_org):
    stranger, reader = Machine(belfry), Machine(belfry).has_role("ORG_USER_MANAGER")
    machine, foreigner = Machine(belfry), Machine(belfry, org=other_org)
    named = f"urn:zitadel:iam:org:project:id:{stranger.id}:aud"
    of_stranger, of_reader = client(stranger), client(reader)
    inactive = (200, {"active": False})
    for token, for_stranger, for_reader in [
        (machine.token()["access_token"], False, True),
        (machine.pat(), False, True),
        (machine.token("openid")["access_token"], False, False),
        (machine.token(named)["access_token"], True, False),
        (foreigner.token()["access_token"], False, False),
        ("nonsense", False, False),
    ]:
        assert (introspect(belfry, of_stranger, token) != inactive) == for_stranger
        assert (introspect(belfry, of_reader, token) != inactive) == for_reader


def test_a_client_revokes_its_own_access_tokens_only(belfry):
    machine, other = Machine(belfry), Machine(belfry)
    token, pat = machine.token()["access_token"], machine.pat()
    of_machine, of_other = client(machine), client(other)

    def revoke(fields, token):
        assert belfry.form("/oauth/v2/revoke", {**fields, "token": token}) == (200, None)

    revoke(of_other, token)
    revoke(of_machine, "nonsense")
    revoke(of_machine, pat)
    assert who(belfry, token) == who(belfry, pat) == machine.id
    revoke(of_machine, token)
    revoke(of_machine, token)
    assert who(belfry, token) == DEAD
    assert introspect(belfry, of_machine, token) == (200, {"active": False})
    assert who(belfry, pat) == machine.id


def test_an_impersonator_makes_the_calls_of_a_user_and_the_history_says_so(belfry):
    machine = Machine(belfry).has_role("ORG_END_USER_IMPERSONATOR")
    user, number = belfry.human(), belfry.number()
    answer = act_as(belfry, user, machine.token()["access_token"])
    assert answer["issued_token_type"] == ACCESS_TOKEN and "id_token" not in answer
    token = answer["access_token"]
    assert who(belfry, token) == user
    assert belfry.rest("PUT", "/auth/v1/users/me/phone", {"phone": number}, token=token)[0] == 200
    path = f"/management/v1/users/{user}/changes/_search"
    changes = belfry.rest("POST", path, {})[1]["result"]
    editors = {change["eventType"]["key"]: change["editorId"] for change in changes}
    assert editors["EventTypes.user.impersonated"] == machine.id
    assert editors["EventTypes.user.human.phone.changed"] == user
    with sqlite3.connect(f"file:{belfry.folder}/belfry.db?mode=ro", uri=True) as database:
        query = "SELECT type, actor FROM events WHERE editor = ?"
        actors = dict(database.execute(query, [user]).fetchall())
    assert actors["user.human.phone.changed"] == machine.id
    assert introspect(belfry, client(machine), token)[1] == {"active": False}
    answer = act_as(belfry, user, machine.pat(), requested_token_type=JWT, scope=f"openid {API}")
    assert answer["issued_token_type"] == JWT
    (project,) = jwt.decode(answer["access_token"], options={"verify_signature": False})["aud"]
    for text, audience in [(answer["access_token"], project), (answer["id_token"], machine.id)]:
        claims = verified(belfry, text, audience)
        assert (claims["sub"], claims["act"]) == (user, {"sub": machine.id})


def test_who_may_act_as_whom(belfry, other_org):
    end_users = Machine(belfry).has_role("ORG_END_USER_IMPERSONATOR").pat()
    admins = Machine(belfry).has_role("ORG_ADMIN_IMPERSONATOR").pat()
    owner, nobody = Machine(belfry).has_role("ORG_OWNER").pat(), Machine(belfry).pat()
    user, machine = belfry.human(), Machine(belfry).id
    member = Machine(belfry).has_role("ORG_OWNER_VIEWER").id
    foreigner = Machine(belfry, org=other_org).id
    removed = Machine(belfry)
    removed.manage("DELETE", f"/management/v1/users/{removed.id}")
    locked = Machine(belfry)
    locked.manage("POST", f"/management/v1/users/{locked.id}/_lock", {})
    reach = {
        "a person": (user, end_users, admins),
        "a machine": (machine, end_users, admins),
        "a member of the organization": (member, admins),
        "the instance owner": (belfry.user,),
        "somebody elsewhere": (foreigner,),
        "somebody who was removed": (removed.id,),
        "somebody who is locked": (locked.id,),
        "nobody": ("1",),
    }
    for name, (subject, *may) in reach.items():
        for actor in [end_users, admins, owner, nobody, belfry.token]:
            status, answer = exchange(belfry, subject, actor)
            if actor in may:
                assert status == 200, (name, answer)
            else:
                assert (status, answer["error"]) == (400, "access_denied"), name


def test_an_exchange_that_is_not_good_is_refused(belfry):
    machine = Machine(belfry).has_role("ORG_END_USER_IMPERSONATOR")
    user, pat = belfry.human(), machine.pat()
    acting = act_as(belfry, user, pat)["access_token"]
    for more in [
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token_type": ACCESS_TOKEN},
        {"actor_token": None},
        {"actor_token": "nonsense"},
        {"actor_token": machine.token("openid")["access_token"]},
        {"actor_token": acting},
        {"actor_token_type": None},
        {"actor_token_type": USER_ID},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"},
    ]:
        status, answer = exchange(belfry, user, pat, **more)
        assert (status, answer["error"]) == (400, "invalid_request"), (more, answer)


def test_acting_ends_with_the_access_of_either_and_with_a_revocation(belfry):
    machine = Machine(belfry).has_role("ORG_END_USER_IMPERSONATOR")
    one, other, third = (Machine(belfry) for _ in range(3))
    tokens = [act_as(belfry, user.id, machine.pat())["access_token"] for user in (one, other, third)]
    assert [who(belfry, token) for token in tokens] == [one.id, other.id, third.id]
    one.manage("POST", f"/management/v1/users/{one.id}/_deactivate", {})
    assert [who(belfry, token) for token in tokens] == [DEAD, other.id, third.id]
    belfry.form("/oauth/v2/revoke", {**client(machine), "token": tokens[1]})
    assert [who(belfry, token) for token in tokens] == [DEAD, DEAD, third.id]
    machine.manage("POST", f"/management/v1/users/{machine.id}/_lock", {})
    assert [who(belfry, token) for token in tokens] == [DEAD, DEAD, DEAD]


def test_a_token_to_act_does_not_outlive_the_token_of_the_actor(belfry):
    machine = Machine(belfry).has_role("ORG_END_USER_IMPERSONATOR")
    text = by_assertion(belfry, assertion(belfry, machine.key()))[1]["access_token"]
    answer = act_as(belfry, belfry.human(), text)
    assert answer["expires_in"] <= 43200
    soon = machine.manage(
        "POST", f"/management/v1/users/{machine.id}/pats", {"expirationDate": in_a_minute()}
    )
    assert act_as(belfry, belfry.human(), soon["token"])["expires_in"] <= 60


def in_a_minute():
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=60)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
