"""Files that people take from a console, made from the log's entries when asked for."""

from starlette.responses import Response

from kya.codec.incident_file import IncidentFile, Wanted
from kya.console.asking import Asking, RefusedError
from kya.console.follow import Follower
from kya.console.kinds import Enclosed


async def incident_file_page(asking: Asking) -> Response:
    """Return the incident file of one incident, as the log stands now."""
    incident = asking.request.path_params["incident"]
    found = await incident_file(asking.console.follower, incident)
    return as_file(found.content, found.name)


async def incident_file(follower: Follower, incident: str) -> Enclosed:
    """Return what the log knows around an incident; RefusedError if there is none."""
    found = follower.reading.state.incidents.get(incident)
    if found is None:
        raise RefusedError(404, "No such incident is on record.")
    wanted = Wanted(incident=found.id, agent=found.agent, opened_at=found.opened_at)
    file = IncidentFile(wanted)
    await follower.read_through(file.take)
    return Enclosed(name=f"incident-{incident[:16]}.json", content=file.render())


def as_file(content: bytes, name: str) -> Response:
    """Return an answer that a browser keeps as a file, and never shows as a page."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)
