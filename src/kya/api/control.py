"""What people and tools ask the gateway: where an agent, an order and the log stand."""

from ipaddress import ip_address
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import PlainTextResponse

from kya.api.peer import PEER
from kya.api.problems import ProblemError, forbidden, not_found
from kya.core.instant import MICROS_PER_SECOND
from kya.core.limits import NAME_CHARS_MAX, OUTCOME_WAIT_MICROS_MAX
from kya.gateway.pipeline import Gateway
from kya.sequencer.sequencer import Sequencer

AgentName = Annotated[str, Path(max_length=NAME_CHARS_MAX)]
# One spelling: the framework would read 1.0 and +1 as numbers, too.
Seq = Annotated[str, Path(pattern="^[1-9][0-9]{0,15}$")]
Wait = Annotated[Literal["0", "1"], Query()]


class AgentHead(BaseModel, frozen=True):
    """What an agent's next order and its next session must follow.

    `revoked_from` may lie ahead: then a revocation is scheduled.
    """

    agent: str
    seq: int
    prev: str
    credential: str
    serial: str
    standing: str
    revoked_from: str | None
    session_seq: int
    session_prev: str


class OrderOutcome(BaseModel, frozen=True):
    """One order on record; `venue` is null until the venue has answered."""

    agent: str
    seq: int
    order_index: int
    outcome: str
    venue: str | None
    report_index: int | None


class LogSizes(BaseModel, frozen=True):
    """How far the log has come: entries placed, durable, and under a checkpoint."""

    origin: str
    size: int
    durable: int
    published: int


class CopiedUpTo(BaseModel, frozen=True):
    """How far a venue's list is on record, and how many orders wait to be matched."""

    position: int
    until: str
    waiting: int


class Health(BaseModel, frozen=True):
    """Whether the gateway takes orders."""

    status: str


def order_routes(gateway: Gateway) -> APIRouter:
    """Return the routes that tell where an agent and an order stand."""
    routes = APIRouter()

    @routes.get("/v1/agents/{agent}")
    async def agent_head(agent: AgentName) -> AgentHead:
        """Tell what an agent's next order and next session must follow."""
        head = await gateway.inquiry.head(agent)
        if head is None:
            raise ProblemError(not_found(f"no agent {agent!r} is enrolled"))
        return AgentHead(
            agent=head.agent,
            seq=head.seq,
            prev=head.prev,
            credential=head.credential,
            serial=f"{head.serial:X}",
            standing=head.standing.value,
            revoked_from=None if head.withdrawal is None else str(head.withdrawal.due),
            session_seq=head.session_seq,
            session_prev=head.session_prev,
        )

    @routes.get("/v1/orders/{agent}/{seq}")
    async def order_outcome(
        agent: AgentName, seq: Seq, wait: Wait = "0"
    ) -> OrderOutcome:
        """Tell where one order stands; with `wait`, once the venue has answered."""
        seconds = int(wait) * OUTCOME_WAIT_MICROS_MAX / MICROS_PER_SECOND
        record = await gateway.inquiry.order(agent, int(seq), seconds=seconds)
        if record is None:
            raise ProblemError(not_found(f"no order {seq} of {agent!r} is on record"))
        return OrderOutcome(
            agent=record.agent,
            seq=record.seq,
            order_index=record.order_index,
            outcome=record.outcome.value,
            venue=None if record.venue is None else record.venue.value,
            report_index=record.report_index,
        )

    return routes


def log_routes(sequencer: Sequencer) -> APIRouter:
    """Return the routes that tell where the log stands, and move it on."""
    routes = APIRouter()

    @routes.get("/v1/log")
    async def log_sizes() -> LogSizes:
        """Tell how far the log has come."""
        published = sequencer.published
        return LogSizes(
            origin=sequencer.origin,
            size=sequencer.size,
            durable=sequencer.durable_size,
            published=0 if published is None else published.size,
        )

    @routes.post("/v1/log/publish", response_class=PlainTextResponse)
    async def publish(request: Request) -> PlainTextResponse:
        """Sign the log as it stands; only from the gateway's own machine."""
        if not _is_local(request):
            raise ProblemError(forbidden("ask for this on the gateway's own machine"))
        await sequencer.publish()
        return PlainTextResponse(sequencer.read("checkpoint"))

    @routes.get("/healthz")
    async def health() -> Health:
        """Tell whether orders are taken."""
        # Raises, and so answers 503 with the reason, once the log has stopped.
        await sequencer.durable(sequencer.size)
        return Health(status="ok")

    return routes


def drop_copy_routes(gateway: Gateway) -> APIRouter:
    """Return the route by which the venues' lists are copied now."""
    routes = APIRouter()

    @routes.post("/v1/drop-copies")
    async def copy(request: Request) -> dict[str, CopiedUpTo]:
        """Copy the venues' lists now; only from the gateway's own machine."""
        if not _is_local(request):
            raise ProblemError(forbidden("ask for this on the gateway's own machine"))
        return {
            venue: CopiedUpTo(
                position=known.position,
                until=str(known.until),
                waiting=len(known.accounts),
            )
            for venue, known in (await gateway.drop_copies.copy()).items()
        }

    return routes


def _is_local(request: Request) -> bool:
    """Tell whether it comes from this machine; a Unix socket has no address.

    Peers were asked for their role already, and agents do not come this far.
    """
    if request.client is None or request.scope.get(PEER) is not None:
        return True
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
