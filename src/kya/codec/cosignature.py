"""C2SP cosignatures: what a witness signs, and the time that its line names.

    cosignature/v1
    time 1779442200
    log.example/2026
    4080
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

Source: c2sp.org/tlog-cosignature v1.0.1, Ed25519. The line's value is the time in eight
bytes and a signature of 64 over this message: the checkpoint's text under two lines.
"""

from typing import Final

from kya.core.errors import MalformedError

TIME_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64
SECONDS_MAX: Final = 2**63 - 1
"""Times fit a signed 64-bit integer: every other implementation's limit as well."""


def cosigned_message(text: bytes, seconds: int) -> bytes:
    """Return what is signed to say that `text` was seen at this POSIX time."""
    if not 0 < seconds <= SECONDS_MAX:
        raise MalformedError(f"cosignature: time {seconds}: want 1 to {SECONDS_MAX}")
    return b"cosignature/v1\ntime %d\n" % seconds + text


def cosignature_value(seconds: int, signature: bytes) -> bytes:
    """Return a line's value: the time, then the signature."""
    return seconds.to_bytes(TIME_BYTES) + signature


def split_value(value: bytes) -> tuple[int, bytes]:
    """Return the time and the signature that a line's value holds."""
    if len(value) != TIME_BYTES + SIGNATURE_BYTES:
        raise MalformedError(
            f"cosignature: {len(value)} bytes; want {TIME_BYTES + SIGNATURE_BYTES}"
        )
    return int.from_bytes(value[:TIME_BYTES]), value[TIME_BYTES:]
