"""Policies in Cedar, through the project's own evaluator in Rust (`kya[cedar]`)."""
# The library's types leave out what its dictionaries hold.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from importlib.metadata import version
from typing import Any

from cedarpy import Decision, Entities, PolicySet, is_authorized

from kya.codec.overlays import said_of
from kya.core.overlay import Said, Verdict

VERSION = version("cedarpy")


class CedarPolicies:
    """A parsed text: an order is a request of its agent about its market."""

    __slots__ = ("_entities", "_policies")

    def __init__(self, text: str) -> None:
        """Parse the text; ValueError if it is none, or leaves a policy unlinked."""
        self._policies = PolicySet.from_str(text)
        if self._policies.templates():
            # A template that nobody links forbids nothing, whatever it looks like.
            msg = "policy: want no template"
            raise ValueError(msg)
        self._entities = Entities.from_json_str("[]")

    def said(self, question: dict[str, Any]) -> Said:
        """Return what the policies say; an error in any of them is no answer.

        Cedar itself passes over a policy that breaks, and would let an order pass that
        the broken one was there to forbid.
        """
        order = question["order"]
        request = {
            "principal": {"type": "Agent", "id": order["agent"]},
            "action": {"type": "Action", "id": order.get("action", "new")},
            "resource": {"type": "Market", "id": order["market"]},
            "context": question,
        }
        result = is_authorized(request, self._policies, self._entities)
        found = result.diagnostics
        if found.errors or result.decision is Decision.NoDecision:
            return Said(Verdict.FAILED)
        if result.decision is Decision.Allow:
            return Said(Verdict.ALLOW)
        names: dict[str, str] = found.id_annotations_by_reason
        ids = [names.get(reason) or reason for reason in found.reasons]
        return said_of(Verdict.DENY.value, ids)
