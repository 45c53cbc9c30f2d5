"""The month of May 2026 at CryptoEX AG, played on the rules alone: no key, no disk."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from kya.codec.decisions import render_decision
from kya.core.control import Reason
from kya.core.credential import Credential
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.instant import Day, Instant
from kya.core.lifecycle import Act
from kya.core.order import Order, Side
from kya.core.order_events import VenueReported
from kya.core.scope import Mode
from kya.core.state import State
from tests.builders import (
    a_certificate_issued,
    a_credential,
    a_digest,
    a_list_published,
    a_mandate_granted,
    a_standing_changed,
    an_agent_registered,
    an_enrolment,
    an_order_submitted,
    eur,
    its_decision,
    its_report,
    on,
    registered_anew,
    the_agent_in,
    the_case_in,
    the_log_opened,
    the_next_order,
)

FIRST_CERTIFICATE: Final = a_credential()
SECOND_CERTIFICATE: Final = a_credential(
    digest=a_digest("second certificate"),
    serial=0xA1B2C3D4E5F60718,
    spki=b"spki of the second key",
    not_before=on("2026-05-23 12:00"),
)
SIZES: Final = ("17,500", "18,500", "19,000", "16,500", "20,000", "21,500", "18,000")
VENUES: Final = ("SIMA", "SIMB", "SIMC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An order, what was decided on it, and the decision as the log has it."""

    order: Order
    decision: Decision
    line: bytes


@dataclass
class Month:
    """The log as it grows, and what a reader can count in it."""

    state: State = field(default_factory=State)
    log: list[Event] = field(default_factory=list)
    orders: list[Judged] = field(default_factory=list)

    # What happens -----------------------------------------------------------------

    def record(self, event: Event) -> None:
        """Put an event on record, if it may follow the log as it stands."""
        self.state = apply(self.state, event)
        self.log.append(event)

    def send(self, at: Instant, **fields: object) -> Judged:
        """The agent sends its next order; the gateway judges it and records both."""
        order = the_next_order(self.state, **{"created_at": at, **fields})
        decision = decide(the_case_in(self.state, order))
        submitted = an_order_submitted(order)
        line = render_decision(decision, submitted.leaf)
        self.record(submitted)
        self.record(its_decision(submitted, decision.outcome))
        if decision.allowed:
            self.record(its_report(submitted))
        judged = Judged(order=order, decision=decision, line=line)
        self.orders.append(judged)
        return judged

    def trade(self, day: str, count: int, *, first: int = 0) -> None:
        """An ordinary day: so many orders from 09:00 to 17:00, sides in turn."""
        opening = on(f"{day} 09:00")
        step = 8 * 3_600_000_000 // count
        for number in range(first, count):
            market = "GBP/EUR" if number % 11 in {3, 6, 9} else "EUR/USD"
            self.send(
                opening.plus(micros=number * step + 1_000_000),
                market=market,
                side=Side.BUY if number % 2 else Side.SELL,
                amount=eur(SIZES[number % len(SIZES)]),
                venue=VENUES[number % len(VENUES)],
            )

    def act(self, act: Act, at: str, certificate: Credential) -> None:
        """The authority acts upon a certificate."""
        event = a_standing_changed(act, credential=certificate.digest, at=on(at))
        self.record(event)

    # What a reader asks -------------------------------------------------------------

    def live_order(self, number: int) -> Judged:
        """The order that people call #321: counted from the first live one."""
        return [o for o in self.orders if o.decision.mode is Mode.LIVE][number - 1]

    def of_day(self, day: str) -> list[Judged]:
        """The orders received on a day."""
        return [o for o in self.orders if o.decision.case.received_at.day == the(day)]

    def under(self, certificate: Credential) -> list[Judged]:
        """The orders sent under a certificate."""
        return [o for o in self.orders if o.order.credential == certificate.digest]

    def count(self, outcome: Outcome) -> int:
        """How many orders came out so."""
        return sum(o.decision.outcome is outcome for o in self.orders)

    def reasons(self) -> Counter[Reason]:
        """How often each reason was given."""
        return Counter(reason for o in self.orders for reason in o.decision.reasons)

    def reported(self) -> list[int]:
        """The orders of which a venue has said something."""
        return [event.seq for event in self.log if isinstance(event, VenueReported)]

    def standing_at_the_end(self, certificate: Credential) -> str:
        """What became of a certificate."""
        return self.state.credentials[certificate.digest].standing.value


def the(day: str) -> Day:
    """The day of `2026-05-15`."""
    return Day.parse(day)


def weekdays(first: str, last: str) -> list[str]:
    """The days from Monday to Friday, both ends included."""
    days = range(the(first).number, the(last).number + 1)
    return [str(Day(number)) for number in days if Day(number).weekday.value <= 5]


@cache
def the_month() -> Month:
    """Play the timetable once, from the board's resolution to the last order."""
    month = Month()
    month.record(the_log_opened(at=on("2026-04-24 09:00")))
    month.record(a_mandate_granted())
    month.record(an_agent_registered())
    month.record(a_certificate_issued(FIRST_CERTIFICATE, at=on("2026-04-25 10:00")))
    for day in weekdays("2026-05-01", "2026-05-14"):
        month.trade(day, 48)
    month.send(on("2026-05-15 09:15"), amount=eur("20,000"))
    month.send(
        on("2026-05-15 10:45"),
        market="GBP/EUR",
        side=Side.SELL,
        amount=eur("15,000"),
    )
    # The rest of the first day: sixty-two orders after the second one.
    month.trade("2026-05-15", 82, first=20)
    for day in weekdays("2026-05-18", "2026-05-21"):
        month.trade(day, 64)
    _the_incident(month)
    for day in weekdays("2026-05-25", "2026-05-29"):
        month.trade(day, 44)
    return month


def _the_incident(month: Month) -> None:
    """Order #321, suspension, revocation, order #322, and the replacement."""
    month.send(on("2026-05-22 10:30"), amount=eur("180,000"))
    month.act(Act.SUSPEND, "2026-05-22 10:35", FIRST_CERTIFICATE)
    month.act(Act.REVOKE, "2026-05-23 11:00", FIRST_CERTIFICATE)
    month.record(a_list_published(at=on("2026-05-23 11:00")))
    month.send(on("2026-05-23 11:00:30"), amount=eur("22,000"))
    anew = registered_anew(on("2026-05-23 12:00"))
    month.record(anew)
    replacement = a_certificate_issued(
        SECOND_CERTIFICATE,
        replaces=the_agent_in(month.state).credential,
        at=on("2026-05-23 12:00"),
        enrolment=an_enrolment(anew.registration),
    )
    month.record(replacement)
