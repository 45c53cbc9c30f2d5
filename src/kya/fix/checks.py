"""What a session refuses in a message that came whole. Pure."""

from dataclasses import dataclass
from hmac import compare_digest

from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.fix.limits import HEARTBEAT_SECONDS_MAX
from kya.fix.message import Received, number_in
from kya.fix.tags import BEGIN_STRING, YES, MsgType, SessionReject, Tag
from kya.fix.terms import Role, Terms


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a session ends; with a reason and a tag, the message is rejected first."""

    why: str
    reason: str = ""
    tag: Tag | None = None


def header_fault(got: Received, terms: Terms, now: Instant) -> Fault | None:
    """Return what is wrong around the message, whatever it says."""
    if got.begin_string != BEGIN_STRING:
        return Fault(f"BeginString: want {BEGIN_STRING}")
    if got.number is None:
        return Fault("MsgSeqNum: want a number from 1")
    if not is_named(got, terms):
        return Fault(
            "CompID: want those of the Logon",
            SessionReject.COMP_ID,
            Tag.SENDER_COMP_ID,
        )
    if got.sent_at is None:
        return Fault(
            "SendingTime: want a time", SessionReject.TAG_MISSING, Tag.SENDING_TIME
        )
    seconds = terms.tolerance_seconds
    if abs(got.sent_at.micros - now.micros) > seconds * MICROS_PER_SECOND:
        return Fault(
            f"SendingTime: want one within {seconds} s of ours",
            SessionReject.SENDING_TIME,
            Tag.SENDING_TIME,
        )
    return _duplicate_fault(got, got.sent_at)


def _duplicate_fault(got: Received, sent_at: Instant) -> Fault | None:
    """Return what is wrong with what is marked as sent before."""
    if not got.is_possible_duplicate or got.message.type == MsgType.SEQUENCE_RESET:
        return None
    if got.first_sent_at is None:
        return Fault(
            "OrigSendingTime: want one where PossDupFlag is Y",
            SessionReject.TAG_MISSING,
            Tag.ORIG_SENDING_TIME,
        )
    if got.first_sent_at > sent_at:
        return Fault(
            "OrigSendingTime: want none after SendingTime",
            SessionReject.SENDING_TIME,
            Tag.ORIG_SENDING_TIME,
        )
    return None


def logon_fault(got: Received, terms: Terms) -> str:
    """Return what is wrong with a Logon of whom we know, or nothing."""
    if got.message.get(Tag.ENCRYPT_METHOD) != "0":
        return "EncryptMethod: want 0"
    if not 1 <= heartbeat_in(got) <= HEARTBEAT_SECONDS_MAX:
        return f"HeartBtInt: want 1 to {HEARTBEAT_SECONDS_MAX}"
    if is_reset(got) and not (terms.resets and got.number == 1):
        return "ResetSeqNumFlag: want none, or a MsgSeqNum of 1 where resets are agreed"
    return ""


def heartbeat_in(got: Received) -> int:
    """Return the seconds between heartbeats, 0 where none are said."""
    return number_in(got.message.get(Tag.HEART_BT_INT)) or 0


def is_reset(got: Received) -> bool:
    """Tell whether both numbers are to begin anew."""
    return got.message.get(Tag.RESET_SEQ_NUM_FLAG) == YES


def is_named(got: Received, terms: Terms) -> bool:
    """Tell whether the message is from whom, and to whom, it was agreed."""
    return (got.sender, got.target) == (terms.theirs, terms.ours)


def may_log_on(got: Received, terms: Terms) -> bool:
    """Tell whether the names are right and, at an acceptor, the password."""
    if not is_named(got, terms):
        return False
    if terms.role is Role.INITIATOR or terms.credentials is None:
        return True
    said = (got.message.get(Tag.USERNAME), got.message.get(Tag.PASSWORD))
    pairs = zip(said, terms.credentials, strict=True)
    matches = [compare_digest(a.encode(), b.encode()) for a, b in pairs]
    return all(matches)  # Both are compared, whichever is wrong.
