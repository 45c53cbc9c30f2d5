"""Policies in Rego, through Microsoft's evaluator in C++ (`kya[rego]`)."""

import re
from importlib.metadata import version
from typing import Any, Final

import msgspec
from regopy import Input, Interpreter  # type: ignore[import-untyped]

from kya.codec.overlays import said_of
from kya.core.overlay import Said, Verdict

VERSION = version("regopy")

_QUERY: Final = "[data.kya.overlay.allow, data.kya.overlay.deny]"

_NOT_A_FUNCTION: Final = re.compile(
    r"\b(?:time\.now_ns|rand\.|uuid\.|opa\.|http\.|net\.)", re.ASCII
)
"""What gives another answer tomorrow, so that nobody could ask again."""


class _Output(msgspec.Struct, forbid_unknown_fields=True):
    """What the query gives: `allow` is a boolean, `deny` a set of ids."""

    expressions: tuple[tuple[bool, list[str]]]


_DECODER: Final = msgspec.json.Decoder(_Output)


class RegoPolicies:
    """A compiled text of the package `kya.overlay`."""

    __slots__ = ("_bundle", "_interpreter")

    def __init__(self, text: str) -> None:
        """Compile the text; ValueError or RegoError if that does not work."""
        if _NOT_A_FUNCTION.search(text):
            msg = "policy: want neither clock, nor chance, nor network"
            raise ValueError(msg)
        self._interpreter = Interpreter()
        # Else a function that fails makes a rule silent, and silence lets pass.
        self._interpreter.strict_built_in_errors = True
        self._interpreter.add_module("overlay", text)
        self._bundle = self._interpreter.build(_QUERY)

    def said(self, question: dict[str, Any]) -> Said:
        """Return what the policies say; no answer unless both rules are defined."""
        self._interpreter.set_input(Input(question))
        output = self._interpreter.query_bundle(self._bundle)
        try:
            ((allow, deny),) = _DECODER.decode(str(output)).expressions
        except msgspec.DecodeError:
            return Said(Verdict.FAILED)
        if allow and not deny:
            return Said(Verdict.ALLOW)
        return said_of(Verdict.DENY.value, deny)
