"""What one limit is beside another: equal, narrower, wider, or neither."""

from collections.abc import Set as AbstractSet
from enum import Enum


class Relation(Enum):
    """What a new limit is beside the old one."""

    EQUAL = "equal"
    NARROWER = "narrower"
    WIDER = "wider"
    INCOMPARABLE = "incomparable"

    @property
    def is_within(self) -> bool:
        """Whether the new limit lets nothing pass that the old one stops."""
        return self in (Relation.EQUAL, Relation.NARROWER)


def relation_of(*, stops_more: bool, lets_more_pass: bool) -> Relation:
    """Return what a limit is that differs from the old one in one way, both or none."""
    if stops_more and lets_more_pass:
        return Relation.INCOMPARABLE
    if lets_more_pass:
        return Relation.WIDER
    return Relation.NARROWER if stops_more else Relation.EQUAL


def more_is_wider(old: int, new: int) -> Relation:
    """Compare limits of which the greater one lets more pass."""
    return relation_of(stops_more=new < old, lets_more_pass=new > old)


def listed(old: AbstractSet[object], new: AbstractSet[object]) -> Relation:
    """Compare lists: what is not listed is stopped."""
    return relation_of(stops_more=not old <= new, lets_more_pass=not new <= old)
