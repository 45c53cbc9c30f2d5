"""What each entry tells in the timeline, and whom it is about."""

from dataclasses import replace
from typing import Final

import pytest

from kya.core.copy_events import ExecutionUnexplained
from kya.core.credential import Role
from kya.core.events import Event
from kya.core.incident import Step
from kya.core.instant import Instant
from kya.core.levels import Level, Place
from kya.core.lifecycle import Act
from kya.core.matching import Unexplained
from kya.report.timeline import MOMENTS_MAX, Timeline
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_certificate_issued,
    a_credential,
    a_halt_ordered,
    a_latch_rearmed,
    a_mandate_granted,
    a_place_limited,
    a_revocation_scheduled,
    a_runtime_pinned,
    a_standing_changed,
    a_trading_resumed,
    an_agent_registered,
    an_enrolled_state,
    an_equivocation,
    an_issuer_renewed,
    an_order_submitted,
    an_overlay_ordered,
    an_override_granted,
    the_log_opened,
)
from tests.incidents import a_step, an_alert, an_open_incident

HALT: Final = a_halt_ordered(Place(Level.MARKET, "EUR/USD"))
OPEN: Final = an_open_incident()
UNEXPLAINED: Final = ExecutionUnexplained(
    venue="SIMA",
    found=Unexplained("", 0, None, "an order of this log"),
    place=None,
    at=FIRST_LIVE_ORDER_AT,
)


def told(*events: Event, agent: str | None = None) -> list[str]:
    timeline = Timeline()
    for entry, event in enumerate(events):
        timeline.take(entry, event, agent)
    return [each.text for each in timeline.moments]


@pytest.mark.parametrize(
    ("event", "begins"),
    [
        (the_log_opened(), "log "),
        (a_mandate_granted(), "the directors of "),
        (an_agent_registered(), f"two operators register {AGENT}"),
        (a_runtime_pinned(), f"the runtime that {AGENT} may run is pinned"),
        (an_override_granted(), "olga and rita set "),
        (a_latch_rearmed(), "olga and rita arm rejects again: the venue"),
        (HALT, "olga: market:EUR/USD halted: prices look wrong"),
        (a_trading_resumed(HALT), "olga and rita lift a halt: checked"),
        (a_place_limited(), "carla and rita limit firm: "),
        (an_overlay_ordered("rita"), "rita: policy "),
        (an_equivocation(an_order_submitted()), f"{AGENT} signed two orders as its"),
        (UNEXPLAINED, "SIMA lists what this log cannot explain (no order)"),
        (a_step(OPEN, Step.ACKNOWLEDGE), "olga and rita: acknowledge incident "),
        (an_alert(OPEN), "pager told after 0.040 s, attempt 1, of incident "),
        (an_alert(OPEN, delivered=False), "pager not reached after 0.040 s"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_entry_of_power_is_told(event: Event, begins: str) -> None:
    (text,) = told(event)
    assert text.startswith(begins)


def test_what_is_done_to_a_certificate_names_its_holder() -> None:
    issued = a_certificate_issued()
    serial = f"{issued.credential.serial:X}"
    texts = told(
        issued,
        a_standing_changed(Act.SUSPEND),
        a_standing_changed(Act.REINSTATE),
        a_revocation_scheduled(),
        replace(issued, replaces=issued.credential.digest),
    )
    assert texts[0] == f"certificate {serial} issued to {AGENT}"
    assert texts[1].startswith(f"certificate {serial} of {AGENT} suspended: ")
    assert texts[2].startswith(f"certificate {serial} of {AGENT} reinstated: ")
    assert f"of {AGENT} is to be revoked at 2026-" in texts[3]
    assert texts[4].endswith(", in place of another")


def test_an_extension_says_until_when() -> None:
    (text,) = told(a_step(OPEN, Step.EXTEND))
    assert " until 2026-05-15 10:15:10: people looked" in text


@pytest.mark.parametrize(
    "event",
    [
        a_certificate_issued(a_credential(role=Role.GATEWAY, grant=None)),
        a_standing_changed(Act.SUSPEND),  # of a certificate that was never issued
        an_issuer_renewed(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_about_no_agent_is_only_counted(event: Event) -> None:
    timeline = Timeline()
    timeline.take(7, event, None)
    assert timeline.moments == []
    assert str(timeline.kinds[type(event).__name__]) == "7"


def test_a_report_on_one_agent_leaves_out_what_is_of_others() -> None:
    events = (an_agent_registered(), a_runtime_pinned(), a_latch_rearmed())
    assert told(*events, agent=AGENT) == told(*events)
    assert told(*events, agent="another") == []
    assert told(HALT, agent="another") == told(HALT)
    assert an_enrolled_state().agents.keys() == {AGENT}


def test_the_first_moments_are_kept_and_the_others_counted() -> None:
    timeline = Timeline()
    for entry in range(MOMENTS_MAX + 5):
        timeline.take(entry, HALT, None)
    assert len(timeline.moments) == MOMENTS_MAX
    assert (timeline.moments[-1].entry, timeline.omitted) == (MOMENTS_MAX - 1, 5)
    assert timeline.moments[0].at == Instant.parse("2026-05-15T09:14:00.000000Z")
