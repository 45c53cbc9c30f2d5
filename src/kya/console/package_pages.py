"""The page of evidence: choose an agent and a period, and take the package away."""

from typing import Final

from starlette.responses import FileResponse, RedirectResponse, Response

from kya.codec.tally import Selection
from kya.console.asking import Asking, RefusedError
from kya.console.limits import ROWS_MAX
from kya.console.packages import Extent, Packages
from kya.core.errors import InputError
from kya.core.instant import Day

_EXTENTS: Final = {extent.value: extent for extent in Extent}


async def evidence(asking: Asking) -> Response:
    """The packages that are built here, and the form for the next one."""
    packages, reading = asking.console.packages, asking.console.follower.reading
    return asking.page(
        "evidence.html",
        can_build=packages is not None,
        jobs=[] if packages is None else packages.all(),
        agents=sorted(reading.state.agents)[:ROWS_MAX],
        today=asking.now.day,
    )


async def build(asking: Asking) -> Response:
    """Begin to build a package."""
    form, packages = await asking.form(), _packages(asking)
    if asking.console.follower.sight.is_distrusted:
        raise RefusedError(503, "The log contradicts itself: no evidence is made here.")
    extent = _EXTENTS.get(form.get("extent", ""))
    if extent is None:
        raise InputError(f"extent: want one of {', '.join(_EXTENTS)}")
    agent = form.get("agent", "") or None
    if agent is not None and agent not in asking.console.follower.reading.state.agents:
        raise InputError(f"{agent}: no such agent is on record")
    selection = Selection(
        agent=agent,
        first=Day.parse(form.get("first", "")),
        last=Day.parse(form.get("last", "")),
    )
    packages.begin(selection, extent, asking.person.name, asking.now)
    asking.console.follower.wake()
    return RedirectResponse("/evidence", status_code=303)


async def file(asking: Asking) -> Response:
    """Return a package, byte for byte as its digest says."""
    job = _packages(asking).find(asking.request.path_params["package"])
    if job is None or job.built is None:
        raise RefusedError(404, "No such package is kept here.")
    return FileResponse(
        job.built.path, media_type="application/gzip", filename=job.file_name
    )


def _packages(asking: Asking) -> Packages:
    """Return the packages; RefusedError for a console without the log's directory."""
    found = asking.console.packages
    if found is None:
        raise RefusedError(404, "This console is not at the log's directory.")
    return found
