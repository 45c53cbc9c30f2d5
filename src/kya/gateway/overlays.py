"""Overlays on the road: made ready while one may wait, and asked while nobody may.

The question is put between the look at the state and the order's place in the log, so
that what the overlay was told is what the decision is made by.
"""

from kya.codec.overlay_questions import answers_to
from kya.core.case_of import Inputs, case_of
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.order_events import OrderSubmitted
from kya.core.overlay import Policy, Said, Verdict
from kya.core.state import State
from kya.gateway.ports import PolicyAnswers


async def make_ready(policies: PolicyAnswers | None, state: State) -> None:
    """Return once the overlays in force can be asked, or could not be in time."""
    if policies is not None and state.overlays:
        ordered = [event.overlay.policy for event in state.overlays.values()]
        await policies.ready([policy for policy in ordered if policy is not None])


def judged(
    state: State,
    submitted: OrderSubmitted,
    inputs: Inputs,
    policies: PolicyAnswers | None,
) -> Decision:
    """Return the decision; overlays are asked of what every control lets pass."""
    decision = decide(case_of(state, submitted, inputs))
    if not decision.asks_overlays:
        return decision
    answers = answers_to(decision, _nobody if policies is None else policies.ask)
    return decide(case_of(state, submitted, inputs._replace(answers=answers)))


def _nobody(_policy: Policy, _question: bytes) -> Said:
    """Answer where no engine is configured: nobody can be asked."""
    return Said(Verdict.ABSENT)
