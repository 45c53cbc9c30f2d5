"""DER as a tree that can be damaged: any tag, any order, any length, any depth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from kya.core.errors import MalformedError
from kya.pki import der

_CONSTRUCTED: Final = 0x20
_HIDING: Final = {der.OCTET_STRING: 0, der.BIT_STRING: 1}
"""Primitive types that often hold more DER, and the octets before it."""

_TAGS: Final = (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0A, 0x0C, 0x13)
_TAGS_MORE: Final = (0x16, 0x17, 0x18, 0x1F, 0x1E, 0x30, 0x31, 0x80, 0x82, 0x86)
TAGS: Final = (*_TAGS, *_TAGS_MORE, 0xA0, 0xA1, 0xA2, 0xA3, 0xBF, 0xFF)
CONTENTS: Final = (
    b"",
    b"\x00",
    b"\x80",
    b"\xff" * 9,
    b"\x00" * 20,
    b"\x7f" + b"\xff" * 2_000,  # An integer of 4,800 decimal digits.
    b"\x80" * 30,  # An object identifier that never ends.
    b"\x2a\x80\x01",
    b"\x88" * 600 + b"\x01",  # One with a single arc of 4,200 bits.
    b"00000000000000Z",
    b"99991231235959Z",
    b"19691231235959Z",
    b"20260515120000+0100",
    b"500101000000Z",
    b"spiffe://\xff\x00",
    "Zu\u0308rich\u202e".encode(),
    b"x" * 300,
)


@dataclass(slots=True)
class Node:
    """A tag with children or content; `before` are octets ahead of the children."""

    tag: int
    content: bytes = b""
    children: "list[Node] | None" = None
    before: bytes = b""
    length: Callable[[int], bytes] | None = field(default=None)

    def encode(self) -> bytes:
        """Return the bytes, with the node's own idea of its length."""
        inner = self.content
        if self.children is not None:
            inner = self.before + b"".join(child.encode() for child in self.children)
        if self.length is None:
            return der.encode(self.tag, inner)
        return bytes((self.tag,)) + self.length(len(inner)) + inner


def parsed(raw: bytes) -> list[Node]:
    """Return the trees that lie end to end; MalformedError where there are none."""
    return [_node(element) for element in der.elements(raw)]


def damaged(raw: bytes, chance: Random) -> bytes:
    """Return the DER with one to three faults in its structure."""
    root = Node(der.SEQUENCE, children=parsed(raw))
    for _ in range(chance.randint(1, 3)):
        chance.choice(FAULTS)(root, chance)
    return b"".join(child.encode() for child in root.children or [])


def _node(element: der.Element) -> Node:
    skipped = 0 if element.tag & _CONSTRUCTED else _HIDING.get(element.tag)
    if skipped is not None and len(element.content) > skipped + 1:
        before, inner = element.content[:skipped], element.content[skipped:]
        try:
            return Node(element.tag, children=parsed(inner), before=before)
        except MalformedError:
            pass
    return Node(element.tag, element.content)


def _lists(root: Node) -> list[list[Node]]:
    """Return every list of children that holds something, the top one included."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node.children:
            found.append(node.children)
            waiting.extend(node.children)
    return found


def _place(root: Node, chance: Random) -> tuple[list[Node], int] | None:
    lists = _lists(root)
    if not lists:
        return None
    siblings = chance.choice(lists)
    return siblings, chance.randrange(len(siblings))


def _drop(siblings: list[Node], at: int, _: Random) -> None:
    del siblings[at]


def _double(siblings: list[Node], at: int, chance: Random) -> None:
    count = chance.choice((1, 1, 2, 60))
    siblings[at:at] = [_copy(siblings[at]) for _ in range(count)]


def _swap(siblings: list[Node], at: int, chance: Random) -> None:
    other = chance.randrange(len(siblings))
    siblings[at], siblings[other] = siblings[other], siblings[at]


def _retag(siblings: list[Node], at: int, chance: Random) -> None:
    old = siblings[at]
    tag = chance.choice(TAGS)
    siblings[at] = Node(tag, old.content, old.children, old.before, old.length)


def _refill(siblings: list[Node], at: int, chance: Random) -> None:
    siblings[at] = Node(siblings[at].tag, chance.choice(CONTENTS))


def _wrap(siblings: list[Node], at: int, chance: Random) -> None:
    for _ in range(chance.choice((1, 2, 40))):
        siblings[at] = Node(chance.choice((0x30, 0x31, 0xA0)), children=[siblings[at]])


def _respell(siblings: list[Node], at: int, chance: Random) -> None:
    old = siblings[at]
    spelling = chance.choice(SPELLINGS)
    siblings[at] = Node(old.tag, old.content, old.children, old.before, spelling)


def _flip(siblings: list[Node], at: int, chance: Random) -> None:
    old = siblings[at]
    if not old.content:
        return
    bent = bytearray(old.content)
    bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
    siblings[at] = Node(old.tag, bytes(bent))


SPELLINGS: Final[tuple[Callable[[int], bytes], ...]] = (
    lambda _: b"\x80",
    lambda _: b"\xff",
    lambda _: b"\x84\xff\xff\xff\xff",
    lambda _: b"\x88" + b"\xff" * 8,
    lambda length: b"\x84" + length.to_bytes(4),
    lambda length: bytes((min(length + 1, 127),)),
    lambda length: bytes((max(min(length, 127) - 1, 0),)),
)
_AT_A_PLACE: Final = (_drop, _double, _swap, _retag, _refill, _wrap, _respell, _flip)


def _graft(root: Node, chance: Random) -> None:
    """Put a piece of the tree somewhere else, but never inside of itself."""
    here, there = _place(root, chance), _place(root, chance)
    if here is None or there is None:
        return
    there[0][there[1]] = _copy(here[0][here[1]])


def _copy(node: Node) -> Node:
    """Return the same tree, of which nothing is shared."""
    children = None
    if node.children is not None:
        children = [_copy(child) for child in node.children]
    return Node(node.tag, node.content, children, node.before, node.length)


def _local(fault: Callable[[list[Node], int, Random], None]) -> "_Fault":
    def apply(root: Node, chance: Random) -> None:
        if place := _place(root, chance):
            fault(*place, chance)

    return apply


_Fault = Callable[[Node, Random], None]
FAULTS: Final[tuple[_Fault, ...]] = (*map(_local, _AT_A_PLACE), _graft)
