"""The page /docs in a real browser: it shows the operations, searches, calls, and asks nobody else."""

import itertools
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest
import websocket
from conftest import free_port, wait_for

SET_PHONE = "zitadel.user.v2.UserService.SetPhone"


class Browser:
    """A headless Chromium with one page, driven over its debugging port."""

    def __init__(self, folder):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "a browser is needed: install the Debian package chromium"
        port = free_port()
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}",
             f"--remote-debugging-port={port}", "--remote-allow-origins=*", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}/json"
        pages = wait_for(lambda: self.pages(address), 60, "the browser does not answer")
        self.socket = websocket.create_connection(pages[0]["webSocketDebuggerUrl"], timeout=30)
        self.numbers = itertools.count(1)
        self.requested, self.problems = [], []
        for domain in ("Network", "Page", "Runtime", "Log"):
            self.command(f"{domain}.enable")

    @staticmethod
    def pages(address):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return [page for page in json.load(answer) if page["type"] == "page"]
        except OSError:
            return []

    def command(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.problems.append(message["params"])
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def script(self, text):
        result = self.command("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, text, otherwise):
        return wait_for(lambda: self.script(text), 30, otherwise)

    def stop(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(15)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.stop()


def get(belfry, path):
    with urllib.request.urlopen(f"http://{belfry.address}{path}", timeout=30) as answer:
        return answer.headers, answer.read().decode()


def test_the_page_shows_searches_and_calls_and_asks_nobody_else(belfry, browser):
    user = belfry.human()
    browser.command("Page.navigate", url=f"http://{belfry.address}/docs")
    browser.until("document.querySelectorAll('nav li a').length > 200", "no operations are shown")
    _, document = belfry.rest("GET", "/openapi.json")
    shown = browser.script("document.querySelectorAll('nav li a').length")
    assert shown == sum(len(item) for item in document["paths"].values())

    # Every operation can be shown, with its path, its answers and a form to try it.
    count = browser.script("""operations.filter((operation) => {
        const page = element('div', {}, ...show(operation));
        const isThere = page.querySelector('.where code').textContent === operation.path;
        return isThere && page.querySelector('.response') && page.querySelector('form');
    }).length""")
    assert count == shown

    browser.script("""(() => {
        const search = document.getElementById('search');
        search.value = 'PHONE-so0wa /v2/users/{userId}/phone';
        search.dispatchEvent(new Event('input'));
    })()""")
    found = browser.script("[...document.querySelectorAll('nav li a')].map((link) => link.textContent)")
    assert "postSetPhone" in found and len(found) < 5, found

    browser.script(f"location.hash = '{SET_PHONE}'")
    browser.until("document.querySelector('h1').textContent === 'SetPhone'", "SetPhone is not shown")
    number = belfry.number()
    browser.script(f"""(() => {{
        document.getElementById('token').value = '{belfry.token}';
        document.querySelector('form input[name=userId]').value = '{user}';
        document.querySelector('form textarea').value = '{json.dumps({"phone": number, "returnCode": {}})}';
        document.querySelector('form button').click();
    }})()""")
    browser.until("document.querySelector('#result strong') !== null", "no answer is shown")
    result = browser.script("document.getElementById('result').textContent")
    assert result.startswith("200 ") and "verificationCode" in result, result
    _, phone = belfry.rest("GET", f"/management/v1/users/{user}/phone")
    assert phone["phone"]["phone"] == number

    origin = f"http://{belfry.address}/"
    asked = [url for url in browser.requested if not url.startswith(("data:", "about:"))]
    assert asked and all(url.startswith(origin) for url in asked), asked
    serious = [problem for problem in browser.problems if problem.get("entry", {}).get("level") != "verbose"]
    assert not serious, serious


def test_the_browser_refuses_what_comes_from_elsewhere(belfry, browser):
    """The policy works: even script in the page cannot reach another origin."""
    browser.command("Page.navigate", url=f"http://{belfry.address}/docs")
    browser.until("document.querySelectorAll('nav li a').length > 200", "no operations are shown")
    blocked = browser.script(f"""new Promise((done) => {{
        const seen = [];
        document.addEventListener('securitypolicyviolation', (event) => {{
            seen.push(event.effectiveDirective);
            if (seen.length === 3) done(seen.sort());
        }});
        fetch('http://localhost:{belfry.port}/debug/healthz').catch(() => {{}});
        document.body.append(Object.assign(document.createElement('img'), {{ src: 'http://localhost:{belfry.port}/x' }}));
        document.body.append(Object.assign(document.createElement('script'), {{ textContent: 'window.broken = 1' }}));
    }})""")
    assert blocked == ["connect-src", "img-src", "script-src-elem"]
    assert not browser.script("window.broken")


def test_the_files_of_the_page_name_no_other_place(belfry):
    for path in ("/docs", "/docs/style.css", "/docs/viewer.js"):
        headers, text = get(belfry, path)
        assert not re.search(r"(https?:)?//[a-z]", text.replace("// ", "")), path
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; "), path
        assert headers["X-Content-Type-Options"] == "nosniff", path


@pytest.mark.parametrize("path", ["/docs", "/docs/viewer.js", "/openapi.json"])
def test_other_verbs_are_refused_with_those_that_are_there(belfry, path):
    request = urllib.request.Request(f"http://{belfry.address}{path}", method="POST", data=b"")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert (refused.value.code, refused.value.headers["Allow"]) == (405, "GET, HEAD")
    assert belfry.rest("GET", "/docs/nothing")[0] == 404
