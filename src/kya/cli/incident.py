"""`kya incident`: what was opened, how it stands, and what people do about it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from kya.authority.incidents import short
from kya.cli.desk import People, Person, Why, open_desk
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    talk,
    write_new,
)
from kya.core.incident import Step
from kya.core.instant import Instant
from kya.wiring.desk import Desk
from kya.wiring.incident_desk import (
    WantedStep,
    file_of,
    incident_named,
    story_of,
    take_step,
)
from kya.wiring.people import read_people
from kya.wiring.remote import IncidentHeard

_MINUTE_SECONDS = 60

app = typer.Typer(
    help="Incidents: see, extend, release; time-out means that the agent is suspended.",
    no_args_is_help=True,
)

Named = Annotated[
    str, typer.Argument(metavar="INCIDENT", help="The first digits of its id.")
]


@app.command("list")
def listed(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """List incidents, those that are not over first, the newest of them on top."""
    found = open_desk(data).remote.incidents()
    if as_json:
        answer_json([msgspec.to_builtins(each) for each in found])
        return
    for each in found:
        answer(_line(each))
    talk(f"{len(found)} on record, {sum(not each.over_at for each in found)} not over")


@app.command("show")
def show(named: Named, data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show all that the log says of an incident, entry by entry."""
    desk = open_desk(data)
    incident = incident_named(desk, named)
    story = story_of(data / "log", desk.remote.publish(), incident)
    if as_json:
        told = [
            {"at": str(each.at), "entry": each.entry, "said": each.said}
            for each in story
        ]
        answer_json({**msgspec.to_builtins(incident), "story": told})
        return
    for sentence in _sentences(incident):
        answer(sentence)
    for each in story:
        answer(f"  {each.at}  entry {each.entry}: {each.said}")


@app.command("ack")
def acknowledge(
    named: Named, reason: Why, people: Person, data: Data = DATA_DEFAULT
) -> None:
    """Say that you have seen it; one person does, and the grace runs on."""
    _take(data, named, WantedStep(step=Step.ACKNOWLEDGE, reason=reason), people)


@app.command("extend")
def extend(
    named: Named,
    minutes: Annotated[
        int, typer.Option(min=1, max=1_440, help="How long from now, at most a day.")
    ],
    reason: Why,
    people: People,
    data: Data = DATA_DEFAULT,
) -> None:
    """Give it more time before it ends; it takes two people, one of whom supervises."""
    desk = open_desk(data)
    until = desk.clock().plus(seconds=minutes * _MINUTE_SECONDS)
    _take(data, named, WantedStep(step=Step.EXTEND, reason=reason, until=until), people)


@app.command("release")
def release(
    named: Named, reason: Why, people: People, data: Data = DATA_DEFAULT
) -> None:
    """Let the agent go on; it takes two people, one of whom supervises."""
    _take(data, named, WantedStep(step=Step.RELEASE, reason=reason), people)


@app.command("revoke")
def revoke(
    named: Named, reason: Why, people: People, data: Data = DATA_DEFAULT
) -> None:
    """End the certificate of a suspended agent for good; it takes two people."""
    _take(data, named, WantedStep(step=Step.REVOKE, reason=reason), people)


@app.command("file")
def file(
    named: Named,
    out: Annotated[Path, typer.Option(help="Where to write it; it must not be there.")],
    data: Data = DATA_DEFAULT,
    *,
    bot_log: Annotated[
        Path | None,
        typer.Option(help="What the bot wrote down; its SHA-256 stands in the file."),
    ] = None,
) -> None:
    """Write what the log knows around an incident, for whoever looks into it."""
    desk = open_desk(data)
    incident, size = incident_named(desk, named), desk.remote.publish()
    noted = None if bot_log is None else read_bytes(bot_log, "bot's log")
    found = file_of(data / "log", size, incident, noted)
    write_new(out, found)
    answer(f"{sha256(found).hexdigest()}  {out}")


@app.command("conclude")
def conclude(
    named: Named,
    file: Annotated[Path, typer.Option(help="What was looked at; its SHA-256 stays.")],
    reason: Annotated[str, typer.Option(help="The root cause; it goes into the log.")],
    people: Person,
    data: Data = DATA_DEFAULT,
) -> None:
    """Name the root cause of one that is over; it takes one person who supervises."""
    digest = sha256(read_bytes(file, "incident file")).hexdigest()
    wanted = WantedStep(step=Step.CONCLUDE, reason=reason, file=digest)
    _take(data, named, wanted, people)


def _take(data: Path, named: str, wanted: WantedStep, people: list[str]) -> None:
    """Show what is signed, and have these people sign it."""
    signers, desk = read_people(people), open_desk(data)
    incident = incident_named(desk, named)
    talk(f"{wanted.step.value}, to be signed by {', '.join(people)}:")
    for sentence in _sentences(incident):
        talk(f"  {sentence}")
    if wanted.until is not None:
        talk(f"  until {wanted.until}")
    index = take_step(desk, incident.incident, wanted, signers)
    answer(f"{wanted.step.value} {short(incident.incident)} entry {index}")
    _remind(desk, incident, wanted)


def _remind(desk: Desk, incident: IncidentHeard, wanted: WantedStep) -> None:
    """Say what an acknowledgement does not do."""
    if wanted.step is Step.ACKNOWLEDGE:
        left = _seconds_left(incident, desk.clock())
        talk(f"the grace runs on: {left} s are left, then the agent is suspended")


def _seconds_left(incident: IncidentHeard, now: Instant) -> int:
    """Return the whole seconds until the end of the grace; none after it."""
    ends = Instant.parse(incident.grace_ends_at)
    return max(0, ends.micros - now.micros) // 1_000_000


def _line(found: IncidentHeard) -> str:
    """Return an incident in one line."""
    return (
        f"{short(found.incident)} {found.agent} {found.state} since {found.opened_at}:"
        f" {', '.join(found.reasons)}; grace until {found.grace_ends_at}"
    )


def _sentences(found: IncidentHeard) -> Iterator[str]:
    """Yield what an incident is, a line each."""
    yield f"incident   {found.incident}"
    yield f"agent      {found.agent}, under certificate {found.credential}"
    yield f"state      {found.state}"
    yield f"opened     {found.opened_at}: {', '.join(found.reasons)}"
    yield f"grace      until {found.grace_ends_at}"
    yield f"repeats    {found.repeats}"
    for each in found.told:
        yield f"told       {each.target}, {each.micros} us after the decision"
    if not found.told:
        yield "told       nobody yet"
