"""The session layer: what each side says to what, and that nothing is lost or twice."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import InputError, MalformedError
from kya.fix.message import Envelope, Message, Received, fields, read, render
from kya.fix.store import MemoryStore
from kya.fix.tags import MsgType, Tag
from kya.fix.terms import Phase, Role, resend_nothing
from tests.fix.pair import Pair, Side, numbered, terms
from tests.world import MORNING


def said(side: Side) -> list[Received]:
    """Everything that is on its way from a side."""
    return [read(frame) for frame in side.wire]


def kinds(side: Side) -> list[str]:
    """The types of it."""
    return [each.message.type for each in said(side)]


def told(
    pair: Pair, message: Message, number: int | None = None, **header: object
) -> None:
    """Have the acceptor receive this from the bot, whatever the bot's session says."""
    store = pair.bot.session.store
    envelope = Envelope(
        number=store.next_out if number is None else number,
        sender="BOT",
        target="KYA",
        sent_at=pair.now,
    )
    raw = render(message, replace(envelope, **header))  # type: ignore[arg-type]
    pair.kya.carry_out(pair.kya.session.received(raw, pair.now))


def reject(side: Side) -> Message:
    """The Reject that is the first thing on its way."""
    assert kinds(side)[0] == MsgType.REJECT
    return said(side)[0].message


def test_both_log_on_and_messages_come_in_order() -> None:
    pair = Pair().connect()
    assert pair.is_up
    for text in ("one", "two"):
        pair.send(pair.bot, text)
    pair.send(pair.kya, "three")
    pair.flow()
    assert (pair.kya.texts(), pair.bot.texts()) == (["one", "two"], ["three"])


def test_heartbeats_keep_a_quiet_session_alive() -> None:
    pair = Pair().connect().wait(120)
    assert pair.is_up
    assert pair.kya.session.store.next_in == 6


def test_a_silent_peer_is_tested_and_then_given_up() -> None:
    pair = Pair().connect()
    for second in range(1, 80):
        now = pair.now.plus(seconds=second)
        pair.kya.carry_out(pair.kya.session.ticked(now))
    assert kinds(pair.kya).count(MsgType.TEST_REQUEST) == 1
    assert pair.kya.ended == ["the peer is silent"]


def test_a_test_is_answered_with_its_name() -> None:
    pair = Pair().connect()
    told(pair, Message(MsgType.TEST_REQUEST, fields((Tag.TEST_REQ_ID, "here?"))))
    (answer,) = said(pair.kya)
    assert answer.message == Message(
        MsgType.HEARTBEAT, fields((Tag.TEST_REQ_ID, "here?"))
    )


def test_a_lost_message_is_asked_for_and_what_follows_waits() -> None:
    pair = Pair().connect()
    for text in ("one", "two", "three"):
        pair.send(pair.bot, text)
    pair.bot.wire.popleft()
    pair.step(pair.bot)
    assert pair.kya.texts() == []
    assert kinds(pair.kya) == [MsgType.RESEND_REQUEST]
    pair.flow()
    assert pair.kya.texts() == ["one", "two", "three"]
    assert all(each.is_possible_duplicate for each in pair.kya.delivered)
    assert {each.first_sent_at for each in pair.kya.delivered} == {MORNING}


def test_a_gap_is_asked_for_once_until_it_has_had_its_time() -> None:
    pair = Pair().connect()
    for text in ("one", "two", "three"):
        pair.send(pair.bot, text)
    pair.bot.wire.popleft()
    pair.step(pair.bot)
    pair.step(pair.bot)
    assert kinds(pair.kya) == [MsgType.RESEND_REQUEST]
    pair.kya.wire.clear()
    pair.kya.carry_out(pair.kya.session.ticked(pair.now.plus(seconds=5)))
    assert kinds(pair.kya) == [MsgType.RESEND_REQUEST]


def test_what_the_session_itself_said_is_not_resent_but_passed_over() -> None:
    pair = Pair().connect().wait(60)
    pair.send(pair.bot, "one")
    told(
        pair,
        Message(
            MsgType.RESEND_REQUEST,
            fields((Tag.BEGIN_SEQ_NO, "1"), (Tag.END_SEQ_NO, "0")),
        ),
        pair.kya.session.store.next_in,
    )
    (gap,) = said(pair.kya)
    assert gap.message.get(Tag.GAP_FILL_FLAG) == "Y"
    assert gap.number == 1
    assert gap.message.get(Tag.NEW_SEQ_NO) == str(pair.kya.session.store.next_out)


def test_what_may_not_leave_twice_is_passed_over() -> None:
    pair = Pair(bot=Side.of(Role.INITIATOR, resends=resend_nothing)).connect()
    for text in ("one", "two"):
        pair.send(pair.bot, text)
    pair.bot.wire.popleft()
    pair.flow()
    assert pair.kya.texts() == []
    pair.send(pair.bot, "three")
    pair.flow()
    assert pair.kya.texts() == ["three"]


def test_what_was_said_while_apart_comes_after_the_next_logon() -> None:
    pair = Pair().connect()
    pair.cut()
    pair.send(pair.kya, "while you were away")
    pair.connect()
    assert pair.bot.texts() == ["while you were away"]


@pytest.mark.parametrize("begin", ["0", "99", "x"])
def test_a_request_for_what_was_never_sent_is_rejected(begin: str) -> None:
    pair = Pair().connect()
    asked = fields((Tag.BEGIN_SEQ_NO, begin), (Tag.END_SEQ_NO, "0"))
    told(pair, Message(MsgType.RESEND_REQUEST, asked))
    assert reject(pair.kya).get(Tag.REF_TAG_ID) == "7"


def test_a_number_that_was_used_ends_the_session_unless_it_is_marked() -> None:
    pair = Pair().connect()
    told(pair, numbered("again"), 1, first_sent_at=pair.now)
    assert (pair.kya.ended, said(pair.kya)) == ([], [])
    told(pair, numbered("again"), 1)
    assert pair.kya.ended == ["MsgSeqNum too low: want 2, got 1"]
    assert kinds(pair.kya) == [MsgType.LOGOUT]


def test_a_logon_with_a_number_that_was_used_is_refused() -> None:
    pair = Pair().connect()
    pair.cut()
    pair.bot = Side.of(Role.INITIATOR)
    pair.connect()
    assert pair.kya.ended == ["MsgSeqNum too low: want 2, got 1"]
    assert not pair.is_up


@pytest.mark.parametrize(("flag", "new", "expected"), [("N", 9, 9), ("Y", 9, 9)])
def test_a_peer_may_go_on_with_a_later_number(
    flag: str, new: int, expected: int
) -> None:
    pair = Pair().connect()
    said_ = fields((Tag.GAP_FILL_FLAG, flag), (Tag.NEW_SEQ_NO, str(new)))
    told(pair, Message(MsgType.SEQUENCE_RESET, said_))
    assert pair.kya.session.store.next_in == expected


@pytest.mark.parametrize("flag", ["N", "Y"])
@pytest.mark.parametrize("new", ["1", "0", ""])
def test_a_peer_may_not_go_back(flag: str, new: str) -> None:
    pair = Pair().connect()
    said_ = fields((Tag.GAP_FILL_FLAG, flag), (Tag.NEW_SEQ_NO, new))
    told(pair, Message(MsgType.SEQUENCE_RESET, said_))
    assert reject(pair.kya).get(Tag.SESSION_REJECT_REASON) == "5"
    assert pair.kya.session.store.next_in <= 3


def test_a_reset_is_taken_only_where_it_was_agreed() -> None:
    pair = Pair(bot=Side.of(Role.INITIATOR, resets=True)).connect()
    assert not pair.is_up
    assert "ResetSeqNumFlag" in pair.kya.ended[0]
    pair = Pair(
        bot=Side.of(Role.INITIATOR, resets=True),
        kya=Side.of(Role.ACCEPTOR, resets=True),
    ).connect()
    pair.send(pair.bot, "one")
    pair.flow().cut()
    pair.connect()
    assert pair.is_up
    assert pair.kya.session.store.next_in == 2


def test_goodbye_is_answered() -> None:
    pair = Pair().connect()
    pair.bot.carry_out(pair.bot.session.leave("done for today", pair.now))
    pair.flow()
    assert pair.kya.ended == ["done for today"]
    assert pair.bot.ended == ["Logout"]


def test_nobody_waits_for_a_goodbye_or_a_logon_for_ever() -> None:
    pair = Pair().connect()
    pair.bot.carry_out(pair.bot.session.leave("bye", pair.now))
    pair.bot.carry_out(pair.bot.session.ticked(pair.now.plus(seconds=11)))
    assert pair.bot.ended == ["leaving took too long"]
    alone = Side.of(Role.ACCEPTOR)
    alone.carry_out(alone.session.connected(MORNING))
    alone.carry_out(alone.session.ticked(MORNING.plus(seconds=11)))
    assert alone.ended == ["logging on took too long"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender": "EVE"}, "9"),
        ({"target": "EVE"}, "9"),
        ({"sent_at": MORNING.plus(seconds=31)}, "10"),
        ({"sent_at": MORNING.plus(seconds=-31)}, "10"),
        ({"first_sent_at": MORNING.plus(seconds=1)}, "10"),
    ],
)
def test_a_header_that_is_not_right_is_rejected_and_ends_the_session(
    changes: dict[str, object], reason: str
) -> None:
    pair = Pair().connect()
    told(pair, numbered("one"), None, **changes)
    assert reject(pair.kya).get(Tag.SESSION_REJECT_REASON) == reason
    assert kinds(pair.kya)[1:] == [MsgType.LOGOUT]
    assert pair.kya.texts() == []


def test_the_tolerance_of_clocks_is_what_was_agreed() -> None:
    pair = Pair().connect()
    told(pair, numbered("one"), sent_at=MORNING.plus(seconds=-30))
    assert pair.kya.texts() == ["one"]
    for seconds in (1, 121):
        with pytest.raises(InputError, match="want 2 to 120 s"):
            terms(Role.ACCEPTOR, tolerance_seconds=seconds)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"FIX.4.4", b"FIX.4.2", "BeginString"),
        (b"\x0134=2\x01", b"\x01", "MsgSeqNum"),
        (b"\x0134=2\x01", b"\x0134=x\x01", "MsgSeqNum"),
    ],
)
def test_a_message_of_another_kind_ends_the_session(
    old: bytes, new: bytes, why: str
) -> None:
    pair = Pair().connect()
    pair.send(pair.bot, "one")
    frame = summed(pair.bot.wire.popleft().replace(old, new, 1))
    pair.kya.carry_out(pair.kya.session.received(frame, pair.now))
    assert pair.kya.ended[0].startswith(why)
    assert kinds(pair.kya) == [MsgType.LOGOUT]


def summed(frame: bytes) -> bytes:
    """The frame with the length and the sum that belong to it."""
    body = frame[frame.index(b"\x0135=") + 1 : -7]
    head = b"%b\x019=%d\x01" % (frame[: frame.index(b"\x01")], len(body))
    return head + body + b"10=%03d\x01" % (sum(head + body) % 256)


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: f[:-4] + b"999"[: len(f[-4:-1])] + f[-1:],
        lambda f: f.replace(b"one", b"ome"),
        lambda f: summed(f.replace(b"58=one", b"58=")),
        lambda f: summed(f.replace(b"58=one", b"x=one")),
        lambda f: summed(f.replace(b"58=one", b"058=one")),
        lambda f: f.replace(b"9=", b"9=0", 1),
    ],
)
def test_a_garbled_message_is_as_if_it_had_not_come(damage: object) -> None:
    pair = Pair().connect()
    pair.send(pair.bot, "one")
    pair.bot.wire.append(damage(pair.bot.wire.popleft()))  # type: ignore[operator]
    pair.flow()
    assert (pair.kya.texts(), pair.kya.ended) == ([], [])
    pair.send(pair.bot, "two")
    pair.flow()
    assert pair.kya.texts() == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "told_why"),
    [
        ({"ours": "EVE"}, False),
        ({"theirs": "EVE"}, False),
        ({"credentials": ("bot", "wrong")}, False),
        ({"credentials": None}, False),
    ],
)
def test_a_stranger_is_told_nothing(
    changes: dict[str, object],
    told_why: bool,  # noqa: FBT001  a parameter
) -> None:
    pair = Pair(kya=Side.of(Role.ACCEPTOR, credentials=("bot", "right")))
    pair.bot = Side.of(Role.INITIATOR, credentials=("bot", "right"))
    pair.bot.session.terms = replace(pair.bot.session.terms, **changes)  # type: ignore[arg-type]
    pair.bot = Side(type(pair.bot.session)(pair.bot.session.terms, MemoryStore()))
    pair.connect()
    assert pair.kya.ended == ["want a Logon of whom we know"]
    assert bool(pair.kya.session.store.next_out > 1) is told_why


def test_who_knows_the_password_is_let_in_and_nobody_before_a_logon() -> None:
    pair = Pair(
        bot=Side.of(Role.INITIATOR, credentials=("bot", "right")),
        kya=Side.of(Role.ACCEPTOR, credentials=("bot", "right")),
    ).connect()
    assert pair.is_up
    early = Side.of(Role.ACCEPTOR)
    early.carry_out(early.session.connected(MORNING))
    frame = render(
        numbered("one"), Envelope(number=1, sender="BOT", target="KYA", sent_at=MORNING)
    )
    early.carry_out(early.session.received(frame, MORNING))
    assert early.ended == ["want a Logon of whom we know"]


@pytest.mark.parametrize(
    "said_",
    [((Tag.ENCRYPT_METHOD, "1"), (Tag.HEART_BT_INT, "30")),
     ((Tag.ENCRYPT_METHOD, "0"), (Tag.HEART_BT_INT, "61")),
     ((Tag.ENCRYPT_METHOD, "0"), (Tag.HEART_BT_INT, "0"))],
)  # fmt: skip
def test_a_logon_that_asks_for_something_else_is_refused(
    said_: tuple[tuple[Tag, str], ...],
) -> None:
    pair = Pair()
    pair.kya.carry_out(pair.kya.session.connected(pair.now))
    told(pair, Message(MsgType.LOGON, fields(*said_)))
    assert kinds(pair.kya) == [MsgType.LOGOUT]
    assert pair.kya.session.phase is Phase.DOWN


def test_there_is_one_logon() -> None:
    pair = Pair().connect()
    told(pair, Message(MsgType.LOGON))
    assert "one Logon alone" in pair.kya.ended[0]


def test_bytes_come_in_any_pieces_with_anything_between() -> None:
    pair = Pair().connect()
    for text in ("one", "two"):
        pair.send(pair.bot, text)
    stream = (
        b"noise8=FIX"
        + pair.bot.wire[0]
        + b"8=FIX.4.4\x019=999999\x01"
        + pair.bot.wire[1]
    )
    found = [
        frame for byte in stream for frame in pair.kya.session.frames.of(bytes([byte]))
    ]
    assert found == list(pair.bot.wire)


MOVES = st.lists(
    st.sampled_from(["bot", "kya", "step", "back", "drop", "garble", "cut", "wait"]),
    max_size=60,
)


@given(MOVES)
def test_every_message_is_delivered_once_and_in_order(moves: list[str]) -> None:
    """Whatever is lost, garbled or cut on the way, in both directions."""
    pair, wanted = Pair().connect(), {"bot": [], "kya": []}  # type: ignore[var-annotated]
    for number, move in enumerate(moves):
        if not pair.is_up and move in {"cut", "wait"}:
            pair.cut()
            pair.connect()
        match move:
            case "bot" | "kya":
                pair.send(getattr(pair, move), str(number))
                wanted[move].append(str(number))
            case "step":
                pair.step(pair.bot)
            case "back":
                pair.step(pair.kya)
            case "drop":
                for side in (pair.bot, pair.kya):
                    if side.wire:
                        side.wire.popleft()
            case "garble":
                pair.step(pair.bot, garbled=True)
                pair.step(pair.kya, garbled=True)
            case "cut":
                pair.cut()
                pair.connect()
            case _:
                pair.wait(1)
    pair.cut()
    pair.connect().wait(45)
    assert pair.is_up
    assert pair.kya.texts() == wanted["bot"]
    assert pair.bot.texts() == wanted["kya"]


TEXTS = st.text(st.characters(codec="latin-1", exclude_characters="\x01"), min_size=1)


def test_a_value_that_would_make_another_field_is_not_rendered() -> None:
    envelope = Envelope(number=1, sender="A", target="B", sent_at=MORNING)
    with pytest.raises(MalformedError, match="SOH"):
        render(numbered("a\x0144=1"), envelope)


@given(st.integers(1, 2**31 - 1), TEXTS)
def test_a_message_is_read_as_it_was_rendered(number: int, text: str) -> None:
    message = Message("8", ((58, text),))
    envelope = Envelope(number=number, sender="A", target="B", sent_at=MORNING)
    raw = render(message, envelope)
    got = read(raw)
    assert (got.message, got.number, got.sent_at) == (message, number, MORNING)
    assert re.search(rb"\x0110=\d{3}\x01\Z", raw)
