"""READ THIS FIRST: the one road of an order, from its arrival to its release."""

from kya.codec.decisions import render_decision
from kya.core.decision import Decision
from kya.core.errors import MalformedError
from kya.core.order import Order
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.past import Past
from kya.gateway.alerts import Alerts
from kya.gateway.answer import Answer, Freshness
from kya.gateway.checked_on_write import CheckedOnWrite
from kya.gateway.drop_copies import DropCopies
from kya.gateway.inquiry import Inquiry
from kya.gateway.overlays import judged, make_ready
from kya.gateway.permit import Permit
from kya.gateway.ports import Clock, MarketAccess
from kya.gateway.quotes import inputs_at
from kya.gateway.recalls import Recalls
from kya.gateway.reconcile import unanswered
from kya.gateway.refusals import CongestedError
from kya.gateway.release import Releases
from kya.gateway.rolling import go_on
from kya.gateway.scribe import Scribe
from kya.gateway.sessions import Sessions
from kya.gateway.statements import Statements
from kya.gateway.turns import Turn, Turns
from kya.gateway.used import answer_again
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner
from kya.sequencer.sequencer import Sequencer


class Gateway:
    """The only road to the venue: it holds the venues, and agents do not."""

    def __init__(
        self,
        *,
        sequencer: Sequencer,
        signer: NoteSigner | CheckedOnWrite,
        clock: Clock,
        access: MarketAccess,
        root: bytes,
    ) -> None:
        """Judge under the root certificate in DER, by the prices of the access."""
        self._sequencer = sequencer
        self._root = root
        self._prices = access.prices
        self._policies = access.policies
        self._scribe = Scribe(sequencer=sequencer, signer=signer, clock=clock)
        self._turns = Turns(self._past_of)
        self.alerts = Alerts(self._scribe)
        self.releases = Releases(self._scribe, access.venues)
        self.recalls = Recalls(sequencer, self.releases)
        self.drop_copies = DropCopies(self._scribe, access.lists, self.recalls)
        self.statements = Statements(self._scribe, root, self.recalls)
        self.sessions = Sessions(self._scribe, root)
        self.inquiry = Inquiry(sequencer, self.releases, clock)

    async def submit(self, raw: bytes) -> Answer:
        """Return the signed decision on one order note, once both are durable.

        Faults are not caught on this road: where one is raised, the line below never
        runs and the order does not leave. MalformedError and DistrustError: nobody's
        order. OutOfTurnError, CongestedError, TransientError: not judged now.
        """
        # Whose order is it?
        entry = Entry.read(raw)
        submitted = _order_in(entry)
        authenticate(entry, self._sequencer.state, self._root)
        await self._sequencer.until_open()
        await make_ready(self._policies, self._sequencer.state)
        order = submitted.order
        if await self._turns.reached(order) is Turn.USED:
            return await answer_again(self._scribe, entry, submitted)

        # May it go? Nothing awaits from here until both have their place, so that the
        # state it is judged by is the state it is logged after. The place folds them:
        # what is allowed is reserved before anybody else's order is looked at.
        decision = self._judged(submitted)
        target = self._target_of(order)
        decided = self._decided(decision, submitted)
        index = self._sequencer.place(entry, decided)
        self._turns.pass_on(order)

        # Commit point: after this line the decision exists, whatever happens to us.
        await self._sequencer.durable(index + 2)

        # Let it go. The agent's answer does not wait for the venue's, nor for people.
        if decision.allowed:
            self.releases.start(
                Permit(
                    order=order,
                    leaf=submitted.leaf,
                    mode=decision.mode,
                    index=index,
                    target=target,
                )
            )
        self._look_again(decision, submitted)
        return Answer(
            decision=decided.raw,
            index=index,
            outcome=decision.outcome,
            freshness=Freshness.FRESH,
        )

    async def go_on(self) -> None:
        """Go on under the next name, if an earlier run ended between two names."""
        await go_on(self._scribe)

    def start(self) -> None:
        """Ask the venues for every order that an earlier run left unanswered.

        What works where trading is halted is called back.
        """
        for submitted in unanswered(self._sequencer.state):
            self.releases.ask(submitted.order, submitted.leaf)
        self.recalls.follow_all()

    async def close(self) -> None:
        """Stop releasing and asking; the next start asks for what is unanswered."""
        await self.recalls.close()
        await self.releases.close()

    def _look_again(self, decision: Decision, submitted: OrderSubmitted) -> None:
        """Have those look whom the decision concerns, too; nobody waits for them."""
        if decision.allowed:
            self.recalls.look_again(submitted)
        if decision.opening is not None:
            self.alerts.look()

    def _past_of(self, agent: str) -> Past:
        """Return an enrolled agent's past."""
        return self._sequencer.state.agents[agent].past

    def _target_of(self, order: Order) -> str | None:
        """Return the leaf hash of the working order that this one acts on."""
        if order.target is None:
            return None
        agent = self._sequencer.state.agents[order.agent]
        working = agent.unanswered.get(order.target)
        return None if working is None else working.leaf

    def _judged(self, submitted: OrderSubmitted) -> Decision:
        """Return the decision on order, moment and log, and on nothing else."""
        state, order = self._sequencer.state, submitted.order
        agent = state.agents[order.agent]
        if not agent.has_room_for(order):
            waiting = len(agent.unanswered)
            raise CongestedError(
                f"{order.agent}: {waiting} orders await the venue's answer"
            )
        # The instant of receipt is taken when the order's turn has come, and so the
        # instants in the log never go back.
        received_at = self._scribe.now()
        credential = state.credentials[order.credential]
        inputs = inputs_at(self._prices, order, credential, received_at)
        return judged(state, submitted, inputs, self._policies)

    def _decided(self, decision: Decision, submitted: OrderSubmitted) -> Entry:
        """Return the signed decision as the entry that follows the order's."""
        event = OrderDecided.of(decision, submitted.leaf)
        return self._scribe.sign(render_decision(decision, submitted.leaf), event)


def _order_in(entry: Entry) -> OrderSubmitted:
    """Return the order that the entry holds; MalformedError for any other statement."""
    if isinstance(entry.event, OrderSubmitted):
        return entry.event
    raise MalformedError("orders: want a note that holds a kya/order/v1 line")
