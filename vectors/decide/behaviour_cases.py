"""Cases of behaviour: how like its agent's past an order is, and what then."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.story import TOO_STRICT, Changes, a_case

SCORES: Changes = {"score_critical_bps": 8_500, "score_warn_bps": 7_500}
STRANGER = "orders of somebody else leave under the agent's name"
OUTDATED = "orders are held against what was normal long ago"
DAY_AND_NIGHT: Changes = {"closes": "24:00:00.000000", "opens": "00:00:00.000000"}
BEFORE_LIVE = "2026-05-15T08:59:59.999999Z"


def behaviour_cases() -> Iterator[Case]:
    """Yield every case: scores, sequences, probation, and no baseline at all."""
    yield from _scores()
    yield from _aged()
    yield from _without()


def _scores() -> Iterator[Case]:
    critical, sequence = ["behaviour.critical"], ["behaviour.sequence"]
    for name, likeness, reasons in (
        ("score-just-usual", {"score": 7_499}, []),
        ("score-warned", {"score": 7_500}, []),
        ("score-just-not-critical", {"score": 8_499}, []),
        ("score-critical", {"score": 8_500}, critical),
        ("sequence-just-not-critical", {"sequence": 8_499, "stream": "size"}, []),
        ("sequence-critical", {"sequence": 8_500, "stream": "size"}, sequence),
        ("probation-just-usual", {"score": 7_499, "on_probation": True}, []),
        ("probation-warned", {"score": 7_500, "on_probation": True}, critical),
    ):
        yield a_case(
            name,
            "a score is compared with another threshold, or exclusively",
            STRANGER if reasons else TOO_STRICT,
            reasons,
            scope={"limits": SCORES},
            likeness=likeness,
        )
    yield a_case(
        "score-critical-without-a-warning-level",
        "a scope without a warning level asks nothing on probation",
        STRANGER,
        critical,
        scope={"limits": {"score_critical_bps": 8_500}},
        likeness={"score": 8_500, "on_probation": True},
    )
    yield a_case(
        "score-not-asked-for",
        "a score denies although the board set no threshold",
        TOO_STRICT,
        likeness={"score": 9_200, "sequence": 9_200, "stream": "size"},
    )


def _aged() -> Iterator[Case]:
    """A baseline as of 15 May, 00:00: the end of its fifth day is 20 May, 00:00."""
    expired, five = ["behaviour.expired"], {**SCORES, "baseline_days": 5}
    warned = {**five, "baseline_warn_days": 4}
    last, first = "23:59:59.999999Z", "00:00:00.000000Z"
    for name, limits, received_at, reasons in (
        ("baseline-one-microsecond-young", five, f"2026-05-19T{last}", []),
        ("baseline-expires-at-this-microsecond", five, f"2026-05-20T{first}", expired),
        (
            "baseline-expired-the-day-before",
            five,
            "2026-05-21T09:15:00.000000Z",
            expired,
        ),
        ("baseline-needs-no-renewal-yet", warned, f"2026-05-18T{last}", []),
        ("baseline-should-be-renewed", warned, f"2026-05-19T{first}", []),
        ("baseline-expired-though-warned", warned, f"2026-05-20T{first}", expired),
    ):
        yield a_case(
            name,
            "the age of a baseline is not asked, or its last instant counted as inside",
            "orders are held against what was normal long ago"
            if reasons
            else TOO_STRICT,
            reasons,
            scope={"limits": limits, "window": DAY_AND_NIGHT},
            likeness={},
            received_at=received_at,
        )
    yield a_case(
        "baseline-of-any-age",
        "a baseline expires although the board set no days",
        TOO_STRICT,
        scope={"limits": SCORES},
        likeness={"as_of": "2020-01-01T00:00:00.000000Z"},
    )


def _without() -> Iterator[Case]:
    yield a_case(
        "baseline-missing-live",
        "without a baseline the score counts as zero",
        STRANGER,
        ["behaviour.unknown"],
        scope={"limits": SCORES},
    )
    yield a_case(
        "baseline-missing-on-paper",
        "an agent can never have a baseline learned",
        TOO_STRICT,
        scope={"limits": SCORES},
        received_at=BEFORE_LIVE,
    )
    yield a_case(
        "baseline-of-another-release",
        "a baseline counts for a release that it was not learned from",
        STRANGER,
        ["behaviour.unknown"],
        scope={"limits": SCORES},
        likeness={"is_of_the_release": False},
    )
