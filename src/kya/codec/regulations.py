"""What the law says, who is bound, what we can show and what we do not claim.

The table is `regulations.json` beside this file. It is in our own words, says of each
line how sure the review was, and is the only place that a citation may come from.
"""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from kya.codec.canonical import Statement
from kya.codec.citations import Known, articles_of, unknown_citations
from kya.codec.perimeter import Certainty
from kya.core.errors import CorruptionError


class Act(Statement, frozen=True, kw_only=True):
    """A regulation, by its short name, if it has one, and its number."""

    name: str
    number: str
    what: str
    status: str
    certainty: Certainty

    @property
    def key(self) -> str:
        """What duties call it: the short name, or the number for lack of one."""
        return self.name or self.number


class Duty(Statement, frozen=True, kw_only=True):
    """One article: what it demands of whom, and what this product has to do with it.

    `firm` is what the firm must answer itself in a self-assessment, `shows` names the
    figures that a report puts beside it; both are empty of most.
    """

    act: str
    article: str
    title: str
    duty: str
    bound: str
    artefact: str
    certainty: Certainty
    not_claimed: str
    firm: str
    shows: list[str]


class Misreading(Statement, frozen=True, kw_only=True):
    """What is said of the law, and is not so."""

    said: str
    truth: str
    certainty: Certainty


class Regulations(Statement, frozen=True, kw_only=True):
    """The whole reviewed table."""

    type_: Literal["kya/regulations/v1"] = msgspec.field(name="_type")
    reviewed: str
    acts: list[Act]
    duties: list[Duty]
    misread: list[Misreading]

    def of(self, act: str) -> list[Duty]:
        """Return what the table has of one act, in its order."""
        return [duty for duty in self.duties if duty.act == act]

    def known(self) -> Known:
        """Return what may be cited."""
        return Known(
            acts={name: act.key for act in self.acts for name in (act.number, act.key)},
            articles=frozenset(
                (duty.act, article)
                for duty in self.duties
                for article in articles_of(duty.article)
            ),
        )


def read_regulations(raw: bytes) -> Regulations:
    """Return the table; CorruptionError if it contradicts itself, or cites more."""
    found = msgspec.json.decode(raw, type=Regulations)
    acts = [act.key for act in found.acts]
    cited = [(duty.act, duty.article) for duty in found.duties]
    if len(set(acts)) != len(acts) or len(set(cited)) != len(cited):
        raise CorruptionError("regulations.json: two lines for one act or article")
    strangers = sorted({duty.act for duty in found.duties} - set(acts))
    if strangers:
        raise CorruptionError(f"regulations.json: duties of {', '.join(strangers)}")
    unknown = list(unknown_citations(raw.decode("utf-8"), found.known()))
    if unknown:
        raise CorruptionError(f"regulations.json cites {', '.join(unknown)}")
    return found


@cache
def regulations() -> Regulations:
    """Return the reviewed table."""
    folder = resources.files("kya.codec")
    return read_regulations(folder.joinpath("regulations.json").read_bytes())
