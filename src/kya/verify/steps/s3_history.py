"""Step 3: what the pass over the entries has established, question by question."""

from kya.core.lifecycle import Act
from kya.verify.finding import Findings
from kya.verify.incidents_told import conclude_incidents
from kya.verify.steps.s1_log import Pass

_ESTABLISHED = {
    1: "certificates",
    2: "signatures",
    3: "scopes",
    4: "limits",
    5: "rules",
}


def conclude_history(found: Pass, findings: Findings) -> None:
    """Say what holds where nothing failed, and what is unknown where the pass ended."""
    found.reexecution.overlays.conclude()
    stopped = found.reexecution.stopped or found.scan.stopped
    if stopped:
        for question in (*_ESTABLISHED, 10):
            findings.unknown(question, f"not examined to the end: stopped at {stopped}")
        return
    for question, sentence in _sentences(found).items():
        if not findings.failed(question):
            findings.holds(question, sentence)


def _sentences(found: Pass) -> dict[int, str]:
    """Return what holds, in figures of the verifier's own."""
    again, counted = found.reexecution, found.reexecution.counted
    orders = counted["OrderSubmitted"]
    since = f" from entry {again.known} on" if again.known else ""
    return {
        1: (
            f"certificates: {len(again.state.credentials)}, each chains over the"
            f" issuing CA to the root {again.root_digest}; revocation lists:"
            f" {counted['RevocationListed']}, each fits the log"
        ),
        2: (
            f"orders{since}: {orders}, each signed by the agent whose certificate it"
            f" names (of all those shown, {_by_certificate(found)}); signatures in all:"
            f" {counted['signatures']}"
        ),
        3: (
            f"certificates of agents: {_agent_certificates(found)}, each carries, to"
            " the letter, the scope of a mandate that stands in the log before it,"
            f" signed by two directors or more (mandates: {counted['MandateGranted']})"
        ),
        4: (
            f"allowed orders{since}: {counted['allowed']}, each within its scope,"
            " running daily totals included, by re-execution and by plain scan"
        ),
        5: (
            f"decisions{since}: {orders}, each re-executes to the same bytes"
            f" ({counted['allowed']} allowed, {counted['denied']} denied,"
            f" {counted['refused']} refused); a plain scan sees the same reasons"
        ),
        10: (
            f"agents: {len(again.state.agents)}, orders: {again.orders.count}; each seq"
            " follows the one before it, from 1"
        ),
    }


def _by_certificate(found: Pass) -> str:
    """Return how many of the selected orders name each certificate."""
    counts = [
        f"{certificate.orders} under {certificate.credential.serial:X}"
        for agent in found.reexecution.tally.agents.values()
        for certificate in agent.certificates.values()
    ]
    return ", ".join(counts[:8]) + (", …" if len(counts) > 8 else "")  # noqa: PLR2004  enough to read


def _agent_certificates(found: Pass) -> int:
    """Return how many certificates agents were given."""
    agents = found.reexecution.tally.agents.values()
    return sum(len(agent.certificates) for agent in agents)


def _conclude_baselines(found: Pass | None, findings: Findings) -> None:
    """Say whether each baseline was learned from orders on record, and in time."""
    if findings.failed(6):
        return
    if found is None or found.reexecution.stopped or found.scan.stopped:
        findings.unknown(6, "not examined to the end")
        return
    learning = found.reexecution.learning
    late = sorted(agent for agent, in_time in learning.live.items() if not in_time)
    if not learning.learned:
        findings.unknown(6, "the log holds no baseline that was learned from it")
    elif learning.from_elsewhere:
        count = learning.from_elsewhere
        findings.unknown(6, f"learned from orders that the log does not have: {count}")
    elif late:
        findings.unknown(6, f"live before a baseline was locked: {', '.join(late)}")
    else:
        findings.holds(
            6,
            f"baselines: {learning.learned}, each signed by two people; learned again"
            " from the orders on record, each comes out byte for byte, and none of"
            f" {len(learning.live)} agents was live before its own was locked",
        )


def conclude_open_questions(found: Pass | None, findings: Findings) -> None:
    """Say what cannot be told from such a package, or by the venues' lists alone."""
    _conclude_baselines(found, findings)
    _conclude_incidents(found, findings)
    _conclude_lists(found, findings)


def _conclude_incidents(found: Pass | None, findings: Findings) -> None:
    """Say whether each incident followed the procedure."""
    if found is None or found.reexecution.stopped or found.scan.stopped:
        findings.unknown(7, "not examined to the end")
        return
    found.scan.conclude_incidents()
    conclude_incidents(found.reexecution.state, findings)
    if not findings.failed(7):
        findings.holds(7, _standings(found))


def _conclude_lists(found: Pass | None, findings: Findings) -> None:
    """Say whether the venues know of anything that the log does not."""
    if found is None:
        return
    again = found.reexecution
    if not again.state.copies and not again.brought.listed:
        findings.unknown(
            9,
            "no drop copy: the venue's own list of executions is needed to tell;"
            f" {_unanswered(found)}",
        )
        return
    stopped = again.stopped or found.scan.stopped
    if stopped:
        findings.unknown(9, f"not examined to the end: stopped at {stopped}")
    again.lists.conclude(again.state, again.brought.listed, findings)
    again.brought.conclude(findings)
    found.scan.conclude()
    if not findings.failed(9):
        findings.holds(9, _unanswered(found))


def _standings(found: Pass) -> str:
    """Return what the log says of suspensions and revocations."""
    agents = found.reexecution.tally.agents.values()
    acts = [change.act for agent in agents for change in agent.standings]
    return (
        f"suspensions: {acts.count(Act.SUSPEND)}, reinstatements:"
        f" {acts.count(Act.REINSTATE)}, revocations: {acts.count(Act.REVOKE)}"
    )


def _unanswered(found: Pass) -> str:
    """Return how many allowed orders the venue has not answered for good."""
    agents = found.reexecution.state.agents.values()
    count = sum(len(agent.unanswered) for agent in agents)
    return f"allowed orders without a final answer on record: {count}"
