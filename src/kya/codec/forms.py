"""Forms, `a=1&b=2`, as queries and bodies carry them."""

from typing import Final
from urllib.parse import parse_qsl

from kya.core.errors import MalformedError

FIELDS_MAX: Final = 64
"""More parameters than any method has."""


class TwiceError(MalformedError):
    """A parameter is given twice: whichever was taken, the other would be lost."""


def read_form(raw: bytes) -> dict[str, str]:
    """Return the parameters; MalformedError for what is no form."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            max_num_fields=FIELDS_MAX,
        )
    except ValueError as error:
        raise MalformedError("form: want parameters such as a=1&b=2") from error
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise TwiceError("form: a parameter is given twice")
    return parameters
