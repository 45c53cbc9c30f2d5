"""An agent's attempts as the log has them, which is where a baseline comes from.

Anybody who reads the same entries gets the same attempts, and so the same baseline.
"""

from typing import Final

from kya.codec import canonical
from kya.codec.decisions import inputs_of
from kya.codec.logged_decision import logged_decision
from kya.codec.orders import ORDER_TYPE, parse_order
from kya.codec.reports import REPORT_TYPE, parse_report
from kya.core.attempt import Attempt, attempt_of
from kya.core.baseline import Source
from kya.core.behaviour_fold import FAILED
from kya.core.errors import InputError
from kya.core.order import Order


class LoggedAttempts:
    """Takes the entries of a log, from the first on, and keeps one agent's attempts.

    Every order is one, allowed or not: price and instant are those of its decision,
    the entry after it. One has failed once a report says that its venue did not take
    it. What was learned before an entry is asked for before that entry is taken.
    """

    __slots__ = ("_attempts", "_named", "_order")

    def __init__(self, agent: str) -> None:
        """Take nothing but what is about this agent."""
        self._named: Final = f'"agent":"{agent}",'.encode()
        self._attempts: dict[int, Attempt] = {}
        self._order: Order | None = None

    @property
    def last_seq(self) -> int:
        """The `seq` of the last attempt so far; 0 where there is none."""
        return max(self._attempts, default=0)

    def take(self, raw: bytes) -> None:
        """Take one entry; MalformedError for what no log of ours holds."""
        if self._order is not None:
            order, self._order = self._order, None
            self._take_decision(order, raw)
        elif self._named in raw:
            kind, line = canonical.type_of(raw), raw[: raw.index(b"\n") + 1]
            if kind == ORDER_TYPE:
                self._order = parse_order(line)
            elif kind == REPORT_TYPE:
                self._take_report(line)

    def of(self, source: Source) -> list[Attempt]:
        """Return the attempts of a source; InputError unless all are on record."""
        first, last, struck = source
        left_out = frozenset(struck)
        span = {s: each for s, each in self._attempts.items() if first <= s <= last}
        if len(span) != last - first + 1:
            msg = (
                f"orders: want all from {first} to {last} on record,"
                f" got {len(span)} of them; the last one is {self.last_seq}"
            )
            raise InputError(msg)
        return [each for seq, each in span.items() if seq not in left_out]

    def _take_decision(self, order: Order, raw: bytes) -> None:
        """Keep the attempt that an order and the decision on it are."""
        inputs = inputs_of(logged_decision(raw))
        attempt = attempt_of(order, inputs.received_at, inputs.price)
        self._attempts[order.seq] = attempt

    def _take_report(self, line: bytes) -> None:
        """Note that an order failed, if that is what its venue says."""
        report = parse_report(line)
        attempt = self._attempts.get(report.seq)
        if attempt is not None and report.status in FAILED:
            self._attempts[report.seq] = attempt._replace(failed=True)
