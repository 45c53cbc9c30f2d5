"""`kya baseline review`: people look at the most unusual orders, one by one."""

from pathlib import Path
from typing import Annotated

import typer

from kya.authority.reviewing import Looked, found, looked, others
from kya.cli.baseline_source import (
    First,
    Gateway,
    Last,
    LogDir,
    attempts_logged,
    learned_from,
    seqs_of,
)
from kya.cli.baseline_telling import refusal_fields, unusual_fields, unusual_text
from kya.cli.exits import Exit
from kya.cli.output import AsJson, answer, answer_json, read_bytes, write_new
from kya.codec.baseline_reviews import (
    Finding,
    Found,
    Review,
    parse_review,
    render_found,
    render_review,
)
from kya.codec.baselines import baseline_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.wiring.clock import system_clock
from kya.wiring.people import read_people


def review_command(
    sheet: Annotated[
        Path, typer.Argument(help="The review's own file; made if there is none.")
    ],
    agent: Annotated[
        str, typer.Option(help="The agent, to begin a review of its orders.")
    ] = "",
    *,
    log: LogDir = None,
    gateway: Gateway = None,
    first: First = 1,
    last: Last = None,
    person: Annotated[
        str, typer.Option("--as", help="ROLE:NAME of the person who looks at them.")
    ] = "",
    accept: Annotated[
        str, typer.Option(metavar="SEQ,…", help="Listed orders that are the agent's.")
    ] = "",
    strike: Annotated[
        str, typer.Option(metavar="SEQ,…", help="Listed orders that are not.")
    ] = "",
    accept_others: Annotated[
        bool, typer.Option("--accept-others", help="Accept all others listed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the oddest 5 % of an agent's logged orders; accept or strike each of them.

    Whatever is struck is left out, the rest is learned anew, and what is odd among it
    is listed. Exit code 0: nothing is left to look at, and a baseline can be locked.
    """
    begun = parse_review(read_bytes(sheet, "review")) if sheet.exists() else None
    attempts = attempts_logged(begun.agent if begun else agent, log, gateway)
    if begun is None:
        newest = attempts.last_seq if last is None else last
        begun = Review(agent=agent, first_seq=first, last_seq=newest)
        write_new(sheet, render_review(begun))
    seen = _look(begun, attempts)
    if accept or strike or accept_others:
        said = _found(seen, person, accept, strike)
        if accept_others:
            said += others(seen, person, system_clock().clock.now(), said)
        with sheet.open("ab") as file:
            file.write(render_found(said))
        seen = _look(parse_review(read_bytes(sheet, "review")), attempts)
    if as_json:
        answer_json(_document(seen))
    else:
        _tell(seen)
    if not seen.is_done:
        raise typer.Exit(Exit.NO)


def _look(review: Review, attempts: LoggedAttempts) -> Looked:
    """Return what is left to look at."""
    return looked(review, learned_from(attempts, review.agent, review.source))


def _found(seen: Looked, person: str, accept: str, strike: str) -> list[Found]:
    """Return what the person found of orders that are listed."""
    read_people([person])
    said = {
        Finding.ACCEPTED: seqs_of("--accept", accept),
        Finding.STRUCK: seqs_of("--strike", strike),
    }
    return found(seen, person, system_clock().clock.now(), said)


def _tell(seen: Looked) -> None:
    """Tell a person how far the review has come, and what comes next."""
    review, learned, left = seen
    findings = review.found.values()
    struck = review.source.struck
    answer(
        f"orders {review.first_seq} to {review.last_seq} of {review.agent}:"
        f" {len(findings) - len(struck)} accepted, {len(struck)} struck,"
        f" {len(left)} open"
    )
    for seq, unusual in left:
        answer(f"{seq:>7}  {unusual_text(unusual)}")
    for refusal in learned.learning.refusals:
        answer(f"  {refusal}")
    baseline = learned.learning.baseline
    if baseline is not None and not left:
        options = f"--from {review.first_seq} --to {review.last_seq}"
        if struck:
            options += f" --struck {','.join(map(str, struck))}"
        answer(f"reviewed: learn and lock it with {options}")
        answer(f"  {baseline_digest(baseline)}")


def _document(seen: Looked) -> dict[str, object]:
    """Return the same for programs."""
    review, learned, left = seen
    baseline, source = learned.learning.baseline, review.source
    return {
        "agent": review.agent,
        "digest": None if baseline is None else baseline_digest(baseline),
        "found": [
            {
                "at": str(each.at),
                "by": each.by,
                "finding": each.finding.value,
                "seq": each.seq,
            }
            for each in review.found.values()
        ],
        "open": [{"seq": seq, **unusual_fields(each)} for seq, each in left],
        "refusals": refusal_fields(learned.learning),
        "source": {
            "first_seq": source.first_seq,
            "last_seq": source.last_seq,
            "struck": list(source.struck),
        },
    }
