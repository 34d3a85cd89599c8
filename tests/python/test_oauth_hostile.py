"""Forms that no client sends: the OAuth endpoints refuse them in their own form and go on serving."""

import http.client
import json
import random
import urllib.parse

import pytest
from machines import ASSERTION, CREDENTIALS, Machine

FORM = "application/x-www-form-urlencoded"
FORMS = ["/oauth/v2/token", "/oauth/v2/introspect", "/oauth/v2/revoke"]


def send(belfry, verb, path, body=None, content_type=FORM, headers=None):
    """Sends a request as it is; gives back the status, the headers and the JSON of the answer."""
    connection = http.client.HTTPConnection(belfry.address, timeout=30)
    try:
        connection.request(verb, path, body, {"Content-Type": content_type, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read() or b"null")
    finally:
        connection.close()


@pytest.fixture(autouse=True)
def serving_afterwards(belfry):
    yield
    assert belfry.process.poll() is None
    assert belfry.rest("GET", "/management/v1/healthz") == (200, {})


def good_form(belfry):
    machine = Machine(belfry)
    return {
        "grant_type": CREDENTIALS,
        "client_id": machine.name,
        "client_secret": machine.secret(),
    }


@pytest.mark.parametrize("path", FORMS)
def test_anything_but_one_plain_form_is_an_invalid_request(belfry, path):
    good = urllib.parse.urlencode({**good_form(belfry), "token": "x"})
    as_json = json.dumps(dict(urllib.parse.parse_qsl(good)))
    for body, content_type in [
        (good, "application/json"),
        (as_json, "application/json"),
        (good, "multipart/form-data"),
        (good, "text/plain"),
        (good, ""),
        (good + "&grant_type=x", FORM),
        (good + "&client_id=x", FORM),
        (good + "&x=1&x=1", FORM),
        (good + "&&a&a", FORM),
    ]:
        status, headers, answer = send(belfry, "POST", path, body, content_type)
        assert (status, answer["error"]) == (400, "invalid_request"), (content_type, answer)
        assert headers["Content-Type"] == "application/json"
        assert headers["Cache-Control"] == "no-store"


def test_parameters_of_a_form_may_be_odd_but_good(belfry):
    good = urllib.parse.urlencode(good_form(belfry))
    for body, content_type in [
        (good, f"{FORM}; charset=UTF-8"),
        (good, FORM.upper()),
        (good + "&more=%00%FF%ZZ", FORM),
        (good + "&scope=", FORM),
        (good + "&scope=openid++profile+openid+unknown", FORM),
    ]:
        status, _, answer = send(belfry, "POST", "/oauth/v2/token", body, content_type)
        assert status == 200, answer


def test_the_query_is_no_form(belfry):
    good = urllib.parse.urlencode(good_form(belfry))
    status, _, answer = send(belfry, "POST", f"/oauth/v2/token?{good}", "")
    assert (status, answer["error"]) == (400, "invalid_request")


def test_large_forms_are_refused(belfry):
    for size, expected in [(60_000, 400), (70_000, 413), (300_000, 413)]:
        body = f"grant_type={ASSERTION}&assertion={'x' * size}"
        assert send(belfry, "POST", "/oauth/v2/token", body)[0] == expected


def test_other_verbs_and_paths_are_refused(belfry):
    for verb, path, expected in [
        ("GET", "/oauth/v2/token", 405),
        ("PUT", "/oauth/v2/introspect", 405),
        ("POST", "/oauth/v2/keys", 405),
        ("POST", "/.well-known/openid-configuration", 405),
        ("DELETE", "/oidc/v1/userinfo", 405),
        ("GET", "/oauth/v2/authorize", 404),
        ("POST", "/oauth/v2/token/", 404),
        ("GET", "/oauth/v2/", 404),
        ("GET", "/oidc/v1/end_session", 404),
    ]:
        assert send(belfry, verb, path)[0] == expected, (verb, path)


def test_odd_credentials_are_refused(belfry):
    for authorization in ["Basic", "Basic ", "Basic a", "Basic OjpA", "Basic " + "A" * 9000]:
        for path in FORMS:
            body = f"grant_type={CREDENTIALS}&token=x"
            headers = {"Authorization": authorization}
            assert send(belfry, "POST", path, body, headers=headers)[0] == 400, authorization


def test_random_forms_never_break_the_server(belfry):
    source = random.Random(4711)
    good = good_form(belfry)
    names = [*good, "assertion", "scope", "token", "subject_token", "actor_token", "client_assertion"]
    values = [*good.values(), ASSERTION, "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.AA", "\0", "🔔", "", "%"]
    for _ in range(600):
        path = source.choice(FORMS)
        pairs = [(source.choice(names), source.choice(values)) for _ in range(source.randint(0, 5))]
        body = bytearray(urllib.parse.urlencode(pairs).encode())
        for _ in range(source.randint(0, 3)):
            if body:
                body[source.randrange(len(body))] = source.randrange(256)
        status, _, answer = send(belfry, "POST", path, bytes(body))
        assert status in (200, 400, 429), (path, bytes(body), answer)
        assert status == 200 or "error" in answer
