"""Pages in a real browser over a world's log: what scripts do, light and dark."""

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.console.hosted import hosted
from tests.console.lounge import enrol_everybody
from tests.console.mandated import a_world_with_two_mandates
from tests.console.test_packages import a_desk
from tests.incidents import the_fridays_world
from tests.verify.packages import busy_world
from tests.world import AGENT, World


@pytest.fixture(scope="module")
def revoked() -> World:
    world = the_fridays_world()
    enrol_everybody(world)
    return world


def test_the_token_of_a_registration_never_leaves_the_browser(
    browser: Browser, revoked: World
) -> None:
    with hosted(revoked, "olga") as console:
        page = browser.new_context().new_page()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        console.looks_at(page, f"/agents/{AGENT}/replacement", "light")
        page.click("text=Register…")
        place = page.locator("[data-token-of] code")
        expect(place).to_be_visible()
        token = place.text_content() or ""
        digest = sha256(bytes.fromhex(token)).hexdigest()
        assert f'"token":"{digest}"' in (page.locator("#line").text_content() or "")
        assert any(digest in body for body in sent)
        assert not any(token in body for body in sent)
        console.looks_at(page, page.url.removeprefix(console.origin), "dark")
        assert page.locator("[data-token-of] code").text_content() == token


def test_a_director_finds_the_boards_document_by_its_digest(
    browser: Browser, tmp_path: Path
) -> None:
    world = a_world_with_two_mandates()
    enrol_everybody(world)
    document = tmp_path / "resolution.txt"
    document.write_text("resolved")
    with hosted(world, "dora") as console:
        page = browser.new_context().new_page()
        newest = list(world.state.mandates)[-1]
        console.looks_at(page, f"/mandates/{newest}", "dark")
        console.looks_at(page, f"/mandates?from={newest}", "light")
        page.set_input_files("input[type=file]", document)
        wanted = sha256(b"resolved").hexdigest()
        expect(page.locator("#resolution")).to_have_value(wanted)
        page.click("text=Read it in words…")
        expect(page.locator("dl.facts")).to_contain_text(wanted)
        assert "/acts/" in page.url


def test_anybody_builds_evidence_and_takes_it_away(
    browser: Browser, tmp_path: Path
) -> None:
    world = busy_world(2)
    enrol_everybody(world)
    with hosted(world, "rita", a_desk(world, tmp_path)) as console:
        page = browser.new_context().new_page()
        console.looks_at(page, f"/agents/{AGENT}/baseline", "light")
        console.looks_at(page, "/limits", "light")
        page.fill("#form-overlay [name=subject]", "house")
        page.fill("#form-overlay [name=version]", "4.8.4")
        page.fill("#form-overlay textarea", "forbid (principal, action, resource);")
        page.fill("#form-overlay [name=reason]", "a holiday")
        page.click("text=Read what changes…")
        expect(page.locator(".added").first).to_contain_text("+forbid (principal")
        console.looks_at(page, page.url.removeprefix(console.origin), "dark")
        page.goto(f"{console.origin}/evidence")
        page.click("main >> text=Build")
        link = page.locator("a[download]")
        expect(link).to_be_visible(timeout=15_000)
        with page.expect_download() as taken:
            link.click()
        digest = page.locator("td code").text_content()
        assert sha256(Path(taken.value.path()).read_bytes()).hexdigest() == digest
        console.looks_at(page, "/evidence", "dark")
