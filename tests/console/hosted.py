"""A lounge at a port of its own, for a real browser that is signed in already."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from starlette.types import Receive, Scope, Send

from kya.console.app import create_console_app
from kya.console.asking import COOKIE
from kya.console.packages import Builder
from tests.console.lounge import Lounge, a_lounge
from tests.world import World

SHOTS: Final = os.environ.get("KYA_SCREENSHOTS")
"""A folder for pictures of the pages, where somebody wants to look at them."""


@dataclass
class Hosted:
    """A console that is served, and who sits at its browsers."""

    lounge: Lounge
    origin: str
    cookie: str = ""

    def looks_at(self, page: Page, path: str, scheme: str) -> None:
        """Go to a page and hold it against the rules of accessibility."""
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{self.origin}{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        if SHOTS:
            name = path.strip("/").replace("/", "-")[:40] or "attention"
            page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)


@contextmanager
def hosted(world: World, name: str, builder: Builder | None = None) -> Iterator[Hosted]:
    """Serve a console over the world's log until left; this person is signed in."""
    ready, over = Event(), Event()
    found: list[Hosted] = []

    async def serve() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with a_lounge(world, origin=origin, builder=builder) as lounge:
            await lounge.look()
            signed_in = lounge.browser()
            assert (await signed_in.sign_in(name)).status_code == 200
            place = Hosted(lounge, origin)
            app = create_console_app(lounge.console)

            async def for_whoever_is_in(
                scope: Scope, receive: Receive, send: Send
            ) -> None:
                if scope["type"] == "http":
                    cookie = f"{COOKIE}={signed_in.cookie}".encode()
                    scope["headers"] = [*scope["headers"], (b"cookie", cookie)]
                await app(scope, receive, send)

            config = uvicorn.Config(
                for_whoever_is_in, log_level="error", lifespan="off"
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            found.append(place)
            ready.set()
            await asyncio.to_thread(over.wait)
            lounge.console.follower.end()
            server.should_exit = True
            await serving

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(30)
        yield found[0]
    finally:
        over.set()
        thread.join(30)
