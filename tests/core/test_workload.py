import pytest
from hypothesis import given

from kya.core.case import Case
from kya.core.control import ControlOutcome, ControlResult, Reason
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.errors import CorruptionError, MalformedError
from kya.core.limits import RUNTIME_COMPONENTS_MAX
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence
from kya.core.session import RegionSource, Session, Shown
from tests.builders import (
    a_case,
    a_digest,
    a_region_anchor,
    a_runtime,
    a_scope,
    a_session,
    an_order,
    some_evidence,
)
from tests.strategies import cases, runtimes

DEMANDS = a_scope(region_evidence=RegionEvidence.ATTESTED)
ATTESTED = a_session(evidence=some_evidence())


def the_result(decision: Decision, control_id: str) -> ControlResult:
    [result] = [r for r in decision.results if r.control.id == control_id]
    return result


# ------------------------------------------------------------------ runtime.digest


def test_without_a_pin_any_runtime_passes_and_the_decision_says_so() -> None:
    for session in (None, a_session(), a_session(runtime=a_runtime("other"))):
        result = the_result(decide(a_case(session=session)), "runtime.digest")
        assert result.outcome is ControlOutcome.PASSED
        assert (result.limit, result.measured) == ("not pinned", "not compared")


def test_the_pinned_runtime_passes() -> None:
    decision = decide(a_case(session=a_session(), pinned=a_runtime()))
    assert decision.allowed
    result = the_result(decision, "runtime.digest")
    assert result.limit == result.measured == str(a_runtime())


@pytest.mark.parametrize(
    "running",
    [
        a_runtime("another model"),
        Runtime.of({"model": a_digest("model")}),
        Runtime.of({**dict(a_runtime().components), "code": a_digest("code")}),
        Runtime(()),
    ],
    ids=["model changed", "image left out", "code added", "nothing said"],
)
def test_any_other_runtime_is_denied(running: Runtime) -> None:
    decision = decide(a_case(session=a_session(runtime=running), pinned=a_runtime()))
    assert decision.outcome is Outcome.DENIED
    assert decision.reasons == (Reason.RUNTIME_DIGEST,)
    assert the_result(decision, "runtime.digest").measured == str(running)


def test_a_pinned_runtime_without_a_session_is_denied() -> None:
    decision = decide(a_case(pinned=a_runtime()))
    assert decision.reasons == (Reason.RUNTIME_DIGEST,)
    assert the_result(decision, "runtime.digest").measured == "no session"


# ----------------------------------------------------------------- region.evidence


@pytest.mark.parametrize(
    ("session", "found"),
    [
        (None, "self_asserted"),
        (a_session(), "self_asserted"),
        (ATTESTED, "attested"),
        (a_session(evidence=some_evidence(), region="eu-west-2"), "self_asserted"),
    ],
    ids=["no session", "own word", "shown", "shown for another region"],
)
def test_what_is_shown_is_recorded_and_blocks_only_where_it_is_demanded(
    session: Session | None, found: str
) -> None:
    free = decide(a_case(session=session))
    assert free.allowed
    assert the_result(free, "region.evidence").measured == found
    demanded = decide(a_case(session=session, scope=DEMANDS))
    assert demanded.allowed is (found == "attested")
    assert the_result(demanded, "region.evidence").limit == "attested"
    if not demanded.allowed:
        assert demanded.reasons == (Reason.REGION_EVIDENCE,)


def test_evidence_for_one_region_does_not_count_for_an_order_from_another() -> None:
    scope = a_scope(
        region_evidence=RegionEvidence.ATTESTED,
        regions=frozenset({"eu-west-1", "eu-west-2"}),
    )
    elsewhere = an_order(region="eu-west-2")
    decision = decide(a_case(elsewhere, scope=scope, session=ATTESTED))
    assert decision.reasons == (Reason.REGION_EVIDENCE,)


# ------------------------------------------------------------------------- together


@given(cases())
def test_without_pin_and_demand_a_session_decides_nothing(case: Case) -> None:
    scope = a_scope(region_evidence=RegionEvidence.SELF_ASSERTED)
    with_session = a_case(
        an_order(amount=case.order.amount, region=case.order.region),
        scope=scope,
        received_at=case.received_at,
        past=case.past,
        session=ATTESTED,
    )
    without = a_case(
        with_session.order,
        scope=scope,
        received_at=case.received_at,
        past=case.past,
    )
    one, other = decide(with_session), decide(without)
    assert (one.outcome, one.reasons) == (other.outcome, other.reasons)
    assert (one.counted, one.counters_before) == (other.counted, other.counters_before)
    differ = {
        a.control.id for a, b in zip(one.results, other.results, strict=True) if a != b
    }
    assert differ <= {"region.evidence"}


def test_a_session_under_another_certificate_is_never_judged_by() -> None:
    with pytest.raises(CorruptionError, match="session is not one of"):
        a_case(session=a_session(credential=a_digest("another certificate")))
    with pytest.raises(CorruptionError, match="session is not one of"):
        a_case(session=a_session(agent="somebody"))


# --------------------------------------------------------------------------- values


@given(runtimes)
def test_a_runtime_is_spelt_in_one_way(runtime: Runtime) -> None:
    assert Runtime.of(dict(reversed(runtime.components))) == runtime
    again = [part.partition("=") for part in str(runtime).split(" ") if "=" in part]
    assert tuple((name, digest) for name, _, digest in again) == runtime.components


@pytest.mark.parametrize(
    ("components", "why"),
    [
        ((("model", "beef"),), "model: want"),
        ((("Model", a_digest(1)),), "runtime: want"),
        ((("a b", a_digest(1)),), "runtime: want"),
        ((("b", a_digest(1)), ("a", a_digest(2))), "sorted by name, each once"),
        ((("a", a_digest(1)), ("a", a_digest(2))), "sorted by name, each once"),
        (
            tuple((f"c{n}", a_digest(n)) for n in range(RUNTIME_COMPONENTS_MAX + 1)),
            "want at most 8 components, got 9",
        ),
    ],
)
def test_what_is_no_runtime_is_refused(
    components: tuple[tuple[str, str], ...], why: str
) -> None:
    with pytest.raises(MalformedError, match=why):
        Runtime(components)


@pytest.mark.parametrize("source", RegionSource)
def test_an_anchor_has_a_certificate_where_its_source_signs(
    source: RegionSource,
) -> None:
    wrong = b"" if source.has_document else b"certificate"
    with pytest.raises(MalformedError, match="region anchor"):
        a_region_anchor(source=source, certificate=wrong)


def test_a_document_comes_with_its_signature() -> None:
    with pytest.raises(MalformedError, match="document and signature together"):
        Shown(anchor=a_digest("anchor"), document=b"{}", signature=b"")
