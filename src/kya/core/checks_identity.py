"""Controls of identity: who sends the order, in which turn, and by whose clock."""

from typing import Final

from kya.core.case import Case
from kya.core.control import Control, ControlOutcome, ControlResult, Reason
from kya.core.credential import Standing
from kya.core.limits import CLOCK_SKEW_MICROS_MAX

_PASSED: Final = ControlOutcome.PASSED
_FAILED: Final = ControlOutcome.FAILED

CREDENTIAL_STANDING: Final = Control(
    id="credential.standing", version=1, unit="", source="RTS 6 Art. 18, 21(1)(b)"
)
CREDENTIAL_VALIDITY: Final = Control(
    id="credential.validity", version=1, unit="", source="RFC 5280 §4.1.2.5"
)
SEQUENCE_SEQ: Final = Control(
    id="sequence.seq", version=1, unit="orders", source="gap-free sequence per agent"
)
SEQUENCE_PREV: Final = Control(
    id="sequence.prev", version=1, unit="sha256", source="hash chain per agent"
)
CLIENT_ORDER_ID_UNIQUE: Final = Control(
    id="client_order_id.unique",
    version=1,
    unit="",
    source="SEC 15c3-5(c)(1)(ii); RTS 7 Art. 18(2)(c)",
)
CLOCK_SKEW: Final = Control(
    id="clock.skew",
    version=1,
    unit="us",
    source="(EU) 2025/1155 Art. 11 to 16; replay window",
)


_ACTIVE: Final = ControlResult(CREDENTIAL_STANDING, _PASSED, "active", "active")


def credential_is_active(case: Case) -> ControlResult:
    """The credential is neither suspended, nor revoked, nor due to be."""
    standing = case.credential.standing_at(case.received_at)
    if standing is Standing.ACTIVE:
        return _ACTIVE
    reason = (
        Reason.CREDENTIAL_REVOKED
        if standing is Standing.REVOKED
        else Reason.CREDENTIAL_SUSPENDED
    )
    return ControlResult(CREDENTIAL_STANDING, _FAILED, "active", standing.value, reason)


def credential_is_within_its_validity(case: Case) -> ControlResult:
    """The order was received inside the certificate's validity, both ends included."""
    received_at, credential = case.received_at, case.credential
    if received_at.micros < credential.not_before.micros:
        return ControlResult(
            CREDENTIAL_VALIDITY,
            _FAILED,
            credential.not_before,
            received_at,
            Reason.CREDENTIAL_NOT_YET_VALID,
        )
    if received_at.micros > credential.not_after.micros:
        return ControlResult(
            CREDENTIAL_VALIDITY,
            _FAILED,
            credential.not_after,
            received_at,
            Reason.CREDENTIAL_EXPIRED,
        )
    return ControlResult(
        CREDENTIAL_VALIDITY, _PASSED, credential.not_after, received_at
    )


def sequence_has_no_gap(case: Case) -> ControlResult:
    """The order is the agent's next one."""
    expected, seq = case.past.seq + 1, case.order.seq
    if seq == expected:
        return ControlResult(SEQUENCE_SEQ, _PASSED, expected, seq)
    return ControlResult(SEQUENCE_SEQ, _FAILED, expected, seq, Reason.SEQUENCE_GAP)


def sequence_continues_the_chain(case: Case) -> ControlResult:
    """The order names the agent's previous order line."""
    expected, prev = case.past.prev, case.order.prev
    if prev == expected:
        return ControlResult(SEQUENCE_PREV, _PASSED, expected, prev)
    return ControlResult(SEQUENCE_PREV, _FAILED, expected, prev, Reason.SEQUENCE_PREV)


def client_order_id_is_new_today(case: Case) -> ControlResult:
    """The agent has not used this client order id on this UTC day, allowed or not."""
    client_order_id = case.order.client_order_id
    if client_order_id not in case.past.client_order_ids:
        return ControlResult(CLIENT_ORDER_ID_UNIQUE, _PASSED, "unused", client_order_id)
    return ControlResult(
        CLIENT_ORDER_ID_UNIQUE,
        _FAILED,
        "unused",
        client_order_id,
        Reason.CLIENT_ORDER_ID_DUPLICATE,
    )


def clocks_agree(case: Case) -> ControlResult:
    """The agent's own time is within 2 s of ours, either way."""
    skew = abs(case.received_at.micros - case.order.created_at.micros)
    if skew <= CLOCK_SKEW_MICROS_MAX:
        return ControlResult(CLOCK_SKEW, _PASSED, CLOCK_SKEW_MICROS_MAX, skew)
    return ControlResult(
        CLOCK_SKEW, _FAILED, CLOCK_SKEW_MICROS_MAX, skew, Reason.CLOCK_SKEW
    )
