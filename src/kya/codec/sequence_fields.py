"""What a baseline says of sequences, on the wire."""

from kya.codec import canonical
from kya.core.errors import MalformedError
from kya.core.features import FEATURES
from kya.core.ladder import ranks
from kya.core.sequence_terms import (
    HOURS,
    NOVEL,
    RANKED,
    WHOLE,
    WORDS,
    Ranks,
    Rates,
    SequenceTerms,
    Share,
)


class RanksFields(canonical.Statement, frozen=True, kw_only=True):
    """The rank of each cell."""

    cells: list[int]
    low: int


class RankedFields(canonical.Statement, frozen=True, kw_only=True):
    """A feature whose level is watched, in all markets and in busy ones."""

    all_markets: RanksFields
    markets: dict[str, RanksFields]
    slack: int


class ShareFields(canonical.Statement, frozen=True, kw_only=True):
    """A word's share."""

    share: int
    slack: int


class RatesFields(canonical.Statement, frozen=True, kw_only=True):
    """How many orders an hour has."""

    busiest: list[int]
    hours: int
    means: list[int]
    quietest: list[int]
    ranks: RanksFields
    slack: int


class SequenceFields(canonical.Statement, frozen=True, kw_only=True):
    """All that a sequence is held against."""

    plain: list[int]
    ranked: dict[str, RankedFields]
    rates: RatesFields
    shares: dict[str, dict[str, ShareFields]]


def sequence_fields(terms: SequenceTerms) -> SequenceFields:
    """Return the terms as they are written."""
    rates = terms.rates
    return SequenceFields(
        plain=list(terms.plain),
        ranked={
            FEATURES[index].name: RankedFields(
                all_markets=_ranks_fields(terms.ranks[index, ""]),
                markets={
                    market: _ranks_fields(table)
                    for (each, market), table in terms.ranks.items()
                    if each == index and market
                },
                slack=slack,
            )
            for index, slack in terms.slack.items()
        },
        rates=RatesFields(
            busiest=list(rates.busiest),
            hours=rates.hours,
            means=list(rates.means),
            quietest=list(rates.quietest),
            ranks=_ranks_fields(rates.ranks),
            slack=rates.slack,
        ),
        shares={
            name: {
                word: ShareFields(share=share, slack=slack)
                for word, (share, slack) in shares.items()
            }
            for name, shares in zip(WORDS, terms.shares, strict=True)
        },
    )


def sequence_from(wire: SequenceFields, orders: int) -> SequenceTerms:
    """Return the terms of their fields; MalformedError if they are none."""
    if sorted(wire.shares) != sorted(WORDS):
        raise MalformedError(f"shares: want {', '.join(WORDS)}")
    names = {FEATURES[index].name: index for index in RANKED}
    if not wire.ranked.keys() <= names.keys():
        raise MalformedError(f"ranked: want none but {', '.join(names)}")
    table: dict[tuple[int, str], Ranks] = {}
    for name, ranked in wire.ranked.items():
        table[names[name], ""] = _ranks(ranked.all_markets)
        for market, own in ranked.markets.items():
            table[names[name], market] = _ranks(own)
    slack = {
        index: _part("slack", wire.ranked[name].slack)
        for name, index in names.items()
        if name in wire.ranked
    }
    return SequenceTerms(
        plain=_falling("plain", wire.plain, orders),
        ranks=table,
        slack=slack,
        shares=tuple(_shares(name, wire.shares[name]) for name in WORDS),
        rates=_rates(wire.rates),
    )


def _ranks_fields(table: Ranks) -> RanksFields:
    """Return ranks as they are written."""
    return RanksFields(cells=list(table.cells), low=table.low)


def _ranks(fields: RanksFields) -> Ranks:
    """Return the ranks of their fields; they rise from cell to cell."""
    cells = tuple(fields.cells)
    if not cells or list(cells) != sorted(cells):
        raise MalformedError("ranks: want some that rise from cell to cell")
    if cells[0] < -WHOLE or cells[-1] > WHOLE:
        raise MalformedError(f"ranks: want -{WHOLE} to {WHOLE}")
    return Ranks(fields.low, cells)


def _rates(fields: RatesFields) -> Rates:
    """Return the rates of their fields."""
    if len(fields.means) != HOURS or min(fields.means) < 1 or fields.hours < 1:
        raise MalformedError(f"rates: want {HOURS} means above zero, of some hours")
    return Rates(
        means=tuple(fields.means),
        hours=fields.hours,
        busiest=_falling("busiest", fields.busiest, fields.hours),
        quietest=_falling("quietest", fields.quietest, fields.hours),
        ranks=_ranks(fields.ranks),
        slack=_part("slack", fields.slack),
    )


def _shares(name: str, fields: dict[str, ShareFields]) -> dict[str, Share]:
    """Return the shares of one stream; one of them stands for every new word."""
    if NOVEL not in fields:
        raise MalformedError(f"{name}: want a share for new words, under the empty one")
    return {
        word: Share(max(1, _part(name, each.share)), _part(name, each.slack))
        for word, each in fields.items()
    }


def _part(name: str, part: int) -> int:
    """Return a part of a whole that can be one; twice the whole for a slack."""
    if not 0 < part <= 2 * WHOLE:
        raise MalformedError(f"{name}: want 1 to {2 * WHOLE}")
    return part


def _falling(name: str, values: list[int], number: int) -> tuple[int, ...]:
    """Return the values at the ranks of a ladder of so many."""
    if len(values) != len(ranks(number)) or values != sorted(values)[::-1]:
        raise MalformedError(f"{name}: want a value for each rank, none above the last")
    return tuple(values)
