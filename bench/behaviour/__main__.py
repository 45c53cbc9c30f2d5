"""`python -m bench.behaviour`: the acceptance table of the score, and its plots."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.behaviour import accounts, gates, sequences, speed
from bench.behaviour.bots import Bot, draw_bots
from bench.behaviour.detection import OURS, Detection, detect
from bench.behaviour.measures import interval
from bench.behaviour.plots import draw
from bench.figure import Figure, at_least, at_most, shown

RESULTS: Final = Path(__file__).parents[1] / "results"
BOTS: Final = 20
PARTS: Final = "/ 10,000"
_PARTS: Final = 10_000


def main() -> int:
    """Return 0 when everything that is demanded holds, else 1."""
    _say("drawing bots")
    tuned = draw_bots(BOTS, 1_000, 0)
    _say("single orders, tuned styles")
    result = detect(tuned)
    _say("single orders, styles that nothing was tuned on")
    fresh = draw_bots(BOTS, 2_000, 100)
    other = detect(fresh)
    figures = [
        *_detection("A1", result),
        *_thresholds(result),
        *_detection("A1, fresh styles", other),
        *_accounts(),
        *_sequences("A4", tuned),
        *_sequences("A4, fresh styles", fresh),
        *_gates(tuned),
        *_speed(tuned[0]),
    ]
    text = _page(figures, result, other)
    (RESULTS / "behaviour.md").write_text(text, encoding="utf-8")
    draw(RESULTS, result, other)
    print(text)
    return 0 if all(figure.is_met is not False for figure in figures) else 1


def _detection(name: str, found: Detection) -> Iterator[Figure]:
    """Yield what is asked of single orders; what a warning means, of all styles."""
    runs = f"{len(found.warned)} bots"
    part = float(np.mean(found.found[OURS])) * 100
    area = float(np.mean(found.auroc[OURS])) * _PARTS
    rate = found.warnings / found.normals * 100
    if name == "A1":
        yield at_least(
            f"{name}: found at 0.1 % false, mean of bots", part, "%", 85, runs
        )
        yield at_least(f"{name}: area under ROC, mean", area, PARTS, 9_850, runs)
        median = max(found.medians) * _PARTS
        yield at_most("A8: median score of own orders", median, PARTS, 1_000, runs)
    else:
        yield shown(f"{name}: found at 0.1 % false, mean of bots", part, "%", runs)
        yield shown(f"{name}: area under ROC, mean", area, PARTS, runs)
    yield at_most(f"{name}: warnings among own orders", rate, "%", 0.3, runs)
    worst = max(found.warned) * 100
    yield at_most(f"{name}: the same, worst bot", worst, "%", 1.25, runs)
    runs = f"{found.normals:,} orders"
    title = f"{name}: critical among own orders"
    yield at_most(title, found.criticals, "orders", 0, runs)


def _thresholds(found: Detection) -> Iterator[Figure]:
    """Yield what is asked of the fixed thresholds."""
    for label, warn, critical_min, critical_max in (
        ("size_180k", 100, 97, 100),
        ("off_hours", 100, 0, 100),
        ("weekend", 100, 0, 100),
        ("new_region", 100, 0, 100),
        ("new_market", 95, 0, 1),
        ("new_venue", 95, 0, 1),
        ("impersonation", 90, 0, 100),
    ):
        both = np.array(found.by_label[label])
        runs = f"{len(both):,} orders"
        warned, critical = both.mean(axis=0) * 100
        yield at_least(f"A2: {label}, warned", float(warned), "%", warn, runs)
        if critical_min:
            name = f"A2: {label}, critical"
            yield at_least(name, float(critical), "%", critical_min, runs)
        if critical_max < 100:
            name = f"A2: {label}, critical"
            yield at_most(name, float(critical), "%", critical_max, runs)
    for label in (
        "size_27_40k",
        "price_30_80bp",
        "size_x0.25",
        "burst20",
        "multi_mild",
    ):
        both = np.array(found.by_label[label])
        warned = float(both.mean(axis=0)[0]) * 100
        yield shown(f"A2: {label}, warned", warned, "%", f"{len(both):,} orders")


def _accounts() -> Iterator[Figure]:
    """Yield what is asked of real accounts, where they are at hand."""
    if not accounts.FILE.exists():
        _say(f"no real accounts: {accounts.FILE.name} is not here")
        return
    _say("real accounts")
    found = accounts.compare()
    means = {n: float(np.mean(each)) * _PARTS for n, each in found.auroc.items()}
    best = max(value for name, value in means.items() if name != OURS)
    runs = (
        f"{len(found.sizes)} accounts, {sum(n for _, n in found.sizes.values())} orders"
    )
    yield at_least(
        "A3: area under ROC, mean of accounts", means[OURS], PARTS, 9_100, runs
    )
    yield at_least(
        "A3: above the best library by", means[OURS] - best, PARTS, 300, runs
    )
    same = float(np.mean(found.same_market[OURS])) * _PARTS
    yield at_least("A3: the same, in the account's markets", same, PARTS, 8_200, runs)
    part = float(np.mean(found.found[OURS])) * 100
    yield at_least("A3: found at 1 % false", part, "%", 58, runs)
    for name, value in sorted(means.items(), key=lambda pair: -pair[1])[:4]:
        rate = float(np.mean(found.found[name]))
        yield shown(f"A3: {name}, area under ROC", value, PARTS, f"at 1 % {rate:.3f}")
    after, false, count = accounts.takeovers()
    hits = [n for n in after if n is not None]
    runs = f"{len(after)} pairs"
    yield shown("A4: real takeovers found", len(hits) / len(after) * 100, "%", runs)
    yield shown("A4: orders until then, median", float(np.median(hits)), "orders", runs)
    yield at_most(
        "A4: real accounts, false alarms", false, "accounts", 0, f"{count} accounts"
    )


def _sequences(name: str, bots: list[Bot]) -> Iterator[Figure]:
    """Yield what is asked of sequences."""
    _say(f"sequences, {name}")
    days = f"{len(bots)} bots, 60 days"
    yield at_most(
        f"{name}: false alarms", sequences.false_alarms(bots), "bots", 0, days
    )
    found = sequences.takeovers(bots)
    yield at_least(f"{name}: takeovers found", found.found, "bots", found.of, days)
    yield at_most(
        f"{name}: orders until then, median", found.orders, "orders", 20, days
    )
    limits = {"size +3 % a day": 10.0, "rate doubled": 8.2, "side stuck": 10.0}
    for change in sequences.CHANGES:
        found = sequences.change(bots, change)
        runs = f"{found.found} of {found.of} bots"
        title = f"{name}: {change}, days until found, median"
        if change in limits:
            yield at_most(title, found.days, "days", limits[change], runs)
        else:
            yield shown(title, found.days, "days", runs)


def _gates(bots: list[Bot]) -> Iterator[Figure]:
    """Yield what is asked of the gate, and of the review."""
    _say("gate and review")
    runs = f"{len(bots)} bots"
    yield at_least(
        "A5: clean histories that pass", gates.passing(bots), "bots", 19, runs
    )
    yield at_least("A5: five days refused", gates.short_refused(bots), "bots", 20, runs)
    for growth in (0.01, 0.02, 0.03, 0.05):
        refused = gates.drifting_refused(bots, growth)
        name = f"A5: sizes +{growth:.0%} a day refused"
        yield (
            at_least(name, refused, "bots", 15, runs)
            if growth == 0.03
            else shown(name, refused, "bots", runs)
        )
    recall = gates.review_recall(bots, 0.004) * 100
    yield at_least(
        "A9: foreign orders (0.4 %) in the review list", recall, "%", 75, runs
    )


def _speed(bot: Bot) -> Iterator[Figure]:
    """Yield what is asked of time."""
    _say("time")
    micros = [
        min(row)
        for row in zip(*(speed.order_micros(bot) for _ in range(5)), strict=True)
    ]
    runs = f"{len(micros):,} orders, best of 5"
    middle = float(np.median(micros))
    yield at_most("A7: score and sequence, p50", middle, "us", 60, runs)
    p99 = float(np.percentile(micros, 99))
    yield at_most("A7: score and sequence, p99", p99, "us", 200, runs)
    theirs = speed.all_library_micros(bot)
    ratio = theirs["HBOS (PyOD)"] / middle
    yield at_least("A7: HBOS for one order / ours", ratio, "x", 4, "100 orders")
    for name, value in theirs.items():
        yield shown(f"A7: {name}, one order, p50", value, "us", "100 orders")
    yield at_most("A7: learn 700 orders", speed.learning_seconds(700), "s", 1, "1")
    hundred = speed.learning_seconds(100_000)
    yield at_most("A7: learn 100,000 orders", hundred, "s", 60, "1")


def _page(figures: list[Figure], tuned: Detection, fresh: Detection) -> str:
    """Return the results as Markdown."""
    lines = [
        "# The score, measured",
        "",
        "Made by `make bench-behaviour`. Intervals are 95 %, resampled over bots.",
        "",
        "| what | measured | demanded | | runs |",
        "| --- | --- | --- | --- | --- |",
        *(figure.row() for figure in figures),
    ]
    for title, found in (("Tuned styles", tuned), ("Fresh styles", fresh)):
        lines += [
            "",
            f"## {title}",
            "",
            "| detector | area under ROC | at 0.1 % false |",
        ]
        lines += ["| --- | --- | --- |"]
        for name in sorted(found.found, key=lambda n: -float(np.mean(found.found[n]))):
            lines.append(
                f"| {name} | {_mean(found.auroc[name])} | {_mean(found.found[name])} |"
            )
    return "\n".join([*lines, "", "![](behaviour.svg)", ""])


def _mean(values: list[float]) -> str:
    """Return a mean with its interval."""
    low, high = interval(values)
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
