"""The two controls on the workload itself: what runs, and where.

Both look at the session that the agent started under its present certificate.
"""

from typing import Final

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.scope import RegionEvidence

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED
_SELF_ASSERTED: Final = RegionEvidence.SELF_ASSERTED

REGION_EVIDENCE: Final = Control(
    id="region.evidence", version=1, unit="", source="mandate"
)
RUNTIME_DIGEST: Final = Control(
    id="runtime.digest", version=1, unit="sha256", source="RTS 6 Art. 11, 18"
)


_ASSERTED: Final = ControlResult(
    REGION_EVIDENCE, _PASSED, _SELF_ASSERTED.value, _SELF_ASSERTED.value
)
_NOT_PINNED: Final = ControlResult(
    RUNTIME_DIGEST, _PASSED, "not pinned", "not compared"
)


def region_is_shown_as_the_scope_demands(case: Case) -> ControlResult:
    """Where the scope demands it, the session's evidence shows the order's region.

    What is measured is recorded either way: whether this very region is attested.
    """
    demanded, session = case.scope.region_evidence, case.session
    found = _SELF_ASSERTED
    if session is not None and session.region == case.order.region:
        found = session.region_evidence
    if demanded is found is _SELF_ASSERTED:
        return _ASSERTED
    if demanded is _SELF_ASSERTED or found is demanded:
        return ControlResult(REGION_EVIDENCE, _PASSED, demanded.value, found.value)
    return ControlResult(
        REGION_EVIDENCE, _FAILED, demanded.value, found.value, Reason.REGION_EVIDENCE
    )


def runtime_is_the_pinned_one(case: Case) -> ControlResult:
    """What the session says is running is, to the byte, what two people have pinned."""
    pinned, session = case.pinned, case.session
    if pinned is None:
        return _NOT_PINNED
    running = "no session" if session is None else str(session.runtime)
    if session is not None and session.runtime == pinned:
        return ControlResult(RUNTIME_DIGEST, _PASSED, str(pinned), running)
    return ControlResult(
        RUNTIME_DIGEST, _FAILED, str(pinned), running, Reason.RUNTIME_DIGEST
    )
