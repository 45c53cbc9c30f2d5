"""The perimeter: which regime applies to an instrument, from a reviewed table.

The table is `perimeter.json` beside this file, its schema spec/perimeter.schema.json.
What the table does not hold is unknown: nothing here is concluded from a likeness.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from kya.codec.canonical import Statement
from kya.core import tokens
from kya.core.errors import CorruptionError

_UNKNOWN: Final = "unknown: the reviewed table does not hold this instrument"


class Form(Enum):
    """How the instrument is traded. The log does not say; a market there is a pair."""

    SPOT = "spot"
    DERIVATIVE = "derivative"


class AssetClass(Enum):
    """What a currency code stands for, as far as the table knows."""

    FIAT = "fiat"
    EMT = "emt"
    CRYPTO = "crypto"
    UNKNOWN = "unknown"


Certainty = Literal["text read", "secondary source", "general knowledge"]


class Regime(Statement, frozen=True, kw_only=True):
    """Whether one regime applies, by which article, and how sure the review was."""

    regime: str
    applies: Literal["yes", "no"]
    article: str
    because: str
    certainty: Certainty


class Standard(Statement, frozen=True, kw_only=True):
    """The standard to report against, be it the law or a choice."""

    name: str
    article: str
    because: str
    certainty: Certainty


class Rule(Statement, frozen=True, kw_only=True):
    """What holds for every pair of these two classes in this form."""

    form: Form
    pairs: list[str]
    regimes: list[Regime]
    standard: Standard


class Currencies(Statement, frozen=True, kw_only=True):
    """The currencies that the review has put into one class."""

    class_: AssetClass = msgspec.field(name="class")
    codes: list[str]
    because: str
    certainty: Certainty


class Table(Statement, frozen=True, kw_only=True):
    """The whole reviewed table."""

    type_: Literal["kya/perimeter/v1"] = msgspec.field(name="_type")
    reviewed: str
    currencies: list[Currencies]
    rules: list[Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perimeter:
    """The answer for one market; no rule means that the answer is unknown."""

    market: str
    form: Form
    pair: str
    reviewed: str
    rule: Rule | None

    def sentences(self) -> Iterator[str]:
        """Yield the answer, one sentence a regime, then the standard."""
        if self.rule is None:
            yield f"{_UNKNOWN} ({self.pair}, {self.form.value})"
            return
        for code in self.market.split("/"):
            known = _classed(code)
            if known is not None:
                yield f"{code}: {known.because}; {known.certainty}"
        for found in self.rule.regimes:
            verb = "applies" if found.applies == "yes" else "does not apply"
            yield (
                f"{found.regime}: {verb} ({found.article}: {found.because};"
                f" {found.certainty})"
            )
        standard = self.rule.standard
        yield (
            f"to report against: {standard.name} ({standard.article}:"
            f" {standard.because}; {standard.certainty})"
        )

    def summary(self) -> Iterator[str]:
        """Yield the answer without its reasons, one line a regime."""
        if self.rule is None:
            yield f"unknown ({self.pair})"
            return
        for found in self.rule.regimes:
            verb = "applies" if found.applies == "yes" else "does not apply"
            yield f"{found.regime}: {verb}"
        yield f"to report against: {self.rule.standard.name}"

    def document(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        rule = self.rule
        return {
            "form": self.form.value,
            "market": self.market,
            "pair": self.pair,
            "regimes": "unknown" if rule is None else msgspec.to_builtins(rule.regimes),
            "reviewed": self.reviewed,
            "standard": (
                "unknown" if rule is None else msgspec.to_builtins(rule.standard)
            ),
        }


def perimeter_of(market: str, form: Form = Form.SPOT) -> Perimeter:
    """Return what the table says of a market; MalformedError unless it is a pair."""
    tokens.require(tokens.MARKET, "market", market)
    base, _, quote = market.partition("/")
    pair = f"{class_of(base).value}/{class_of(quote).value}"
    found = table()
    rules = [r for r in found.rules if r.form is form and pair in r.pairs]
    return Perimeter(
        market=market,
        form=form,
        pair=pair,
        reviewed=found.reviewed,
        rule=rules[0] if rules else None,
    )


def class_of(code: str) -> AssetClass:
    """Return what a currency code stands for."""
    found = _classed(code)
    return AssetClass.UNKNOWN if found is None else found.class_


def _classed(code: str) -> Currencies | None:
    """Return the class that holds a code, with its reason."""
    return next((c for c in table().currencies if code in c.codes), None)


@cache
def table() -> Table:
    """Return the table; CorruptionError if it has two answers for one question."""
    raw = resources.files("kya.codec").joinpath("perimeter.json").read_bytes()
    found = msgspec.json.decode(raw, type=Table)
    answered = [(rule.form, pair) for rule in found.rules for pair in rule.pairs]
    classed = [code for each in found.currencies for code in each.codes]
    if len(set(answered)) != len(answered) or len(set(classed)) != len(classed):
        raise CorruptionError("perimeter.json: two answers for one code or pair")
    return found
