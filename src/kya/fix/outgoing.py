"""What one side of a session says: each message under the next number, kept first."""

from collections.abc import Iterator
from dataclasses import replace

from kya.core.instant import Instant
from kya.fix.message import Envelope, Message, fields, read, render
from kya.fix.store import Store
from kya.fix.tags import ADMINISTRATIVE, YES, MsgType, Tag
from kya.fix.terms import Effect, Role, Terms, Write


class Outgoing:
    """Numbers what leaves; `said` is when something last did."""

    def __init__(self, terms: Terms, store: Store) -> None:
        """Go on where the store says."""
        self._terms = terms
        self._store = store
        self.said = Instant(0)

    @property
    def last(self) -> int:
        """The number that was used last, 0 for none."""
        return self._store.next_out - 1

    def write(self, message: Message, now: Instant) -> Write:
        """Give a message the next number, and keep it before it leaves."""
        number = self._store.next_out
        raw = render(message, self._envelope(number, now))
        is_kept = message.type not in ADMINISTRATIVE
        self._store.sent(number, raw if is_kept else b"")
        self.said = now
        return Write(raw)

    def say(self, kind: str, now: Instant, *said: tuple[Tag, str]) -> list[Effect]:
        """Return a message of the session itself."""
        return [self.write(Message(kind, fields(*said)), now)]

    def log_on(self, now: Instant, seconds: int, reset: str) -> list[Effect]:
        """Say our Logon; `reset` is the flag, empty for none."""
        said = [
            (Tag.ENCRYPT_METHOD, "0"),
            (Tag.HEART_BT_INT, str(seconds)),
            (Tag.RESET_SEQ_NUM_FLAG, reset),
        ]
        if self._terms.role is Role.INITIATOR and self._terms.credentials:
            user, password = self._terms.credentials
            said += [(Tag.USERNAME, user), (Tag.PASSWORD, password)]
        return self.say(MsgType.LOGON, now, *said)

    def again(self, begin: int, end: int, now: Instant) -> list[Effect]:
        """Say once more what the peer has missed, and fill the gaps between."""
        self.said = now
        return [Write(raw) for raw in self._resent(begin, end, now)]

    def _resent(self, begin: int, end: int, now: Instant) -> Iterator[bytes]:
        """Yield the bytes that bring the peer from `begin` to `end`, in their order.

        What may not leave twice, and what is not remembered, is passed over by a gap.
        """
        kept = self._store.resendable(begin, end)
        filled_from = begin
        for number in sorted(kept):
            was = read(kept[number])
            if not self._terms.resends(was.message):
                continue
            if filled_from < number:
                yield self._gap(filled_from, number, now)
            again = self._envelope(number, now)
            yield render(was.message, replace(again, first_sent_at=was.sent_at))
            filled_from = number + 1
        if filled_from <= end:
            yield self._gap(filled_from, end + 1, now)

    def _gap(self, number: int, new: int, now: Instant) -> bytes:
        """Return the message that says that nothing below `new` will come."""
        said = fields((Tag.GAP_FILL_FLAG, YES), (Tag.NEW_SEQ_NO, str(new)))
        envelope = replace(self._envelope(number, now), first_sent_at=now)
        return render(Message(MsgType.SEQUENCE_RESET, said), envelope)

    def _envelope(self, number: int, now: Instant) -> Envelope:
        """Return what goes around a message."""
        return Envelope(
            number=number,
            sender=self._terms.ours,
            target=self._terms.theirs,
            sent_at=now,
        )
