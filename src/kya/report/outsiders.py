"""Who outside has seen the log: witnesses, time stamps; and when, by whose clock."""

from collections.abc import Iterator

from kya.report.examined import Examined
from kya.report.model import (
    Basis,
    Block,
    Row,
    Section,
    Sentence,
    Source,
    Table,
    answer_to,
)
from kya.report.wording import counted, grouped, moment
from kya.verify.sighting import Sighting


def outsiders_section(examined: Examined) -> Section:
    """Return the words of outsiders that were verified, and what question 8 says."""
    blocks: list[Block] = [
        Sentence(f"{finding.verdict.value}: {finding.sentence}.", answer_to(8))
        for finding in examined.examination.report.answer(8).findings
    ]
    sightings = examined.found.sightings
    if sightings:
        blocks.append(
            Table(
                header=(
                    "witness",
                    "trees",
                    "newest tree",
                    "seen at, UTC, it says",
                ),
                widths=(6, 2, 4, 5, 4),
                rows=tuple(_witnesses(sightings)),
            )
        )
    stamps = examined.found.stamps
    if stamps:
        blocks.append(
            Table(
                header=("time stamp", "of, UTC, by the authority's clock"),
                widths=(6, 6, 5),
                rows=tuple(
                    Row((name, moment(at)), Source(Basis.FILE, f"log/stamps/{name}"))
                    for name, at in sorted(stamps.items())
                ),
            )
        )
    return Section("Witnesses and time stamps", tuple(blocks))


def _witnesses(sightings: list[Sighting]) -> Iterator[Row]:
    """Yield each witness with the newest tree that it has cosigned."""
    by_name: dict[str, list[Sighting]] = {}
    for each in sightings:
        by_name.setdefault(each.key.name, []).append(each)
    for name, seen in sorted(by_name.items()):
        newest = max(seen, key=lambda each: (each.size, -each.at.micros))
        sizes = {each.size for each in seen}
        yield Row(
            (
                name,
                grouped(len(sizes)),
                counted(newest.size, "entry", "entries"),
                moment(newest.at),
            ),
            Source(Basis.FILE, newest.path),
        )
