"""Time stamps on the tree heads of a log at work, by an authority over HTTP."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kya.adapters.stamp_http import QUERY_TYPE
from kya.adapters.store_memory import MemoryDisk
from kya.config_outside import StampAuthoritySection, TimeStampsSection
from kya.core.errors import InputError
from kya.pki.stamp_authorities import Authorities
from kya.pki.time_stamps import stamped_at
from kya.wiring.stamps import stamping_of
from tests.pki.stamping import StampAuthority
from tests.sequencer.logs import grown, opened
from tests.serving import Quiet, serving


@contextmanager
def at_work(authority: StampAuthority) -> Generator[str]:
    """Serve an authority on loopback."""

    class Post(Quiet):
        def do_POST(self) -> None:  # noqa: N802  the library's name
            assert self.headers["content-type"] == QUERY_TYPE
            query = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200 if self.path == "/tsr" else 404)
            self.end_headers()
            self.wfile.write(authority.answer(query))

    with serving(Post) as url:
        yield url


def section(url: str, root: str = "tsa.pem", policy: str = "") -> TimeStampsSection:
    asked = StampAuthoritySection(url=url, root_file=root, policy=policy)
    return TimeStampsSection(every_seconds=1, authorities={"tsa": asked})


def test_every_tree_head_that_is_asked_for_is_stamped_once(tmp_path: Path) -> None:
    authority = StampAuthority.found(tmp_path / "authority")
    (tmp_path / "tsa.pem").write_bytes(authority.root)

    async def go(url: str) -> None:
        sequencer = await grown(MemoryDisk().stores(), 4)
        stamping = stamping_of(section(url), tmp_path, sequencer)
        assert await stamping.stamp(), "nothing is published, so nothing is left to do"
        size = (await sequencer.publish()).size
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stamping.stamp_ever(), 0.5)
        path = tmp_path / f"log/stamps/{size}.tsa.tsr"
        stamp, roots = path.read_bytes(), Authorities.read(authority.root)
        stamped_at(stamp, sequencer.read("checkpoint"), roots)
        assert await stamping.stamp()
        assert path.read_bytes() == stamp
        await sequencer.close()

    with at_work(authority) as url:
        asyncio.run(go(f"{url}/tsr"))


def test_what_does_not_count_is_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = StampAuthority.found(tmp_path / "authority")
    other = StampAuthority.found(tmp_path / "other")
    (tmp_path / "tsa.pem").write_bytes(authority.root)
    (tmp_path / "other.pem").write_bytes(other.root)

    async def go(url: str) -> None:
        sequencer = await grown(MemoryDisk().stores(), 4)
        await sequencer.publish()
        for bad in (
            section(url),
            section(f"{url}/tsr", "other.pem"),
            section(f"{url}/tsr", policy="1.2.3.4.5"),
            section("http://127.0.0.1:1"),
        ):
            stamping = stamping_of(bad, tmp_path, sequencer)
            assert not await stamping.stamp()
        assert not (tmp_path / "log").exists()
        assert len(caplog.records) == 4
        await sequencer.close()

    with at_work(authority) as url:
        asyncio.run(go(url))


def test_a_root_that_is_not_there_keeps_a_log_from_starting(tmp_path: Path) -> None:
    async def go() -> None:
        sequencer = await opened(MemoryDisk().stores())
        with pytest.raises(InputError, match="cannot be read"):
            stamping_of(section("http://127.0.0.1:1"), tmp_path, sequencer)
        await sequencer.close()

    asyncio.run(go())


def test_authorities_have_names_for_files_and_limits() -> None:
    asked = StampAuthoritySection(url="http://tsa.example", root_file="tsa.pem")
    for name in ("a.b", "a/b", ""):
        with pytest.raises(ValueError, match="without a dot"):
            TimeStampsSection(authorities={name: asked})
    with pytest.raises(ValueError, match="at most 8"):
        TimeStampsSection(authorities={f"a{number}": asked for number in range(9)})
    for seconds in (0, 601):
        with pytest.raises(ValueError, match="1 to 600"):
            TimeStampsSection(every_seconds=seconds)
