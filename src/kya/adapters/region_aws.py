"""The instance identity document of AWS, from the metadata service of the instance.

Trusted with: nothing. The gateway checks the document's signature under a certificate
that is on record (kya.pki.instance_identity).
"""

from base64 import b64decode
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Final

from kya.core.errors import TransientError
from kya.core.session import Shown

HOST: Final = "169.254.169.254"
"""Link-local: the metadata service of the very machine, by AWS's documentation."""

_TIMEOUT_SECONDS: Final = 2.0
_BYTES_MAX: Final = 16_384
_OK: Final = 200
_TOKEN_PATH: Final = "/latest/api/token"  # noqa: S105  where a token is, not one
_TOKEN_SECONDS: Final = "60"  # noqa: S105  how long it lives
_DOCUMENT_PATH: Final = "/latest/dynamic/instance-identity/document"
_SIGNATURE_PATH: Final = "/latest/dynamic/instance-identity/signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceIdentity:
    """This instance's document, shown under one region anchor."""

    anchor: str
    host: str = HOST
    port: int = 80

    def shown(self) -> Shown:
        """Return the document and its RSA signature; TransientError without them.

        With a session token (IMDSv2), which a request forged through a proxy lacks.
        """
        seconds = {"X-aws-ec2-metadata-token-ttl-seconds": _TOKEN_SECONDS}
        token = self._asked("PUT", _TOKEN_PATH, seconds).decode("ascii", "replace")
        headers = {"X-aws-ec2-metadata-token": token}
        document = self._asked("GET", _DOCUMENT_PATH, headers)
        signature = self._asked("GET", _SIGNATURE_PATH, headers)
        try:
            # In lines, as of openssl base64; without `validate` these are skipped.
            decoded = b64decode(signature)
        except ValueError as error:
            raise TransientError(
                f"{self.host}: the signature of the instance document is not base64"
            ) from error
        if not document or not decoded:
            raise TransientError(f"{self.host}: no instance document, or unsigned")
        return Shown(anchor=self.anchor, document=document, signature=decoded)

    def _asked(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        """Return the body of a 200; TransientError for anything else."""
        connection = HTTPConnection(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read(_BYTES_MAX + 1)
        except (OSError, HTTPException, ValueError) as error:
            raise TransientError(
                f"{self.host}: no instance metadata: {type(error).__name__}: {error}"
            ) from error
        finally:
            connection.close()
        if response.status != _OK or len(body) > _BYTES_MAX:
            raise TransientError(
                f"{self.host}{path}: {response.status}, {len(body)} bytes; want 200"
                f" and at most {_BYTES_MAX}"
            )
        return body
