"""The log as this server has read it: the console's read model, and certificates."""

from hashlib import sha256
from typing import Final, NamedTuple

from kya.codec.note import SignedNote
from kya.codec.statements import CERTIFICATE_TYPE, parse_certificate
from kya.console.reading import Reading
from kya.core.credential import Credential, Role
from kya.core.errors import InputError

_CERTIFICATE: Final = f'{{"_type":"{CERTIFICATE_TYPE}"'.encode()
_SERIAL_CHARS_MAX: Final = 64


class Issued(NamedTuple):
    """A certificate in DER, and the entry that put it on record."""

    entry: int
    certificate: bytes


class Record(Reading):
    """What the log has said up to `size`, with the certificates of agents."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self.issued: dict[str, Issued] = {}
        self._by_serial: dict[int, str] = {}

    def take(self, raw: bytes) -> None:
        """Take the next entry."""
        super().take(raw)
        if not raw.startswith(_CERTIFICATE):
            return
        certificate = parse_certificate(SignedNote.parse(raw).text).certificate
        digest = sha256(certificate).hexdigest()
        credential = self.state.credentials[digest]
        if credential.role is Role.AGENT:
            self.issued[digest] = Issued(self.size - 1, certificate)
            self._by_serial[credential.serial] = digest

    def of_serial(self, text: str) -> Credential | None:
        """Return the agent's certificate of this serial, however it is spelt.

        Colons, dashes and the case of letters say nothing. InputError for what is no
        serial in hexadecimal.
        """
        digits = text.replace(":", "").replace("-", "")
        if not digits or len(digits) > _SERIAL_CHARS_MAX or not digits.isascii():
            raise InputError(_WANTED)
        try:
            serial = int(digits, 16)
        except ValueError as error:
            raise InputError(_WANTED) from error
        if digits.strip("0123456789abcdefABCDEF"):
            raise InputError(_WANTED)
        digest = self._by_serial.get(serial)
        return None if digest is None else self.state.credentials[digest]


_WANTED: Final = "serial: want 1 to 64 hexadecimal digits"
