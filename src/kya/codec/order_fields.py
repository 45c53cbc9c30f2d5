"""The fields of an order record beside the law's, from one reviewed table.

The table is `order_record_fields.json` beside this file; spec/order-record.md is made
from it. The order of fields there is the order of columns everywhere.
"""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from kya.codec.canonical import Statement

Kind = Literal["text", "integer", "decimal", "instant", "list", "json"]
Source = Literal["log", "derived", "operator", "unknown"]


class EventMeaning(Statement, frozen=True, kw_only=True):
    """One event; `legal` says whether (EU) 2025/416 has this code, or only we."""

    code: str
    legal: bool
    means: str


class Field(Statement, frozen=True, kw_only=True):
    """One field, its kind, where its value comes from, and its numbers in the law.

    `title` is the short title of the law's field. The numbers are those of (EU)
    2025/1140 Table 2 and Table 3, of (EU) 2025/416 and of (EU) 2017/580 (RTS 24); a
    range means a group of fields among which this review has not placed ours.
    `iso20022` is the path of our element in a document shaped like ISO 20022; its names
    are made in that standard's manner, and not taken from a schema.
    """

    name: str
    kind: Kind
    source: Source
    means: str
    title: str | None
    mica_orders: str | None
    mica_transactions: str | None
    order_book: str | None
    rts24: str | None
    iso20022: str | None


class FieldTable(Statement, frozen=True, kw_only=True):
    """The whole table."""

    type_: Literal["kya/order-record-fields/v1"] = msgspec.field(name="_type")
    reviewed: str
    events: list[EventMeaning]
    fields: list[Field]


@cache
def field_table() -> FieldTable:
    """Return the reviewed table."""
    raw = resources.files("kya.codec").joinpath("order_record_fields.json").read_bytes()
    return msgspec.json.decode(raw, type=FieldTable)
