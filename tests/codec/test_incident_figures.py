"""Incidents in report.json: what opened each, and all that was done about it."""

from kya.codec.incident_figures import Incidents
from kya.core.incident import Step
from kya.core.lifecycle import Act
from kya.core.order_events import OrderDecided
from tests.builders import a_digest, a_standing_changed, the_agent_in
from tests.incidents import (
    AT,
    GRACE,
    a_step,
    a_watched_state,
    an_alert,
    an_open_incident,
    breached,
    the_incident_in,
)

STATE = an_open_incident()
CREDENTIAL = the_agent_in(STATE).credential


def opened() -> Incidents:
    """One incident, opened by the order of entry 7."""
    _, decision = breached(a_watched_state())
    incidents = Incidents()
    event = OrderDecided.of(decision, the_incident_in(STATE).id)
    incidents.open(7, CREDENTIAL, event)
    return incidents


def test_it_says_what_opened_it_and_until_when() -> None:
    [found] = opened().about(None)
    fields = found.fields()
    assert fields["incident"] == the_incident_in(STATE).id
    assert (fields["entry"], fields["seq"]) == (7, 1)
    assert fields["reasons"] == ["order.amount_max"]
    assert fields["grace_ends_at"] == str(AT.plus(seconds=GRACE))


def test_it_says_who_was_told_and_what_people_did() -> None:
    incidents = opened()
    incidents.take(9, an_alert(STATE))
    incidents.take(10, a_step(STATE, Step.EXTEND))
    [found] = incidents.about("algo_trader_v2")
    fields = found.fields()
    assert fields["alerts"] == [
        {
            "at": str(AT),
            "attempts": 1,
            "delivered": True,
            "entry": 9,
            "micros": 40_000,
            "target": "pager",
        }
    ]
    assert fields["acts"] == [
        {
            "at": str(AT.plus(seconds=10)),
            "entry": 10,
            "file": None,
            "reason": "people looked",
            "signed_by": ["olga", "rita"],
            "step": "extend",
            "until": str(AT.plus(seconds=3_610)),
        }
    ]


def test_it_follows_its_certificate_until_it_is_over() -> None:
    incidents = opened()
    incidents.take(9, a_standing_changed(Act.SUSPEND, credential=CREDENTIAL))
    incidents.take(10, a_standing_changed(Act.SUSPEND, credential=a_digest("other")))
    incidents.take(11, a_standing_changed(Act.REVOKE, credential=CREDENTIAL))
    incidents.take(12, a_standing_changed(Act.REVOKE, credential=CREDENTIAL))
    [found] = incidents.about(None)
    assert [each["entry"] for each in found.fields()["standings"]] == [9, 11]  # type: ignore[attr-defined]


def test_a_released_one_does_not_follow_its_certificate() -> None:
    incidents = opened()
    incidents.take(9, a_step(STATE, Step.RELEASE))
    incidents.take(10, a_standing_changed(Act.SUSPEND, credential=CREDENTIAL))
    [found] = incidents.about(None)
    assert found.fields()["standings"] == []


def test_other_agents_and_unknown_incidents_are_left_out() -> None:
    incidents = opened()
    assert list(incidents.about("another")) == []
    incidents.take(9, an_alert(STATE, incident=a_digest("unknown")))
    incidents.take(10, a_step(STATE, Step.RELEASE, incident=a_digest("unknown")))
    [found] = incidents.about(None)
    assert (found.alerts, found.acts) == ([], [])
