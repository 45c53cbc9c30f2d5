"""The verbs of `kya`, as a newcomer meets them; imports none of them."""

from dataclasses import dataclass
from typing import Final, Protocol

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Chapter:
    """Verbs that serve one purpose: what each does, in a few words."""

    title: str
    verbs: dict[str, str]


CHAPTERS: Final = (
    Chapter(
        "Begin",
        {
            "demo": "play the case study to its verdict",
            "up": "start the gateway, founding it if it is new",
            "console": "what operators look at, and the API of programs",
        },
    ),
    Chapter(
        "Allow",
        {
            "mandate": "what the board allows: sign, record, compare, test",
            "perimeter": "which law an instrument falls under",
            "agent": "the bots: register, enrol, suspend, replace",
            "baseline": "what is normal for a bot: learn, review, lock",
            "person": "who may act, each under a key of their own",
            "director": "those who sign for the board",
            "ca": "the certification authorities",
            "token": "what programs may read or pass on",
        },
    ),
    Chapter(
        "Bind a bot",
        {
            "sidecar": "answer a bot in the dialect of its exchange",
            "tools": "let a language model order, under the same scope",
            "office": "certificates for agents, beside the gateway",
            "paper-exchange": "an exchange to try bots on",
            "doctor": "from a bot's host: is there another way out?",
        },
    ),
    Chapter(
        "Act",
        {
            "gateway": "halt, resume, limit places, forbid by policy",
            "incident": "see, acknowledge, extend, release, conclude",
            "override": "let one order pass, as two people",
        },
    ),
    Chapter(
        "Prove",
        {
            "verify": "check an evidence package, offline",
            "report": "write for people what came of it",
            "evidence": "build a package, export an order",
            "log": "show, prove and check the log",
            "witness": "cosign logs, so that all see the same",
            "replay": "which decisions another mandate would change",
            "score": "score orders by a baseline",
        },
    ),
    Chapter(
        "Answer others",
        {
            "mcp": "an assistant that reads, and cannot act",
            "kakunin-api": "clients written for Kakunin",
        },
    ),
)

VERBS: Final = frozenset(verb for chapter in CHAPTERS for verb in chapter.verbs)


class _Formatter(Protocol):
    """What a page of help is written with."""

    def write(self, string: str) -> None:
        """Write as it stands."""
        ...


class VerbsInChapters(TyperGroup):
    """All verbs as a group whose help lists them by purpose."""

    def format_commands(self, ctx: typer.Context, formatter: _Formatter) -> None:  # type: ignore[override]
        """Write the chapters."""
        del ctx
        width = max(map(len, VERBS)) + 2
        for chapter in CHAPTERS:
            formatter.write(f"\n{chapter.title}:\n")
            for verb, purpose in chapter.verbs.items():
                formatter.write(f"  {verb:<{width}}{purpose}\n")
