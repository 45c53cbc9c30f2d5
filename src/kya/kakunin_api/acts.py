"""What is signed here: orders, under an agent's key, and halts, under a person's."""

import asyncio
import re
from base64 import b64encode
from typing import Final

from starlette.responses import Response

from kya.agent.answer import Answer
from kya.authority import acts
from kya.codec.canonical import digest, leaf_digest
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.core.errors import DistrustError, InputError
from kya.core.halt import Halt, TradingState
from kya.core.levels import Place
from kya.kakunin_api.asking import Asking
from kya.kakunin_api.envelope import RefusedError, answered, not_found
from kya.kakunin_api.notebook import ChainOrder
from kya.kakunin_api.orders import wanted_in
from kya.kakunin_api.shown import serial_of

ALGORITHM: Final = "ecdsa-p256-sha256, in a C2SP signed note"
_NAME_BYTES: Final = 12
_ALIASES: Final = {
    "agent": ("x-kakunin-agent-id",),
    "serial": ("x-kakunin-cert-serial", "x-agent-certificate"),
}
_PARTS: Final = re.compile(r"[:\-]")


async def sign(asking: Asking) -> Response:
    """Have an order judged; only one that is allowed is given out with its signature.

    RefusedError, with the decision beside it, for one that the gateway denies.
    """
    agent, fields = asking.agent, await asking.fields()
    payload = fields.take("payload")
    fields.require_none_left()
    held = asking.service.held.get(agent)
    if held is None:
        raise _no_key(asking, agent)
    require_agreement(asking, agent)
    service = asking.service
    wanted = wanted_in(
        payload, agent, held.venue, lambda: f"k-{service.chance(_NAME_BYTES).hex()}"
    )
    if wanted.chain is not None:
        service.notebook.open_chain(wanted.chain)
    answer = await held.submit(wanted.instruction)
    if wanted.chain is not None and answer.log_index is not None:
        _join(asking, wanted.chain, answer)
    if not answer.allowed:
        said = {"decision": decision_shown(answer)}
        raise RefusedError(422, answer.explain(), code="scope_violation", more=said)
    return answered(_signed(asking, answer))


def require_agreement(asking: Asking, agent: str) -> None:
    """Raise where a header names another agent or certificate than the path does.

    What agrees proves nothing: a serial is public, and whoever knows it may send it.
    """
    headers, state = asking.request.headers, asking.record.state
    for name in _ALIASES["agent"]:
        if headers.get(name, agent) != agent:
            raise RefusedError(400, f"{name}: want {agent}, or no such header")
    known = state.agents.get(agent)
    serial = "" if known is None else serial_of(state.credentials[known.credential])
    for name in _ALIASES["serial"]:
        given = _PARTS.sub("", headers.get(name, serial)).upper()
        if given.lstrip("0") != serial.lstrip("0"):
            msg = f"{name}: not the serial of {agent}'s certificate; a serial is no"
            raise RefusedError(400, f"{msg} proof in any case")


def decision_shown(answer: Answer) -> dict[str, object]:
    """Return the gateway's decision, with the note that it signed."""
    return {
        "outcome": answer.outcome.value,
        "reasons": [reason.value for reason in answer.reasons],
        "sentence": answer.explain(),
        "agent": answer.order.agent,
        "seq": answer.order.seq,
        "client_order_id": answer.order.client_order_id,
        "log_index": answer.log_index,
        "note": answer.note.decode(),
    }


def _signed(asking: Asking, answer: Answer) -> dict[str, object]:
    """Return an allowed order's signature: the note that was sent, whole."""
    order = answer.order
    state = asking.record.state
    credential = state.credentials.get(order.credential)
    return {
        "signature": b64encode(answer.order_note).decode(),
        "algorithm": ALGORITHM,
        "certificate_serial": None if credential is None else serial_of(credential),
        "payload_hash": f"sha256:{digest(render_order(order))}",
        "signed_at": str(order.created_at),
        "decision": decision_shown(answer),
    }


def _join(asking: Asking, chain: str, answer: Answer) -> None:
    """Put an order, whatever was decided of it, into its chain."""
    order, entry = answer.order, answer.log_index
    if entry is not None:
        asking.service.notebook.add(
            ChainOrder(
                chain=chain,
                agent=order.agent,
                seq=order.seq,
                entry=entry,
                leaf=answer.decision.order,
            )
        )


def _no_key(asking: Asking, agent: str) -> RefusedError:
    """Return why nothing is signed for an agent."""
    if agent not in asking.record.state.agents:
        return not_found(f"no agent {agent[:80]!a} is enrolled")
    msg = f"agent {agent}: its key is not held here; name its directory in the settings"
    return RefusedError(422, msg, code="no_key")


async def halt(asking: Asking) -> Response:
    """Halt one agent, under the signature of the person whom the token is bound to."""
    agent, fields = asking.agent, await asking.fields()
    reason = fields.text("reason") or "operator_initiated"
    fields.require_none_left()
    known = asking.record.state.agents.get(agent)
    if known is None:
        raise not_found(f"no agent {agent[:80]!a} is enrolled")
    signer = asking.service.people.get(asking.token.person or "")
    if signer is None:
        msg = "halt: a person signs it, and this token is bound to none"
        command = f"kya gateway halt --place agent:{agent} --reason WHY --as ROLE:NAME"
        raise RefusedError(422, f"{msg}; run: {command}", code="people_only")
    wanted = Halt(
        place=Place.parse(f"agent:{agent}"),
        state=TradingState.HALTED,
        reason=reason,
        at=asking.now,
    )
    note = await asyncio.to_thread(acts.halt, wanted, signer)
    try:
        entry = await asyncio.to_thread(asking.service.append, note)
    except (DistrustError, InputError) as error:
        raise RefusedError(422, f"halt: the gateway refuses it: {error}") from error
    credential = asking.record.state.credentials[known.credential]
    return answered(
        {
            "agent_id": agent,
            "halt_event_id": leaf_digest(note),
            "certificate_serial": serial_of(credential),
            "halted_at": str(wanted.at),
            "signature": b64encode(note).decode(),
            "algorithm": ALGORITHM,
            "signed_by": [line.name for line in SignedNote.parse(note).signatures],
            "log_index": entry,
        }
    )
