"""Flows of zitadel.user.v2 through zitadel-client, each a function of a client that is logged in."""

import base64
import json
import tempfile

import world
from world import number, request, sms_code, soon
from zitadel_client import ApiError, TransportOptions, Zitadel, models
from zitadel_client.auth.no_auth_authenticator import NoAuthAuthenticator


def refused(call, status, code, error_id=None):
    """Expects a call to fail with HTTP status, Connect code and the id that the message ends with."""
    try:
        answer = call()
    except ApiError as error:
        body = error.response_body
        assert (error.code, body["code"]) == (status, code), body
        if error_id is not None:
            assert body["message"].endswith(f" ({error_id})"), body
            [detail] = body["details"]
            assert detail["type"] == "zitadel.v1.ErrorDetail", body
            # Protobuf: member 1, text, is the id.
            member = bytes([0x0A, len(error_id)]) + error_id.encode()
            assert base64.b64decode(detail["value"] + "==").startswith(member), body
        return body
    raise AssertionError(f"no {error_id}, but {answer}")


def add_human(client, **more):
    username = world.name()
    fields = {
        "username": username,
        "organization": {"org_id": world.ORG},
        "profile": {
            "given_name": "Ada",
            "family_name": "Lovelace",
            "nick_name": "Countess",
            "preferred_language": "en",
        },
        "email": {"email": f"{username}@example.com", "is_verified": True},
    }
    answer = client.users.add_human_user(request("AddHumanUser", **{**fields, **more}))
    assert answer.details.resource_owner == world.ORG
    return answer, username


def add_machine(client):
    username = world.name()
    machine = {"name": "Robot", "description": "of a test"}
    made = client.users.create_user(
        request("CreateUser", organization_id=world.ORG, username=username, machine=machine)
    )
    return made.id, username


def read(client, user):
    return client.users.get_user_by_id(request("GetUserByID", user_id=user)).user


def log_in_with_key(key_content):
    """A client by the SDK's own helper, which wants the key as a file."""
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
        file.write(base64.b64decode(key_content))
        file.flush()
        return Zitadel.with_private_key(world.URL, file.name)


def human(client):
    phone = number()
    added, username = add_human(client, phone={"phone": phone, "return_code": {}})
    assert len(added.phone_code) == 6
    user = read(client, added.user_id)
    assert (user.username, user.login_names) == (username, [username])
    assert user.state == models.UserServiceUserState.USER_STATE_ACTIVE
    assert user.details.creation_date <= user.details.change_date
    profile = user.human.profile
    assert (profile.given_name, profile.nick_name) == ("Ada", "Countess")
    assert (profile.display_name, profile.preferred_language) == ("Ada Lovelace", "en")
    assert profile.gender == models.UserServiceGender.GENDER_UNSPECIFIED
    assert user.human.email.is_verified is True
    assert (user.human.phone.phone, user.human.phone.is_verified) == (phone, None)

    profile = {"given_name": "Augusta", "family_name": "King", "display_name": "Augusta Ada King"}
    client.users.update_human_user(
        request("UpdateHumanUser", user_id=added.user_id, profile=profile)
    )
    assert read(client, added.user_id).human.profile.display_name == "Augusta Ada King"
    client.users.delete_user(request("DeleteUser", user_id=added.user_id))
    refused(lambda: read(client, added.user_id), 404, "not_found", "QUERY-Dfbg2")


def phone(client):
    users = client.users
    user = add_human(client)[0].user_id

    def verify(code):
        users.verify_phone(request("VerifyPhone", user_id=user, verification_code=code))

    first = number()
    users.set_phone(request("SetPhone", user_id=user, phone=first))
    verify(sms_code(first))
    assert read(client, user).human.phone.is_verified is True

    second = number()
    made = users.set_phone(request("SetPhone", user_id=user, phone=second, return_code={}))
    resent = users.resend_phone_code(request("ResendPhoneCode", user_id=user, return_code={}))
    assert resent.verification_code != made.verification_code
    refused(lambda: verify(made.verification_code), 400, "invalid_argument", "COMMAND-eis9R")
    verify(resent.verification_code)
    shown = read(client, user).human.phone
    assert (shown.phone, shown.is_verified) == (second, True)

    third = number()
    users.set_phone(request("SetPhone", user_id=user, phone=third))
    sms_code(third)
    users.resend_phone_code(request("ResendPhoneCode", user_id=user))
    verify(sms_code(third, 2))

    users.remove_phone(request("RemovePhone", user_id=user))
    shown = read(client, user).human.phone
    assert not (shown and shown.phone)


def search(client):
    phone = number()
    one, one_name = add_human(client, phone={"phone": phone, "is_verified": True})
    two, two_name = add_human(client)
    mine = {"in_user_ids_query": {"user_ids": [one.user_id, two.user_id]}}

    def found(queries, ids, **more):
        answer = client.users.list_users(request("ListUsers", queries=queries, **more))
        assert sorted(user.user_id for user in answer.result or []) == sorted(ids)
        return answer

    by_phone = {"phone_query": {"number": phone}}
    found([by_phone], [one.user_id])
    found([{"email_query": {"email_address": f"{two_name}@example.com"}}], [two.user_id])
    shout = {"user_name": one_name.upper(), "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"}
    found([{"user_name_query": shout}], [one.user_id])
    part = {"login_name": two_name[5:-1], "method": "TEXT_QUERY_METHOD_CONTAINS"}
    found([{"login_name_query": part}], [two.user_id])
    found([mine, {"not_query": {"query": by_phone}}], [two.user_id])
    names = [{"user_name_query": {"user_name": name}} for name in (one_name, two_name)]
    found([{"or_query": {"queries": names}}], [one.user_id, two.user_id])
    found([{"and_query": {"queries": names}}], [])

    last = max((one_name, one.user_id), (two_name, two.user_id))[1]
    page = {"offset": 1, "limit": 1, "asc": True}
    answer = found([mine], [last], query=page, sorting_column="USER_FIELD_NAME_USER_NAME")
    assert int(answer.details.total_result) == 2
    refused(lambda: found([{}], []), 400, "invalid_argument")


def states(client):
    users = client.users
    user = add_human(client)[0].user_id
    state = models.UserServiceUserState
    users.deactivate_user(request("DeactivateUser", user_id=user))
    assert read(client, user).state == state.USER_STATE_INACTIVE
    again = lambda: users.deactivate_user(request("DeactivateUser", user_id=user))  # noqa: E731
    refused(again, 400, "failed_precondition", "COMMAND-5gunjw0cd7")
    users.reactivate_user(request("ReactivateUser", user_id=user))
    users.lock_user(request("LockUser", user_id=user))
    assert read(client, user).state == state.USER_STATE_LOCKED
    users.unlock_user(request("UnlockUser", user_id=user))
    assert read(client, user).state == state.USER_STATE_ACTIVE
    users.delete_user(request("DeleteUser", user_id=user))
    lock = lambda: users.lock_user(request("LockUser", user_id=user))  # noqa: E731
    refused(lock, 404, "not_found", "COMMAND-450yxuqrh1")


def machine(client):
    user, username = add_machine(client)
    shown = read(client, user)
    assert (shown.username, shown.machine.name) == (username, "Robot")
    machine = {"name": "Android", "description": "of the test"}
    client.users.update_user(request("UpdateUser", user_id=user, machine=machine))
    after = read(client, user).machine
    assert (after.name, after.description) == ("Android", "of the test")


def token(client):
    user, _ = add_machine(client)
    added = client.users.add_personal_access_token(
        request("AddPersonalAccessToken", user_id=user, expiration_date=soon())
    )
    own = Zitadel.with_access_token(world.URL, added.token)
    assert read(own, user).user_id == user
    filters = [{"user_id_filter": {"id": user}}]
    listed = client.users.list_personal_access_tokens(
        request("ListPersonalAccessTokens", filters=filters)
    )
    assert [token.id for token in listed.result] == [added.token_id]
    client.users.remove_personal_access_token(
        request("RemovePersonalAccessToken", user_id=user, token_id=added.token_id)
    )
    refused(lambda: read(own, user), 401, "unauthenticated", "AUTH-7fs1e")


def key(client):
    user, _ = add_machine(client)
    added = client.users.add_key(request("AddKey", user_id=user, expiration_date=soon()))
    file = json.loads(base64.b64decode(added.key_content))
    assert (file["type"], file["keyId"], file["userId"]) == ("serviceaccount", added.key_id, user)
    own = log_in_with_key(added.key_content)
    assert read(own, user).user_id == user
    listed = client.users.list_keys(
        request("ListKeys", filters=[{"user_id_filter": {"id": user}}])
    )
    assert [key.id for key in listed.result] == [added.key_id]
    client.users.remove_key(request("RemoveKey", user_id=user, key_id=added.key_id))
    rejected(lambda: read(log_in_with_key(added.key_content), user))


def secret(client):
    user, username = add_machine(client)
    added = client.users.add_secret(request("AddSecret", user_id=user))

    def own():
        return Zitadel.with_client_credentials(world.URL, username, added.client_secret)

    assert read(own(), user).machine.has_secret is True
    client.users.remove_secret(request("RemoveSecret", user_id=user))
    rejected(lambda: read(own(), user))


def rejected(log_in):
    """Expects that a login fails; the SDK does not say why."""
    try:
        log_in()
    except AssertionError:
        raise
    except Exception:
        return
    raise AssertionError("logged in")


def metadata(client):
    user = add_human(client)[0].user_id
    value = base64.b64encode(b"violet").decode()
    entries = [{"key": "colour", "value": value}]
    client.users.set_user_metadata(request("SetUserMetadata", user_id=user, metadata=entries))
    listed = client.users.list_user_metadata(request("ListUserMetadata", user_id=user))
    assert [(entry.key, entry.value) for entry in listed.metadata] == [("colour", value)]
    client.users.delete_user_metadata(
        request("DeleteUserMetadata", user_id=user, keys=["colour"])
    )
    assert not client.users.list_user_metadata(request("ListUserMetadata", user_id=user)).metadata


def update(client):
    users = client.users
    username = world.name()
    human = {
        "profile": {"given_name": "Ada", "family_name": "Lovelace"},
        "email": {"email": f"{username}@example.com", "return_code": {}},
    }
    made = users.create_user(
        request("CreateUser", organization_id=world.ORG, username=username, human=human)
    )
    user = made.id
    users.verify_email(request("VerifyEmail", user_id=user, verification_code=made.email_code))
    phone = number()
    changes = {
        "profile": {"given_name": "Augusta"},
        "phone": {"phone": phone, "return_code": {}},
    }
    codes = users.update_user(
        request("UpdateUser", user_id=user, username=f"new-{username}", human=changes)
    )
    users.verify_phone(request("VerifyPhone", user_id=user, verification_code=codes.phone_code))
    shown = read(client, user)
    assert shown.username == f"new-{username}"
    assert shown.human.profile.given_name == "Augusta"
    assert (shown.human.phone.phone, shown.human.phone.is_verified) == (phone, True)
    assert shown.human.email.is_verified is True
    # A phone without a number takes the number away.
    users.update_user(request("UpdateUser", user_id=user, human={"phone": {}}))
    shown = read(client, user).human.phone
    assert not (shown and shown.phone)


def settings(client):
    answer = client.settings.get_general_settings({})
    assert answer.default_language == "en"
    assert "de" in answer.supported_languages


def errors(client):
    added, username = add_human(client)
    user = added.user_id

    def set_phone(by, phone):
        return lambda: by.users.set_phone(request("SetPhone", user_id=user, phone=phone))

    refused(set_phone(client, "+41"), 400, "invalid_argument", "PHONE-so0wa")
    refused(set_phone(client, "1" * 201), 400, "invalid_argument")
    refused(lambda: read(client, "nobody"), 404, "not_found", "QUERY-Dfbg2")
    twice = lambda: add_human(client, username=username)  # noqa: E731
    refused(twice, 409, "already_exists", "V3-DKcYh")

    headers = TransportOptions(default_headers={"x-zitadel-orgid": "1"})
    elsewhere = Zitadel.with_access_token(world.URL, world.TOKEN, transport_options=headers)
    refused(set_phone(elsewhere, number()), 403, "permission_denied", "AUTH-Bs7Ds")
    nobody = Zitadel(NoAuthAuthenticator(world.URL))
    body = refused(set_phone(nobody, ""), 401, "unauthenticated")
    assert body["message"] == "auth header missing"
    stranger = Zitadel.with_access_token(world.URL, "x")
    refused(set_phone(stranger, ""), 401, "unauthenticated", "AUTH-7fs1e")


def not_offered(client):
    user = add_human(client)[0].user_id
    body = refused(
        lambda: client.users.register_totp(request("RegisterTOTP", user_id=user)),
        501,
        "unimplemented",
    )
    assert body["message"]


FLOWS = {
    "human": human,
    "phone": phone,
    "search": search,
    "states": states,
    "machine": machine,
    "token": token,
    "key": key,
    "secret": secret,
    "metadata": metadata,
    "update": update,
    "settings": settings,
    "errors": errors,
    "not offered": not_offered,
}
