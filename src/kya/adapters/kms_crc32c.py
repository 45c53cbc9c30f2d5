"""CRC-32C (Castagnoli), the sum that Google's interfaces carry (RFC 3720 §12.1)."""

from typing import Final

_POLYNOMIAL: Final = 0x82F63B78  # 0x1EDC6F41, bits reversed.
_ONES: Final = 0xFFFF_FFFF


def _entry(octet: int) -> int:
    """Return the remainder of one octet."""
    for _ in range(8):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_TABLE: Final = tuple(map(_entry, range(256)))


def crc32c(octets: bytes) -> int:
    """Return the sum of a few octets: a digest, a signature, a public key."""
    remainder = _ONES
    for octet in octets:
        remainder = remainder >> 8 ^ _TABLE[(remainder ^ octet) & 0xFF]
    return remainder ^ _ONES
