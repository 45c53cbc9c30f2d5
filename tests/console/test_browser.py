"""The story's incident in a real browser: gateway and console are processes of ours.

Two people have a browser profile each, with keys that were made there.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.cli.terminal import Up, founded_at, serving, up
from tests.cli.watched import Watched, wait_for

WAIT_MS: Final = 15_000
GRACE: Final = 3_600
SHOTS: Final = os.environ.get("KYA_SCREENSHOTS")
"""A folder for pictures of the pages, where somebody wants to look at them."""


@dataclass
class Person:
    """Somebody at a browser of their own; `requests` are all that it has asked for."""

    name: str
    role: str
    page: Page
    origin: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def goes(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def comes_in(self, running: Up) -> None:
        """Make a key in the browser, have it enrolled, and sign in with it."""
        self.goes("/halts")
        assert self.page.url.endswith("/sign-in?next=/halts")
        self.page.fill("#new-name", self.name)
        self.page.click("text=Make a key")
        expect(self.page.locator("#request")).to_be_visible()
        request = running.data / f"{self.name}.csr"
        request.write_text(self.page.locator("#csr").input_value())
        shown = self.page.locator("#fingerprint").text_content()
        enrolled = running.kya("person", "enrol", f"{self.role}:{self.name}", request)
        assert enrolled.code == 0, enrolled.err
        assert f"key SHA-256 {shown}" in enrolled.err
        published = running.kya("gateway", "state")
        assert published.code == 0, published.err

        def is_in() -> bool:
            # The console may not have read of the certificate yet, and says so.
            self.page.click(f"text=Sign in as {self.name}")
            self.page.wait_for_function(
                "() => location.pathname === '/halts'"
                " || document.getElementById('said')?.textContent"
            )
            return self.page.url == f"{self.origin}/halts"

        wait_for(is_in)
        self.said.clear()

    def signs(self) -> None:
        """Sign what the page shows, once it has followed the log, and see it done."""
        self.page.evaluate(
            "() => { document.getElementById('sign').dataset.former = 'yes'; }"
        )
        # Again and again: a page that has just come may not listen yet.
        self.page.wait_for_function(
            "() => { if (document.querySelector('#sign:not([data-former])')) return 1;"
            " document.body.dispatchEvent(new CustomEvent('moved')); return 0; }",
            polling=1_000,
        )
        self.page.click(f"button:has-text('Sign as {self.name}')")
        self.page.wait_for_function(
            "() => !document.getElementById('sign')"
            " || document.getElementById('said').textContent"
        )

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=WAIT_MS)

    def looks_at(self, path: str) -> None:
        """Go to a page and hold it against the rules of accessibility."""
        self.goes(path)
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        if SHOTS:
            name = path.strip("/").replace("/", "-")[:40] or "attention"
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A bot whose incidents leave people an hour."""
    with up(founded_at(tmp_path_factory.mktemp("console") / "data")) as running:
        yield Watched(running, grace=GRACE)


@pytest.fixture(scope="module")
def origin(house: Watched) -> Iterator[str]:
    """A console as a process: it has the URL of the gateway, and a public policy."""
    policy: Path = house.running.data / "trust/policy.txt"
    address = ("--gateway", house.running.url, "--policy", str(policy))
    with serving("console", *address) as found:
        yield found


def a_person(browser: Browser, origin: str, name: str, role: str) -> Person:
    return Person(name, role, browser.new_context().new_page(), origin)


def test_the_storys_incident_from_alert_to_release(
    browser: Browser, house: Watched, origin: str
) -> None:
    olga = a_person(browser, origin, "olga", "operator")
    rita = a_person(browser, origin, "rita", "risk")
    olga.comes_in(house.running)
    rita.comes_in(house.running)

    # A page that is open shows the order and its incident by itself.
    olga.goes("/")
    olga.sees("nothing No incident is open")
    opened = house.breach()
    olga.sees("Incident of bot")
    olga.page.click("text=Incident of bot")
    assert olga.page.url.endswith(f"/incidents/{opened}")
    olga.sees("59 min")

    olga.page.click("text=Acknowledge…")
    olga.sees("I have seen bot's incident. The grace runs on.")
    olga.signs()
    olga.sees("On record as entry")
    rita.goes(f"/incidents/{opened}")
    rita.sees("acknowledge by olga: seen")

    # Two people in two browsers: one asks and signs, the other finds it waiting.
    olga.goes(f"/incidents/{opened}")
    olga.page.fill("#form-release [name=reason]", "a wrong <parameter>")
    olga.page.click("text=Release…")
    olga.signs()
    olga.sees("You have signed. It waits for another person.")
    rita.goes("/waiting")
    rita.page.click("th >> text=release")
    rita.sees("a wrong <parameter>")
    rita.looks_at(rita.page.url.removeprefix(origin))
    rita.signs()
    rita.sees("signed by olga and rita")
    assert house.listed()[0]["state"] == "released"

    # Who supervises names the cause, over the very file that the page gives out.
    rita.goes(f"/incidents/{opened}")
    rita.page.fill("#form-conclude [name=reason]", "a wrong parameter set")
    rita.page.click("text=Conclude…")
    with rita.page.expect_download() as taken:
        rita.page.click("a[download]")
    seen = sha256(Path(taken.value.path()).read_bytes()).hexdigest()
    rita.sees(f"I have looked at its incident file, SHA-256 {seen}")
    rita.signs()
    rita.sees("On record as entry")
    assert house.listed()[0]["is_concluded"]

    for person in (olga, rita):
        assert person.said == []
        assert person.requests
        blobs = ("blob:", "data:")
        outside = [
            url for url in person.requests if not url.startswith((origin, *blobs))
        ]
        assert outside == []


def test_a_halt_takes_two_clicks_and_every_page_can_be_used_by_everybody(
    browser: Browser, house: Watched, origin: str
) -> None:
    carla = a_person(browser, origin, "carla", "compliance")
    carla.looks_at("/sign-in")
    carla.comes_in(house.running)
    if not house.listed():
        house.breach()
    assert house.trade() == "allowed"
    carla.goes("/halts")
    carla.page.click("text=Halt firm")
    carla.signs()
    carla.sees("On record as entry")
    assert house.trade() == "denied"
    opened = house.listed()[0]["incident"]
    pages = ["/", "/agents", "/agents/bot", "/orders", "/orders/bot/1", "/incidents"]
    pages += [f"/incidents/{opened}", "/halts", "/waiting", "/log", "/log/entries/0"]
    for scheme in ("dark", "light"):
        carla.page.emulate_media(color_scheme=scheme)
        for path in pages if scheme == "light" else ("/", "/agents/bot", "/halts"):
            carla.looks_at(path)
    carla.looks_at("/nowhere-else")
    assert [said for said in carla.said if "404" not in said] == []


def test_the_keyboard_alone_leads_to_a_page(
    browser: Browser, house: Watched, origin: str
) -> None:
    aude = a_person(browser, origin, "aude", "auditor")
    aude.comes_in(house.running)
    aude.goes("/")
    aude.page.keyboard.press("Tab")
    assert aude.page.evaluate("document.activeElement.textContent") == (
        "Skip to the page"
    )
    aude.page.keyboard.press("Enter")
    assert aude.page.evaluate("document.activeElement.id") == "main"
    aude.goes("/halts")
    assert aude.page.locator("main button").count() == 0
    kept = aude.page.evaluate("""async () => {
        const { keyNamed } = await import("/static/keys.js");
        const kept = await keyNamed("aude");
        return crypto.subtle.exportKey("pkcs8", kept.privateKey)
            .then(() => "taken out", (error) => error.name);
    }""")
    assert kept == "InvalidAccessError"
    assert aude.page.evaluate("document.cookie") == ""
