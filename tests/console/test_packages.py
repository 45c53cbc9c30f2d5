"""Evidence at the console: built beside the pages, and good for any verifier."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import pytest

from kya.config import CONFIG_FILE, render_config
from kya.core.errors import InputError
from kya.pki.pem import CERTIFICATE, to_pem
from kya.verify.verify import verify_package
from kya.wiring.package_desk import PackageDesk
from tests.console.lounge import Browser, Lounge, a_lounge, enrol_everybody, text_of
from tests.test_config import LEAST
from tests.verify.packages import busy_world, failing, published
from tests.world import AGENT, World

WHOLE = {"agent": AGENT, "first": "2026-05-15", "last": "2026-05-15", "extent": "whole"}


def a_desk(world: World, directory: Path) -> PackageDesk:
    """A data directory as the gateway leaves it, and a folder for packages."""
    data, folder = directory / "data", directory / "made"
    folder.mkdir()
    for path, raw in published(world.entries, world.log).files.items():
        file = data / "log" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    (data / "trust").mkdir()
    (data / "trust/root.pem").write_bytes(to_pem(CERTIFICATE, world.root))
    (data / CONFIG_FILE).write_text(render_config(LEAST))
    return PackageDesk(data, folder)


def test_an_auditor_builds_a_package_that_verifies(tmp_path: Path) -> None:
    world = busy_world()
    enrol_everybody(world)

    async def visit(lounge: Lounge, aude: Browser) -> None:
        packages = lounge.console.packages
        assert packages is not None
        form = text_of((await aude.get("/evidence")).text)
        assert "No package was built here yet." in form
        assert (await aude.post("/evidence", WHOLE)).status_code == 303
        part = {**WHOLE, "extent": "part"}
        assert (await aude.post("/evidence", part)).status_code == 303
        assert "<progress" in (await aude.get("/evidence")).text
        await packages.settle()
        page = (await aude.get("/evidence")).text
        for job in packages.all():
            assert job.fault == ""
            assert job.built is not None
            answer = await aude.get(f"/evidence/{job.id}/file")
            assert sha256(answer.content).hexdigest() == job.built.sha256
            assert job.built.sha256 in page
            assert (
                f'filename="{job.file_name}"' in answer.headers["content-disposition"]
            )
        whole = packages.all()[-1].built
        assert whole is not None
        assert whole.entries == len(world.entries)
        report = verify_package(whole.path, root_pem=to_pem(CERTIFICATE, world.root))
        assert failing(report) == set()

    lived(world, tmp_path, visit)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": "2026-05-16"}, "is after"),
        ({"first": "soon"}, "day"),
        ({"agent": "nobody"}, "no such agent is on record"),
        ({"extent": "half"}, "want one of whole, part"),
        ({"extent": "part", "agent": ""}, "want the one agent"),
    ],
)
def test_what_cannot_be_built_is_refused(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    world = busy_world(1)
    enrol_everybody(world)

    async def visit(lounge: Lounge, aude: Browser) -> None:
        answer = await aude.post("/evidence", {**WHOLE, **changes})
        assert answer.status_code == 400
        assert said in text_of(answer.text)
        assert (await aude.get("/evidence/none/file")).status_code == 404
        assert lounge.console.packages is not None
        assert lounge.console.packages.all() == []

    lived(world, tmp_path, visit)


def test_a_package_that_fails_says_why_and_the_oldest_gives_way(tmp_path: Path) -> None:
    world = busy_world(1)
    enrol_everybody(world)

    async def visit(lounge: Lounge, aude: Browser) -> None:
        packages = lounge.console.packages
        assert packages is not None
        for _ in range(4):
            await aude.post("/evidence", WHOLE)
        with pytest.raises(InputError, match="4 packages are being built"):
            packages.begin(
                packages.all()[0].selection,
                packages.all()[0].extent,
                "aude",
                lounge.now,
            )
        await packages.settle()
        first = packages.all()[-1]
        assert first.built is not None
        (tmp_path / "data/trust/root.pem").unlink()
        await aude.post("/evidence", WHOLE)
        assert packages.find(first.id) is None
        assert not first.built.path.exists()
        await packages.settle()
        assert "root.pem" in packages.all()[0].fault
        assert "refused" in (await aude.get("/evidence")).text

    lived(world, tmp_path, visit)


def test_a_console_elsewhere_names_the_command() -> None:
    world = busy_world(1)
    enrol_everybody(world)

    async def visit() -> None:
        with a_lounge(world) as lounge:
            await lounge.look()
            aude = lounge.browser()
            await aude.sign_in("aude")
            assert "kya evidence build" in (await aude.get("/evidence")).text
            assert (await aude.post("/evidence", WHOLE)).status_code == 404

    asyncio.run(visit())


def lived(
    world: World,
    directory: Path,
    visit: Callable[[Lounge, Browser], Awaitable[None]],
) -> None:
    """Let an auditor visit a console that builds packages of this world's log."""

    async def visiting() -> None:
        with a_lounge(world, builder=a_desk(world, directory)) as lounge:
            await lounge.look()
            aude = lounge.browser()
            assert (await aude.sign_in("aude")).status_code == 200
            await visit(lounge, aude)

    asyncio.run(visiting())
