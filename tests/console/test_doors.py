"""Who comes in, who may do what, and what is turned away at the door."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import pytest

from kya.codec.note import SignedNote
from kya.codec.sign_ins import SignIn, parse_sign_in, render_sign_in
from kya.console.app import HEADERS, ROUTES
from kya.console.asking import COOKIE, Access
from kya.core.credential import Role
from kya.core.errors import MalformedError
from kya.core.power_events import StandingChanged
from tests.console.lounge import (
    ACTORS,
    ORIGIN,
    ROLES,
    Browser,
    Lounge,
    a_lounge,
    enrol_everybody,
    person,
)
from tests.incidents import the_incident_in, world_breached
from tests.world import AGENT, World, signer_for

Visit = Callable[[Lounge, Browser], Awaitable[None]]
MORE: Final = (
    ("GET", "/static/{name}", Access.ANYONE),
    ("GET", "/healthz", Access.ANYONE),
)
NOBODY: Final = ""
ABSENT: Final = {f"/agents/{AGENT}/baseline/sheet"}
"""What is there only once somebody has begun it."""


@pytest.fixture(scope="module")
def world() -> World:
    found = world_breached()
    enrol_everybody(found)
    return found


def visited(world: World, visit: Visit) -> None:
    """Visit the console as nobody in particular."""

    async def lived() -> None:
        with a_lounge(world) as lounge:
            await lounge.look()
            await visit(lounge, lounge.browser())

    asyncio.run(lived())


def path_of(template: str, world: World) -> str:
    """A path of this route that leads somewhere."""
    names = {
        "{agent}": AGENT,
        "{seq:number}": "1",
        "{incident}": the_incident_in(world.state).id,
        "{index:number}": "0",
        "{act}": "none",
        "{package}": "none",
        "{mandate}": next(iter(world.state.mandates)),
        "{name}": "console.css",
    }
    for name, value in names.items():
        template = template.replace(name, value)
    return f"{template}?index=0" if template == "/log/entry" else template


@pytest.mark.parametrize("name", [NOBODY, *ROLES])
def test_every_route_lets_in_whom_it_should(world: World, name: str) -> None:
    routes = [(method, path, access) for method, path, access, _ in ROUTES]

    async def visit(_: Lounge, browser: Browser) -> None:
        if name:
            assert (await browser.sign_in(name)).status_code == 200
        for method, template, access in (*routes, *MORE):
            if template in {"/sign-out", "/provider", "/provider/return"}:
                continue  # One ends the session, and the others want a reception.
            path = path_of(template, world)
            if method == "GET":
                answer = await browser.get(path)
            else:
                answer = await browser.post(path)
            said = (name, method, path, answer.status_code)
            if not name and access is not Access.ANYONE:
                wanted = 303 if method == "GET" else 401
                assert answer.status_code == wanted, said
                if method == "GET":
                    assert answer.headers["location"].startswith("/sign-in?next=")
            elif access is Access.ACTOR and name not in ACTORS:
                assert answer.status_code == 403, said
                assert "does nothing here" in answer.text
            elif access is Access.ACTOR:
                # Let in, and then told that nothing in particular was asked for.
                assert answer.status_code in {400, 403, 404}, said
                assert "does nothing here" not in answer.text
            elif (
                "none" not in path
                and not path.endswith(("/sheet", "/file"))
                and method == "GET"
            ):
                assert answer.status_code in {200, 303}, said

    visited(world, visit)


def test_every_answer_says_what_a_browser_may_do_with_it(world: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        for path in ("/", "/sign-in", "/static/console.css", "/nowhere", "/healthz"):
            answer = await browser.get(path)
            for header, value in HEADERS.items():
                assert answer.headers[header] == value, (path, header)
        policy = HEADERS["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        page = (await browser.get("/sign-in")).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
        assert page.count("<script") == page.count("<script src=")

    visited(world, visit)


def test_a_session_is_new_at_every_sign_in(world: World) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        browser.cookie = "a" * 64  # Somebody has put it there beforehand.
        given = await browser.get("/")
        assert given.status_code == 303
        answer = await browser.sign_in("olga")
        first = browser.cookie
        assert first != "a" * 64
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}={first};")
        for part in ("HttpOnly", "Path=/", "SameSite=strict", "Secure"):
            assert part in cookie
        assert "Domain" not in cookie
        await browser.sign_in("rita")
        assert browser.cookie != first
        assert lounge.console.sessions.find(first, world.state) is None

    visited(world, visit)


def test_a_session_ends_with_time_and_when_its_person_leaves(world: World) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        lounge.later(1_700)
        assert (await browser.get("/halts", **{"x-by-itself": "1"})).status_code == 200
        lounge.later(200)  # What the page asks for by itself is no use of it.
        assert (await browser.get("/halts")).status_code == 303
        await browser.sign_in("olga")
        out = await browser.post("/sign-out")
        assert out.status_code == 303
        assert (await browser.get("/")).status_code == 303

    visited(world, visit)


def test_a_person_whose_certificate_is_revoked_is_out_at_once() -> None:
    world = world_breached()
    enrol_everybody(world)

    async def visit(lounge: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        assert (await browser.get("/")).status_code == 200
        digest = world.state.issued_to["olga"][-1]
        event: StandingChanged = world.revocation(world.now.plus(seconds=1))
        taken = StandingChanged(
            credential=digest,
            act=event.act,
            code=event.code,
            reason="left",
            at=event.at,
        )
        for note in world.revocation_notes(world.state, taken):
            world.append(note)
        await lounge.look()
        assert (await browser.get("/")).status_code == 303
        assert (await browser.sign_in("olga")).status_code == 403

    visited(world, visit)


@pytest.mark.parametrize(
    ("changes", "signer", "status"),
    [
        ({}, "olga", 200),
        ({}, "rita", 403),
        ({"console": "http://other.example"}, "olga", 403),
        ({"challenge": "0" * 64}, "olga", 403),
        ({"challenge": "f" * 64}, "olga", 403),
        ({"name": "nobody"}, "nobody", 403),
        ({"name": "gateway"}, "gateway", 403),
        ({"name": AGENT}, AGENT, 403),
    ],
)
def test_a_sign_in_must_fit(
    world: World, changes: dict[str, str], signer: str, status: int
) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        asked = lounge.console.sessions.challenge(changes.get("name", "olga"))
        line = render_sign_in(replace(asked, **changes))  # type: ignore[arg-type]
        known = {"gateway": world.gateway, AGENT: world.agent}
        signature = known.get(signer, person(signer)).signature(line)
        note = SignedNote(line, (signature,)).render()
        assert (await browser.send("/sign-in", note)).status_code == status
        again = await browser.send("/sign-in", note)
        assert again.status_code == 403, "a challenge is answered once"

    visited(world, visit)


def test_a_challenge_is_good_for_a_minute(world: World) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        asked = await browser.send("/sign-in/challenge", b"olga")
        lounge.later(61)
        signed = person("olga").signature(asked.content)
        note = SignedNote(asked.content, (signed,)).render()
        assert (await browser.send("/sign-in", note)).status_code == 403
        said = parse_sign_in(asked.content)
        young = render_sign_in(replace(said, at=lounge.now))
        note = SignedNote(young, (person("olga").signature(young),)).render()
        assert (await browser.send("/sign-in", note)).status_code == 403
        assert (await browser.send("/sign-in/challenge", b"<b>")).status_code == 400

    visited(world, visit)


def test_a_sign_in_is_no_entry_of_a_log(world: World) -> None:
    line = render_sign_in(
        SignIn(at=world.now, challenge="1" * 64, console=ORIGIN, name="olga")
    )
    assert render_sign_in(parse_sign_in(line)) == line
    note = SignedNote(line, (person("olga").signature(line),)).render()
    with pytest.raises(MalformedError, match="entry: want one of"):
        world.append(note)


@pytest.mark.parametrize("byte", range(0, 180, 7))
def test_an_altered_sign_in_opens_nothing(world: World, byte: int) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        asked = await browser.send("/sign-in/challenge", b"olga")
        signed = person("olga").signature(asked.content)
        note = bytearray(SignedNote(asked.content, (signed,)).render())
        note[byte] ^= 1
        answer = await browser.send("/sign-in", bytes(note))
        assert answer.status_code in {400, 403}
        assert "set-cookie" not in answer.headers

    visited(world, visit)


def test_another_sites_page_does_nothing(world: World) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        wanted = {"kind": "halt", "subject": "firm", "reason": "test"}
        for headers in ({"origin": "http://evil.example"}, {"origin": "null"}):
            answer = await browser.post("/acts", wanted, **headers)
            assert answer.status_code == 403
        token, browser.token = browser.token, "0" * 64
        assert (await browser.post("/acts", wanted)).status_code == 403
        browser.token = ""
        assert (await browser.post("/acts", wanted)).status_code == 403
        assert lounge.console.queue.open() == []
        browser.token = token
        assert (await browser.post("/acts", wanted)).status_code == 303

    visited(world, visit)


def test_another_hosts_name_is_turned_away(world: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        answer = await browser.get("/sign-in", host="evil.example")
        assert answer.status_code == 421

    visited(world, visit)


def test_a_body_that_no_form_needs_is_refused(world: World) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        large = await browser.ask_for("halt", "firm", reason="x" * 33_000)
        assert large.status_code == 413
        twice = await browser.client.post(
            "/acts",
            content=f"form_token={browser.token}&kind=halt&kind=halt".encode(),
            headers=browser.headers(origin=ORIGIN),
        )
        assert twice.status_code == 400
        assert (await browser.send("/sign-in", b"x" * 33_000)).status_code == 413

    visited(world, visit)


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/halts", "/halts"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\r\nset-cookie: a=b", "/x\r\nset-cookie: a=b"),
    ],
)
def test_signing_in_leads_nowhere_else(world: World, asked: str, leads_to: str) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        page = await browser.client.get(
            "/sign-in", params={"next": asked}, headers=browser.headers()
        )
        assert f'data-next="{leads_to}"' in page.text
        assert "set-cookie" not in page.headers
        split = await browser.get("/agents/x%0d%0aset-cookie:%20a=b")
        assert "set-cookie" not in split.headers

    visited(world, visit)


def test_nothing_is_shown_before_the_log_is_read(world: World) -> None:
    async def lived() -> None:
        with a_lounge(world) as lounge:
            browser = lounge.browser()
            page = await browser.get("/")
            assert page.status_code == 503
            assert "Reading the log" in page.text
            assert (await browser.get("/healthz")).status_code == 503
            assert (await browser.sign_in("olga")).status_code == 503
            await lounge.look()
            assert (await browser.get("/healthz")).text == "ok\n"

    asyncio.run(lived())


def test_two_people_of_one_name_are_told_apart() -> None:
    world = world_breached()
    enrol_everybody(world)
    other = signer_for("another olga")
    world.enrol(world.person("olga", other, Role.RISK))

    async def visit(_: Lounge, browser: Browser) -> None:
        answer = await browser.sign_in("olga")
        assert answer.json() == {"name": "olga", "role": "operator"}

    visited(world, visit)


def test_a_tab_left_open_over_a_revocation_is_told_that_it_is_over() -> None:
    world = world_breached()
    enrol_everybody(world)

    async def visit(lounge: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        tab = asyncio.ensure_future(browser.get("/stream"))
        while not lounge.console.follower.tabs:  # noqa: ASYNC110  until it listens
            await asyncio.sleep(0)
        lounge.console.sessions.end(browser.cookie)
        lounge.console.follower.wake()
        answer = await tab
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text.startswith("event: moved\n")
        assert answer.text.endswith("event: over\ndata: sign in again\n\n")

    visited(world, visit)


def test_there_is_room_for_so_many_tabs_and_acts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def visit(_: Lounge, browser: Browser) -> None:
        await browser.sign_in("olga")
        monkeypatch.setattr("kya.console.follow.STREAMS_MAX", 0)
        assert (await browser.get("/stream")).status_code == 503
        monkeypatch.setattr("kya.console.waiting.DRAFTS_MAX", 1)
        assert (await browser.ask_for("halt", "firm")).status_code == 303
        full = await browser.ask_for("halt", "venue:SIMA")
        assert full.status_code == 400
        assert "1 acts wait already" in full.text

    visited(world, visit)


def test_asking_for_challenges_keeps_nobody_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        monkeypatch.setattr("kya.console.sessions.CHALLENGES_MAX", 1)
        asked = await browser.send("/sign-in/challenge", b"olga")
        for _ in range(5):
            await browser.send("/sign-in/challenge", b"olga")
        signed = person("olga").signature(asked.content)
        note = SignedNote(asked.content, (signed,)).render()
        assert (await browser.send("/sign-in", note)).status_code == 200
        assert (await browser.sign_in("rita")).status_code == 403
        lounge.later(61)
        assert (await browser.sign_in("rita")).status_code == 200

    visited(world, visit)


def test_the_oldest_session_gives_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def visit(lounge: Lounge, browser: Browser) -> None:
        monkeypatch.setattr("kya.console.sessions.SESSIONS_MAX", 1)
        await browser.sign_in("olga")
        other = lounge.browser("192.0.2.9")
        await other.sign_in("rita")
        assert (await browser.get("/")).status_code == 303
        assert (await other.get("/")).status_code == 200

    visited(world, visit)
