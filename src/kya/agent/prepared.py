"""An order that its agent has signed and not yet sent, as people are shown it."""

from kya.agent.chain import SignedOrder
from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.state import State
from kya.pki.holders import agents_credential, verifier_key


def read_prepared(state: State, note: bytes) -> SignedOrder:
    """Return the order that its agent has signed; DistrustError if it has not."""
    try:
        signed = SignedOrder.read(note)
    except MalformedError as error:
        msg = f"order: want the note of an order that its agent has signed: {error}"
        raise InputError(msg) from error
    order = signed.order
    held = agents_credential(state, order.credential, order.agent, "order")
    key, read = verifier_key(held.name, held.spki), SignedNote.parse(note)
    if not any(key.verifies(read.text, line.value) for line in read.signatures):
        raise DistrustError(f"order {order.seq}: not signed by {order.agent}")
    return signed
