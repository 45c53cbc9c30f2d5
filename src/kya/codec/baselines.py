"""The baseline document, `kya/baseline/v1`: tables to score orders by.

spec/baseline.md says what each means. The document holds no orders. Numbers are JSON
integers, at most 2**53 - 1 in size; words and markets are the keys of objects.
"""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.sequence_fields import SequenceFields, sequence_fields, sequence_from
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.features import FEATURES
from kya.core.instant import Day
from kya.core.integer_log import BIT
from kya.core.ladder import Rungs, ranks
from kya.core.learned_baseline import (
    FeatureTable,
    LearnedBaseline,
    NumberTable,
    Subject,
    Tables,
    WordTable,
)
from kya.core.limits import BASELINE_BYTES_MAX, SEQ_MAX

BASELINE_TYPE: Final = "kya/baseline/v1"
SURPRISAL_MAX: Final = 64 * BIT
"""No surprisal comes to more: 30 bits of distance, and 20 of a million orders."""


class WordFields(canonical.Statement, frozen=True, kw_only=True, tag="word"):
    """A table of words."""

    novel: int
    words: dict[str, int]


class NumberFields(canonical.Statement, frozen=True, kw_only=True, tag="number"):
    """A table of cells."""

    above: int
    absent: int
    below: int
    cells: list[int]
    far: int
    low: int
    present: int


class LadderFields(canonical.Statement, frozen=True, kw_only=True):
    """A ladder; its ranks follow from the number of orders."""

    edge: int
    fall: int
    outer: int
    values: list[int]


class LaddersFields(canonical.Statement, frozen=True, kw_only=True):
    """The three ladders."""

    both: LadderFields
    peaks: LadderFields
    sums: LadderFields


TableFields = WordFields | NumberFields


class BaselineLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/baseline/v1`: one agent's learned baseline."""

    type_: Literal["kya/baseline/v1"] = msgspec.field(name="_type")
    agent: str
    days: int
    first_day: str
    history: str
    ladders: LaddersFields
    last_day: str
    markets: dict[str, dict[str, TableFields]]
    orders: int
    sequence: SequenceFields
    tables: dict[str, TableFields]
    weekend: int


_DECODER: Final = msgspec.json.Decoder(BaselineLine)
_INDEX: Final = {feature.name: n for n, feature in enumerate(FEATURES)}


def render_baseline(baseline: LearnedBaseline) -> bytes:
    """Return the document's one line, LF included."""
    return canonical.encode_line(baseline_fields(baseline))


def baseline_fields(baseline: LearnedBaseline) -> BaselineLine:
    """Return the document's fields."""
    tables = baseline.tables
    return BaselineLine(
        type_=BASELINE_TYPE,
        agent=baseline.subject.agent,
        days=baseline.days,
        first_day=str(Day(baseline.first_day)),
        history=baseline.subject.history,
        ladders=LaddersFields(
            both=_ladder_fields(baseline.both),
            peaks=_ladder_fields(baseline.peaks),
            sums=_ladder_fields(baseline.sums),
        ),
        last_day=str(Day(baseline.last_day)),
        markets={
            market: {FEATURES[n].name: _fields(table) for n, table in own.items()}
            for market, own in tables.own.items()
        },
        orders=baseline.orders,
        sequence=sequence_fields(baseline.sequence),
        tables={
            feature.name: _fields(table)
            for feature, table in zip(FEATURES, tables.pooled, strict=True)
        },
        weekend=baseline.weekend,
    )


def parse_baseline(line: bytes) -> LearnedBaseline:
    """Return the baseline that a line holds; MalformedError otherwise."""
    if len(line) > BASELINE_BYTES_MAX:
        raise MalformedError(
            f"baseline: want at most {BASELINE_BYTES_MAX} bytes, got {len(line)}"
        )
    return canonical.read_line(line, _DECODER, "baseline", baseline_from)


def baseline_digest(baseline: LearnedBaseline) -> str:
    """Return the SHA-256 of the document, as hexadecimal."""
    return canonical.digest(render_baseline(baseline))


def baseline_from(wire: BaselineLine) -> LearnedBaseline:
    """Return the baseline of its fields; MalformedError if they are none."""
    tokens.require(tokens.NAME, "agent", wire.agent)
    tokens.require(tokens.DIGEST, "history", wire.history)
    tokens.require_count("orders", wire.orders)
    tokens.require_count("days", wire.days)
    if list(wire.tables) != sorted(_INDEX):
        raise MalformedError(f"tables: want {', '.join(sorted(_INDEX))}")
    ladders = wire.ladders
    return LearnedBaseline(
        subject=Subject(wire.agent, wire.history),
        orders=wire.orders,
        first_day=Day.parse(wire.first_day).number,
        last_day=Day.parse(wire.last_day).number,
        days=wire.days,
        tables=Tables(
            tuple(_table(each.name, wire.tables[each.name]) for each in FEATURES),
            {market: _own_tables(own) for market, own in wire.markets.items()},
        ),
        weekend=_surprisal("weekend", wire.weekend),
        sums=_ladder("sums", ladders.sums, wire.orders),
        peaks=_ladder("peaks", ladders.peaks, wire.orders),
        both=_ladder("both", ladders.both, wire.orders),
        sequence=sequence_from(wire.sequence, wire.orders),
    )


def _own_tables(own: dict[str, TableFields]) -> dict[int, FeatureTable]:
    """Return the tables of one market; only some features can have them."""
    found: dict[int, FeatureTable] = {}
    for name, fields in own.items():
        index = _INDEX.get(name)
        if index is None or not FEATURES[index].by_market:
            raise MalformedError(f"markets: {name} has no table of a market's own")
        found[index] = _table(name, fields)
    return found


def _fields(table: FeatureTable) -> TableFields:
    """Return a table as it is written."""
    if isinstance(table, WordTable):
        return WordFields(novel=table.novel, words=dict(table.words))
    return NumberFields(
        above=table.above,
        absent=table.absent,
        below=table.below,
        cells=list(table.cells),
        far=table.far,
        low=table.low,
        present=table.present,
    )


def _table(name: str, fields: TableFields) -> FeatureTable:
    """Return the table of its fields; MalformedError if it is of another kind."""
    feature = FEATURES[_INDEX[name]]
    if isinstance(fields, WordFields) is not feature.is_word:
        raise MalformedError(f"{name}: want a table of the feature's own kind")
    if isinstance(fields, WordFields):
        words = {word: _surprisal(name, bits) for word, bits in fields.words.items()}
        return WordTable(words, _surprisal(name, fields.novel))
    if fields.above < 1 or fields.below < 1 or abs(fields.low) > SEQ_MAX:
        raise MalformedError(f"{name}: want falls above zero, and a cell for low")
    if feature.ring and (fields.low or len(fields.cells) != feature.ring):
        raise MalformedError(f"{name}: want {feature.ring} cells from 0 on")
    return NumberTable(
        fields.low,
        tuple(_surprisal(name, bits) for bits in fields.cells),
        _surprisal(name, fields.far),
        fields.below,
        fields.above,
        _surprisal(name, fields.absent),
        _surprisal(name, fields.present),
    )


def _surprisal(name: str, bits: int) -> int:
    """Return a surprisal that can be one."""
    if not 0 <= bits <= SURPRISAL_MAX:
        raise MalformedError(f"{name}: want surprisals of 0 to {SURPRISAL_MAX}")
    return bits


def _ladder_fields(rungs: Rungs) -> LadderFields:
    """Return a ladder as it is written."""
    _, values, edge, outer, fall = rungs
    return LadderFields(edge=edge, fall=fall, outer=outer, values=list(values))


def _ladder(name: str, fields: LadderFields, orders: int) -> Rungs:
    """Return the ladder of its fields; MalformedError where it does not go down."""
    values = tuple(fields.values)
    if len(values) != len(ranks(orders)) or list(values) != sorted(values)[::-1]:
        raise MalformedError(f"{name}: want a value for each rank, none above the last")
    if fields.fall < 1 or not 0 < fields.outer < orders or values[-1] < 0:
        raise MalformedError(f"{name}: want a fall above zero and outer values")
    return Rungs(orders, values, fields.edge, fields.outer, fields.fall)
