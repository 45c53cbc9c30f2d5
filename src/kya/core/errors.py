"""The four kinds of fault, told apart by what the receiver must do next.

No class here logs, prints or exits. `kya.api` and `kya.cli` translate, once.
"""

from typing import Final

SHOWN_CHARS_MAX: Final = 60
SHOWN_BITS_MAX: Final = 128


class KyaError(Exception):
    """A fault with a message for the person who must act on it."""


class InputError(KyaError):
    """Fix what you sent. HTTP 400 or 401, exit code 2."""


class MalformedError(InputError):
    """The bytes are not what they claim to be; the message says what was expected."""


class DistrustError(KyaError):
    """Do not believe it: a signature, chain, proof or hash fails. Exit code 1."""


class TransientError(KyaError):
    """Try again later; nothing was released. HTTP 503, exit code 4."""


class CorruptionError(KyaError):
    """Stop and call a person: our own stored state contradicts itself. Exit code 70."""


def shown(value: object) -> str:
    """Return the value for a message: its repr, cut short, of whatever size it is."""
    if type(value) is int and value.bit_length() > SHOWN_BITS_MAX:
        return f"an integer of {value.bit_length()} bits"
    return f"{value!r:.{SHOWN_CHARS_MAX}}"
