"""A mandate written by hand: JSON in any order, with what may be left out."""

import json
from hashlib import sha256
from typing import cast

from kya.codec import canonical
from kya.codec.mandates import MANDATE_TYPE, parse_mandate, render_mandate
from kya.codec.scopes import SCOPE_TYPE
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.mandate import Mandate


def read_draft(raw: bytes, resolution: bytes | None, now: Instant) -> Mandate:
    """Return the mandate of a draft written by hand; InputError names what is wrong.

    A draft may have any white space and order, and may leave out `_type`, and
    `resolved_at` and `valid_from`, which then are now, to the whole second: so that a
    certificate, which has no fractions, can be valid at once.
    """
    return parse_mandate(canonical.encode_line(draft_fields(raw, resolution, now)))


def draft_fields(
    raw: bytes, resolution: bytes | None, now: Instant
) -> dict[str, object]:
    """Return the fields of a draft, with those that it may leave out."""
    try:
        fields = json.loads(raw)
    except ValueError as error:
        msg = f"mandate: want JSON: {error}"
        raise InputError(msg) from error
    draft = _object(fields, "mandate")
    draft.setdefault("_type", MANDATE_TYPE)
    _object(draft.get("scope"), "mandate scope").setdefault("_type", SCOPE_TYPE)
    second = Instant(now.micros - now.micros % MICROS_PER_SECOND)
    draft.setdefault("resolved_at", str(second))
    draft.setdefault("valid_from", draft["resolved_at"])
    if resolution is not None:
        draft["resolution"] = sha256(resolution).hexdigest()
    return draft


def written_down(mandate: Mandate) -> str:
    """Return the mandate as a draft for the next one: without what is that one's own.

    When it was resolved and begins is left out, and so is the board's document.
    """
    fields: dict[str, object] = json.loads(render_mandate(mandate))
    for name in ("_type", "resolution", "resolved_at", "valid_from"):
        del fields[name]
    return json.dumps(fields, indent=1, ensure_ascii=False)


def _object(value: object, what: str) -> dict[str, object]:
    """Return the JSON object; InputError for anything else."""
    if not isinstance(value, dict):
        msg = f"{what}: want a JSON object"
        raise InputError(msg)
    return cast("dict[str, object]", value)
