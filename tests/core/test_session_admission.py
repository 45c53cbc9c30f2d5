from dataclasses import replace

import pytest

from kya.core.credential import Standing
from kya.core.errors import InputError, MalformedError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.lifecycle import Act
from kya.core.limits import REGION_ANCHORS_MAX
from kya.core.runtime import Runtime
from kya.core.session import RegionSource, Session
from kya.core.state import State
from kya.core.workload_events import SessionStarted
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    a_certificate_issued,
    a_credential,
    a_digest,
    a_region_anchor,
    a_region_anchored,
    a_revocation,
    a_revocation_scheduled,
    a_runtime,
    a_runtime_pinned,
    a_session,
    a_session_started,
    a_standing_changed,
    an_enrolled_state,
    an_enrolment,
    registered_anew,
    some_evidence,
    the_agent_in,
    the_state_after,
)

ANCHORED = a_region_anchored()
SHOWN = some_evidence(ANCHORED.digest)


def a_state(*events: Event) -> State:
    return the_state_after(*events, start=an_enrolled_state())


def refuses(state: State, event: Event, why: str) -> None:
    with pytest.raises(InputError, match=why):
        apply(state, event)


def the_next_session(state: State, **changes: object) -> Session:
    former = the_agent_in(state).session_started
    assert former is not None
    following = {"seq": former.session.seq + 1, "prev": former.line_digest}
    return a_session(**{**following, **changes})


# ------------------------------------------------------------------------- sessions


def test_a_session_is_in_force_until_the_next_one() -> None:
    state = a_state(a_session_started())
    assert the_agent_in(state).session_started == a_session_started()
    assert state.now == a_session().created_at
    second = the_next_session(state, runtime=a_runtime("another model"))
    state = apply(state, a_session_started(second))
    assert the_agent_in(state).session_under(second.credential) == second


def test_a_session_cannot_be_played_again() -> None:
    state = a_state(a_session_started())
    refuses(state, a_session_started(), "session 1: want seq 2 and prev")
    second = the_next_session(state)
    state = apply(state, a_session_started(second))
    refuses(state, a_session_started(), "session 1: want seq 3")
    refuses(state, a_session_started(second), "session 2: want seq 3")


@pytest.mark.parametrize(
    "changes", [{"seq": 2}, {"prev": a_digest("another line")}], ids=str
)
def test_a_session_follows_the_one_before(changes: dict[str, object]) -> None:
    started = a_session_started(a_session(**changes))
    refuses(a_state(), started, "want seq 1 and prev 0000")


def test_nobody_starts_a_session_for_another_agent() -> None:
    stranger = a_session(agent="somebody")
    refuses(a_state(), a_session_started(stranger), f"{AGENT}'s, not somebody's")
    unknown = a_session(credential=a_digest("unknown"))
    refuses(a_state(), a_session_started(unknown), "no agent has the certificate")


@pytest.mark.parametrize("micros", [2_000_001, -2_000_001])
def test_a_session_dated_ahead_or_behind_is_refused(micros: int) -> None:
    created_at = a_session().created_at
    started = a_session_started(at=created_at.plus(micros=micros))
    refuses(a_state(), started, "2000001 us from .* want at most 2000000")
    just = a_session_started(at=created_at.plus(micros=micros // 2))
    assert the_agent_in(a_state(just)).session_started == just


def test_the_gateways_clock_does_not_go_back_for_a_session() -> None:
    state = a_state(a_session_started())
    second = the_next_session(state)
    started = a_session_started(second, at=second.created_at.plus(micros=-1))
    refuses(state, started, "the clock stepped back")


@pytest.mark.parametrize(
    ("standing", "stopped"),
    [
        ("suspended", [a_standing_changed(Act.SUSPEND, at=a_session().created_at)]),
        (
            "revoked",
            [*a_revocation(at=a_session().created_at)],
        ),
        (
            "revoked",
            [
                a_revocation_scheduled(
                    due=a_session().created_at,
                    at=a_session().created_at.plus(micros=-1),
                )
            ],
        ),
    ],
    ids=["suspended", "revoked", "due"],
)
def test_a_stopped_certificate_starts_no_session(
    standing: str, stopped: list[Event]
) -> None:
    refuses(a_state(*stopped), a_session_started(), f"the certificate is {standing}")


def test_an_expired_certificate_starts_no_session() -> None:
    at = a_credential().not_after.plus(micros=1)
    started = a_session_started(a_session(created_at=at))
    refuses(a_state(), started, "the certificate is not valid at")


def test_a_new_certificate_needs_a_new_session() -> None:
    second = a_credential(
        digest=a_digest("second certificate"),
        serial=7,
        not_before=FIRST_LIVE_ORDER_AT,
        since=FIRST_LIVE_ORDER_AT,
        standing=Standing.ACTIVE,
    )
    anew = registered_anew(FIRST_LIVE_ORDER_AT)
    issued = a_certificate_issued(
        second,
        replaces=a_credential().digest,
        at=FIRST_LIVE_ORDER_AT,
        enrolment=an_enrolment(anew.registration),
    )
    state = a_state(a_session_started(), *a_revocation(), anew, issued)
    agent = the_agent_in(state)
    assert agent.session_under(second.digest) is None
    at = FIRST_LIVE_ORDER_AT.plus(seconds=2)
    former = the_next_session(state, created_at=at)
    refuses(state, a_session_started(former), "want the newest certificate")
    new = replace(former, credential=second.digest)
    state = apply(state, a_session_started(new))
    assert the_agent_in(state).session_under(second.digest) == new


# ------------------------------------------------------------------------- evidence


def test_a_region_is_shown_by_an_anchor_for_this_certificate() -> None:
    started = a_session_started(a_session(evidence=SHOWN))
    assert the_agent_in(a_state(ANCHORED, started)).session_started == started
    refuses(a_state(), started, "no region anchor .* is on record")


@pytest.mark.parametrize(
    ("anchor", "why"),
    [
        (a_region_anchor(region="eu-west-2"), "is for eu-west-2, not eu-west-1"),
        (
            a_region_anchor(source=RegionSource.KUBERNETES_NODE),
            "is of kubernetes-node, not kms-key",
        ),
    ],
)
def test_an_anchor_counts_for_what_it_says(anchor: object, why: str) -> None:
    anchored = a_region_anchored(anchor)  # type: ignore[arg-type]
    session = a_session(evidence=some_evidence(anchored.digest))
    refuses(a_state(anchored), a_session_started(session), why)


def test_a_document_is_wanted_where_the_source_signs_one_and_nowhere_else() -> None:
    signing = a_region_anchored(
        a_region_anchor(
            source=RegionSource.AWS_INSTANCE_IDENTITY, certificate=b"certificate"
        )
    )
    bare = a_session(evidence=some_evidence(signing.digest))
    started = a_session_started(bare, source="aws-instance-identity")
    refuses(a_state(signing), started, "a document where")
    document = replace(SHOWN, document=b"{}", signature=b"s")
    started = a_session_started(a_session(evidence=document))
    refuses(a_state(ANCHORED), started, "a document where")


@pytest.mark.parametrize(
    ("session", "source"),
    [(a_session(), "kms-key"), (a_session(evidence=SHOWN), "agent")],
)
def test_the_source_is_what_the_session_shows(session: Session, source: str) -> None:
    with pytest.raises(MalformedError, match="source: want one of"):
        SessionStarted(
            session=session,
            line_digest=a_digest("line"),
            note=b"note",
            source=source,
            at=session.created_at,
        )


def test_an_anchor_is_for_an_agents_certificate() -> None:
    for credential in (a_digest("nobody's"), a_digest("authority")):
        anchored = a_region_anchored(a_region_anchor(credential=credential))
        refuses(a_state(), anchored, "no agent has the certificate")
    refuses(a_state(ANCHORED), ANCHORED, "is on record already")


def test_one_certificate_has_a_few_anchors_at_most() -> None:
    def anchored(number: int) -> Event:
        return a_region_anchored(a_region_anchor(subject=f"key {number}"))

    state = a_state(*(anchored(number) for number in range(REGION_ANCHORS_MAX)))
    refuses(state, anchored(REGION_ANCHORS_MAX), f"at most {REGION_ANCHORS_MAX}")


def test_an_anchor_is_not_dated_back() -> None:
    state = a_state(a_session_started())
    late = a_region_anchor(at=FIRST_LIVE_ORDER_AT.plus(seconds=-7200))
    refuses(state, a_region_anchored(late), "dated .* but the log is at")


# ----------------------------------------------------------------------------- pins


def test_the_newest_pin_counts() -> None:
    first = a_runtime_pinned()
    state = a_state(first)
    assert the_agent_in(state).pinned == a_runtime()
    second = a_runtime_pinned(a_runtime("new"), at=first.at.plus(micros=1))
    assert the_agent_in(apply(state, second)).pinned == a_runtime("new")


def test_an_old_pin_cannot_come_back() -> None:
    first = a_runtime_pinned()
    second = a_runtime_pinned(a_runtime("new"), at=first.at.plus(micros=1))
    state = a_state(first, second)
    refuses(state, first, "want it after the last pin")
    refuses(state, second, "want it after the last pin")


def test_a_pin_is_for_an_enrolled_agent_and_of_something() -> None:
    refuses(a_state(), a_runtime_pinned(agent="somebody"), "no agent somebody")
    with pytest.raises(MalformedError, match="at least one component"):
        a_runtime_pinned(Runtime(()))


def test_a_pin_is_not_dated_back() -> None:
    state = a_state(a_session_started())
    refuses(state, a_runtime_pinned(), "runtime: dated .* but the log is at")
