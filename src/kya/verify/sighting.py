"""A sighting: a witness's word, already verified, of what tree a log had and when."""

from dataclasses import dataclass

from kya.codec.note import VerifierKey
from kya.core.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A witness's word that at this time the log had this tree."""

    key: VerifierKey
    size: int
    at: Instant
    path: str
