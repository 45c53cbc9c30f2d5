"""A console that an identity provider stands before: a visit first, then the key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from kya.codec.note import SignedNote
from kya.console.asking import COOKIE, VISIT_COOKIE
from kya.console.doors import LOGIN_COOKIE
from kya.console.limits import VISITS_MAX
from kya.console.reception import Reception
from kya.wiring.identity_provider import RETURN_PATH, provider_at
from tests.console.lounge import ORIGIN, Lounge, a_lounge, enrol_everybody, person
from tests.oidc.provider import Provider, a_provider
from tests.oidc.test_provider import agreed_with
from tests.world import World


class Browser:
    """A browser that keeps cookies as browsers do, over TLS or not."""

    def __init__(self, lounge: Lounge) -> None:
        self.client = lounge.browser().client
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    async def get(self, path: str) -> httpx.Response:
        return self._kept(await self.client.get(path, headers=self._sent()))

    async def post(self, path: str, body: bytes) -> httpx.Response:
        headers = self._sent(origin=ORIGIN, accept="application/json")
        return self._kept(await self.client.post(path, content=body, headers=headers))

    async def logs_in(self, path: str = "/halts") -> str:
        """Go to the provider; return the address that it sends us back to."""
        begun = await self.get(f"/provider?next={path}")
        assert begun.status_code == 303, begun.text
        async with httpx.AsyncClient() as client:
            back = (await client.get(begun.headers["location"])).headers["location"]
        assert back.startswith(f"{ORIGIN}{RETURN_PATH}?")
        return back.removeprefix(ORIGIN)

    async def signs_in(self, name: str) -> httpx.Response:
        """Answer a challenge with the person's key."""
        asked = await self.post("/sign-in/challenge", name.encode())
        note = SignedNote(asked.content, (person(name).signature(asked.content),))
        return await self.post("/sign-in", note.render())

    def _sent(self, **more: str) -> dict[str, str]:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**({"cookie": kept} if kept else {}), **more}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.set.append(line)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer


Visit = Callable[[Lounge, Browser, Provider], Awaitable[None]]


@pytest.fixture(scope="module")
def world() -> World:
    found = World()
    enrol_everybody(found)
    return found


@pytest.fixture
def visited(world: World, tmp_path: Path) -> Iterator[Callable[[Visit], None]]:
    """Visit a console that has a reception, and a browser that nobody uses yet."""
    draws = count()

    def chance(size: int) -> bytes:
        return sha256(f"reception {next(draws)}".encode()).digest()[:size]

    with a_lounge(world) as lounge, a_provider(lambda: lounge.now) as provider:
        ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, lambda: lounge.now)
        reception = Reception(ours, lambda: lounge.now, chance)
        lounge.console = replace(lounge.console, reception=reception)

        def lived(visit: Visit) -> None:
            async def run() -> None:
                await lounge.look()
                await visit(lounge, Browser(lounge), provider)

            asyncio.run(run())

        yield lived


def test_whom_the_provider_lets_in_signs_in_with_their_key(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(_: Lounge, browser: Browser, provider: Provider) -> None:
        first = (await browser.get("/sign-in?next=/halts")).text
        assert f"Log in at {provider.url.removeprefix('http://')}" in first
        assert "Make a key" not in first
        assert "/static/keys.js" not in first
        landed = await browser.get(await browser.logs_in())
        assert landed.status_code == 303
        assert landed.headers["location"] == "/sign-in?next=/halts"
        page = (await browser.get("/sign-in?next=/halts")).text
        assert "<b>olga</b> is here" in page
        assert 'data-next="/halts"' in page
        # A visit shows nothing yet.
        assert (await browser.get("/halts")).headers["location"].startswith("/sign-in")
        assert (await browser.signs_in("olga")).json()["name"] == "olga"
        assert (await browser.get("/halts")).status_code == 200
        for line in browser.set:
            assert line.startswith("__Host-")
            assert "HttpOnly" in line
            assert "Secure" in line
            # The provider's page leads here: a strict cookie would stay behind.
            strict = "SameSite=strict" if line.startswith(COOKIE) else "SameSite=lax"
            assert strict in line

    visited(visit)


def test_a_key_alone_opens_nothing(visited: Callable[[Visit], None]) -> None:
    async def visit(_: Lounge, browser: Browser, provider: Provider) -> None:
        refused = await browser.signs_in("olga")
        assert refused.status_code == 403
        assert refused.text == f"Log in at {provider.url[7:]} first."
        browser.cookies[VISIT_COOKIE] = "a" * 64
        assert (await browser.signs_in("olga")).status_code == 403
        assert COOKIE not in browser.cookies

    visited(visit)


def test_a_visit_is_good_for_its_person_alone_and_once(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(_: Lounge, browser: Browser, provider: Provider) -> None:
        await browser.get(await browser.logs_in())
        refused = await browser.signs_in("otto")
        assert (refused.status_code, refused.text) == (
            403, "sign-in: olga has logged in, not otto",
        )  # fmt: skip
        assert (await browser.signs_in("olga")).status_code == 200
        assert (await browser.signs_in("olga")).status_code == 403
        provider.subject = "rita@example.com"
        await browser.get(await browser.logs_in())
        assert (await browser.signs_in("rita")).json()["name"] == "rita"

    visited(visit)


def test_two_who_come_at_once_with_one_visit_get_one_session(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, _: Provider) -> None:
        await browser.get(await browser.logs_in())
        asked = [await browser.post("/sign-in/challenge", b"olga")]
        lounge.later(1)
        asked.append(await browser.post("/sign-in/challenge", b"olga"))
        notes = [
            SignedNote(each.content, (person("olga").signature(each.content),)).render()
            for each in asked
        ]
        assert notes[0] != notes[1]
        sent = browser._sent(origin=ORIGIN, accept="application/json")  # noqa: SLF001

        async def slowly(note: bytes) -> int:
            async def halves() -> AsyncIterator[bytes]:
                yield note[:40]
                await asyncio.sleep(0.01)
                yield note[40:]

            answer = await browser.client.post(
                "/sign-in", content=halves(), headers=sent
            )
            return answer.status_code

        codes = await asyncio.gather(*[slowly(note) for note in notes])
        assert sorted(codes) == [200, 403]

    visited(visit)


def test_a_session_ends_eight_hours_after_the_login(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, _: Provider) -> None:
        await browser.get(await browser.logs_in())
        lounge.later(28_700)  # The provider has said that it was a minute before.
        assert (await browser.signs_in("olga")).status_code == 200
        assert (await browser.get("/halts")).status_code == 200
        lounge.later(41)
        assert (await browser.get("/halts")).status_code == 303
        await browser.get(await browser.logs_in())
        lounge.later(28_741)
        assert (await browser.signs_in("olga")).status_code == 403

    visited(visit)


def test_who_leaves_has_left_the_reception_too(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, _: Provider) -> None:
        await browser.get(await browser.logs_in())
        assert (await browser.signs_in("olga")).status_code == 200
        await browser.get(await browser.logs_in())  # Another visit, while signed in.
        state = lounge.console.follower.reading.state
        found = lounge.console.sessions.find(browser.cookies[COOKIE], state)
        assert found is not None
        headers = {
            "origin": ORIGIN,
            "cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items()),
        }
        fields = {"form_token": found[0].form_token}
        left = await browser.client.post("/sign-out", data=fields, headers=headers)
        assert left.status_code == 303
        assert (await browser.signs_in("olga")).status_code == 403

    visited(visit)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "another"},
        {"state": ""},
        {"iss": "https://login.example"},
        {"error": "access_denied"},
        {"error": "<b>bold</b>"},
        {"code": "another"},
        {"code": ""},
    ],
    ids=str,
)
def test_an_answer_that_is_not_the_one_asked_for_lets_nobody_in(
    visited: Callable[[Visit], None], change: dict[str, str]
) -> None:
    async def visit(_: Lounge, browser: Browser, __: Provider) -> None:
        back = urlsplit(await browser.logs_in())
        given = {name: values[0] for name, values in parse_qs(back.query).items()}
        answer = await browser.get(f"{back.path}?{urlencode({**given, **change})}")
        assert answer.status_code == 403
        assert "<b>bold" not in answer.text
        assert VISIT_COOKIE not in browser.cookies

    visited(visit)


def test_an_answer_counts_in_the_browser_that_began_in_time_and_once(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, _: Provider) -> None:
        # Somebody makes us follow the address of their own login.
        victim = Browser(lounge)
        theirs = await browser.logs_in()
        assert (await victim.get(theirs)).status_code == 403
        await victim.get("/provider")
        assert (await victim.get(theirs)).status_code == 403
        ticket = browser.cookies[LOGIN_COOKIE]
        assert (await browser.get(theirs)).status_code == 303
        assert LOGIN_COOKIE not in browser.cookies
        browser.cookies[LOGIN_COOKIE] = ticket
        again = await browser.get(await _begun_anew(browser, theirs))
        assert again.status_code == 403
        assert "begin again" in again.text
        late = await browser.logs_in()
        lounge.later(601)
        assert "begin again" in (await browser.get(late)).text

    visited(visit)


async def _begun_anew(browser: Browser, address: str) -> str:
    """The same address, after the provider has given out its code once more."""
    ticket = browser.cookies[LOGIN_COOKIE]
    await browser.logs_in()
    browser.cookies[LOGIN_COOKIE] = ticket
    return address


def test_a_ticket_that_is_not_ours_is_refused(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(_: Lounge, browser: Browser, __: Provider) -> None:
        await browser.logs_in()
        good = browser.cookies[LOGIN_COOKIE].partition("/")[0]
        begun, _dot, made = good.rpartition(".")
        moved = f"{int(begun.partition('.')[0]) + 1}.{begun.partition('.')[2]}.{made}"
        for ticket in ("", "a", "1.2.3", f"{begun}.{'0' * 64}", moved):
            browser.cookies[LOGIN_COOKIE] = f"{ticket}/halts"
            asked = urlencode({"state": ticket, "code": "the-code"})
            answer = await browser.get(f"{RETURN_PATH}?{asked}")
            assert answer.status_code == 403, ticket

    visited(visit)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil"])
def test_nobody_is_sent_to_another_site(
    visited: Callable[[Visit], None], path: str
) -> None:
    async def visit(_: Lounge, browser: Browser, __: Provider) -> None:
        landed = await browser.get(await browser.logs_in(path))
        assert landed.headers["location"] == "/sign-in?next=/"

    visited(visit)


def test_a_provider_that_is_away_is_no_way_in(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, provider: Provider) -> None:
        provider.replies["/.well-known/openid-configuration"] = (503, {}, b"")
        assert (await browser.get("/provider")).status_code == 503
        assert (await browser.get("/sign-in")).status_code == 200
        provider.replies.clear()
        lounge.later(5)
        back = await browser.logs_in()
        provider.replies["/token"] = (500, {}, b"")
        assert (await browser.get(back)).status_code == 503
        provider.replies.clear()
        assert (await browser.get(back)).status_code == 303

    visited(visit)


def test_visits_are_forgotten_before_they_fill_the_memory(
    visited: Callable[[Visit], None],
) -> None:
    async def visit(lounge: Lounge, browser: Browser, __: Provider) -> None:
        reception = lounge.console.reception
        assert reception is not None
        await browser.get(await browser.logs_in())
        kept = reception._visits  # noqa: SLF001  only its size cannot be asked for
        for number in range(VISITS_MAX - 1):
            kept[str(number)] = next(iter(kept.values()))
        assert len(kept) == VISITS_MAX
        other = Browser(lounge)
        await other.get(await other.logs_in())
        assert len(kept) == VISITS_MAX
        assert (await other.signs_in("olga")).status_code == 200
        assert (await browser.signs_in("olga")).status_code == 403

    visited(visit)


def test_a_console_without_a_reception_asks_no_provider(world: World) -> None:
    async def lived() -> None:
        with a_lounge(world) as lounge:
            await lounge.look()
            browser = Browser(lounge)
            for path in ("/provider", RETURN_PATH):
                assert (await browser.get(path)).status_code == 404
            assert "Make a key" in (await browser.get("/sign-in")).text

    asyncio.run(lived())
