"""A mandate tried on cases: each judged by the decision, as a gateway would judge it.

What came before is judged as well, and counts only if the mandate allows it. Nothing is
halted, no place is limited, no runtime is pinned: that is not for a mandate to say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kya.codec import canonical
from kya.codec.mandate_cases import Earlier, MandateCase
from kya.codec.orders import render_order
from kya.core.baseline import ORDINARY
from kya.core.case import Case
from kya.core.control import Reason
from kya.core.credential import Credential
from kya.core.crossing import facing
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.flow import Decided, past_after_decision, past_after_report
from kya.core.mandate import Mandate
from kya.core.order import Order
from kya.core.order_events import VenueReported, VenueStatus
from kya.core.past import Past
from kya.core.reservation import Target
from kya.core.scope import RegionEvidence
from kya.core.supposed import supposed_credential, supposed_session
from kya.core.tokens import NO_DIGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A case and what the mandate makes of it; `denied` names who came before in vain.

    An earlier order that is not allowed counts for nothing, and a case that is built on
    it shows nothing: so that is a difference, too.
    """

    case: MandateCase
    decision: Decision
    denied: tuple[tuple[int, tuple[Reason, ...]], ...]

    @property
    def is_as_wanted(self) -> bool:
        """Whether outcome and reasons are those that people want."""
        wanted, decision = self.case, self.decision
        return (
            not self.denied
            and decision.outcome is wanted.outcome
            and decision.reasons == wanted.reasons
        )


def tried(mandate: Mandate, cases: Iterable[MandateCase]) -> Iterator[Tried]:
    """Yield what the mandate makes of each case, each with a past of its own."""
    credential = supposed_credential(mandate)
    for case in cases:
        yield _Trial(credential, mandate, case).run()


class _Trial:
    """One case: the past as it grows, and the orders that work."""

    def __init__(
        self, credential: Credential, mandate: Mandate, case: MandateCase
    ) -> None:
        """Begin with an agent that has done nothing yet."""
        self._credential, self._mandate, self._case = credential, mandate, case
        self._past = Past(day=case.order.created_at.day)
        self._working: dict[int, Target] = {}

    def run(self) -> Tried:
        """Judge what came before, then the order itself."""
        denied: list[tuple[int, tuple[Reason, ...]]] = []
        for earlier in self._case.earlier:
            decision = self._judge(earlier.order)
            if decision.allowed:
                self._settle(earlier)
            else:
                denied.append((earlier.order.seq, decision.reasons))
        decision = self._judge(self._case.order)
        return Tried(case=self._case, decision=decision, denied=tuple(denied))

    def _judge(self, written: Order) -> Decision:
        """Judge an order behind all before it, and count what it comes to."""
        self._past = self._past.on(written.created_at.day)
        order = replace(written, prev=self._past.prev)
        decision = decide(self._case_of(order))
        worth = decision.case.worth or order.amount
        decided = Decided(
            order=order,
            line_digest=canonical.digest(render_order(order)),
            received_at=order.created_at,
            allowed=decision.allowed,
            worth=worth,
            reserved=decision.reserved,
            price=decision.case.price,
        )
        self._past = past_after_decision(self._past, decided)
        if decision.allowed:
            self._working[order.seq] = Target(order, worth)
        return decision

    def _case_of(self, order: Order) -> Case:
        """Return the case of an order; prices are as old for it as for the last one."""
        scope, shown = self._mandate.scope, self._case.is_region_shown
        evidence = RegionEvidence.ATTESTED if shown else RegionEvidence.SELF_ASSERTED
        later = self._case.order.created_at.micros - order.created_at.micros
        price, conversion = (
            quote and replace(quote, at=quote.at.plus(micros=-later))
            for quote in (self._case.price, self._case.conversion)
        )
        return Case(
            order=order,
            received_at=order.created_at,
            credential=self._credential,
            scope=scope,
            likeness=ORDINARY,
            past=self._past,
            price=price,
            conversion=conversion,
            session=supposed_session(order, evidence),
            pinned=None,
            target=None if order.target is None else self._working.get(order.target),
            facing=facing(order, scope, ((order.agent, self._past.exposure),)),
        )

    def _settle(self, earlier: Earlier) -> None:
        """Let the venue answer if the case says how; else the order works on."""
        order, price = earlier.order, earlier.filled_at
        if price is None and not earlier.is_rejected:
            return
        report = VenueReported(
            agent=order.agent,
            seq=order.seq,
            order=NO_DIGEST,
            venue=order.venue,
            status=VenueStatus.REJECTED if price is None else VenueStatus.FILLED,
            filled=None if price is None else order.amount,
            price=price,
            price_source="case",
            detail="",
            at=order.created_at,
        )
        self._past = past_after_report(self._past, order, report)
        del self._working[order.seq]
