"""An order that its agent has signed and not yet sent, as people look at it."""

from typing import NamedTuple

from kya.codec import canonical
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.order import Order
from kya.core.state import State
from kya.pki.holders import agents_credential, verifier_key


class PreparedOrder(NamedTuple):
    """The order, and the SHA-256 of its line, by which an override names it."""

    order: Order
    line_digest: str


def read_prepared(raw: bytes, state: State) -> PreparedOrder:
    """Return the order of a note; InputError for none, DistrustError for another's.

    Its agent must have signed it, under the certificate that the order names.
    """
    try:
        note = SignedNote.parse(raw)
        order = parse_order(note.text)
    except MalformedError as error:
        msg = f"order: want the note of an order that its agent has signed: {error}"
        raise InputError(msg) from error
    held = agents_credential(state, order.credential, order.agent, "order")
    key = verifier_key(held.name, held.spki)
    if not any(key.verifies(note.text, line.value) for line in note.signatures):
        raise DistrustError(f"order {order.seq}: not signed by {order.agent}")
    return PreparedOrder(order, canonical.digest(note.text))
