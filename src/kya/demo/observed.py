"""The evening after the observed fortnight: a baseline learned, reviewed and locked."""

from collections.abc import Iterator

from kya.codec.baseline_reviews import (
    Finding,
    Found,
    Review,
    render_found,
    render_review,
)
from kya.codec.baselines import baseline_digest, render_baseline
from kya.codec.learned_orders import Learned, learn_logged
from kya.core.baseline import Source
from kya.core.errors import CorruptionError
from kya.core.integer_log import BIT
from kya.demo.stage import AGENT, RISK, SUPERVISORS, Stage
from kya.wiring.baseline_desk import WantedLock, lock
from kya.wiring.desk import Desk
from kya.wiring.log_reader import tile_reader
from kya.wiring.logged_baseline import read_attempts


def lock_the_observed(stage: Stage, desk: Desk) -> Iterator[str]:
    """Learn from all logged orders and lock it; yield what was done, step by step."""
    desk.remote.publish()
    attempts = read_attempts(tile_reader(stage.installation / "log"), AGENT)
    source = Source(1, attempts.last_seq)
    learned = learn_logged(attempts, AGENT, source)
    baseline = learned.learning.baseline
    if baseline is None:
        why = "; ".join(map(str, learned.learning.refusals))
        raise CorruptionError(f"baseline: refused: {why}")
    (stage.out / "baseline.json").write_bytes(render_baseline(baseline))
    yield (
        f"baseline {baseline_digest(baseline)[:16]} learned from the log: seq"
        f" {source.first_seq} to {source.last_seq}, {baseline.orders} orders on"
        f" {baseline.days} days"
    )
    yield _review(stage, desk, learned)
    index = lock(desk, WantedLock(baseline=baseline, source=source), SUPERVISORS)
    names = " and ".join(name for _, name in SUPERVISORS)
    yield f"locked by {names}: entry {index} of the log"


def _review(stage: Stage, desk: Desk, learned: Learned) -> str:
    """Look at the oddest orders, each of which the bot had planned; say how it went."""
    source, unusual = learned.source, learned.unusual()
    review = Review(agent=AGENT, first_seq=source.first_seq, last_seq=source.last_seq)
    person = f"{SUPERVISORS[0][0].value}:{RISK}"
    found = [
        Found(seq=seq, finding=Finding.ACCEPTED, by=person, at=desk.clock())
        for seq, _ in unusual
    ]
    sheet = render_review(review) + render_found(found)
    (stage.out / "review.jsonl").write_bytes(sheet)
    most = max(each.excess for _, each in unusual) / BIT
    return (
        f"{RISK} looks at the {len(found)} oddest of them, at most {most:.1f} bits"
        " unlike the others, and strikes none"
    )
