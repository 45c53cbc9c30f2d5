"""Keys in Google Cloud KMS, through its own client library.

Trusted with: the key, which cannot leave. Its state and protection level are read from
the service and checked; that they are true is asserted, not attested.
"""
# The library says of itself that it is typed, but leaves `retry` without a type.
# pyright: reportUnknownMemberType=false

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self, TypeVar

import requests
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.api_core.retry import Retry
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud import kms_v1
from google.protobuf import json_format

from kya.adapters.kms_crc32c import crc32c
from kya.adapters.kms_service import Patience, in_use, p256_key_of_pem, require
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.signer import Assurance, Custody, Exportable

T = TypeVar("T")
_Version = kms_v1.CryptoKeyVersion
_Algorithm = kms_v1.CryptoKeyVersion.CryptoKeyVersionAlgorithm
_State = kms_v1.CryptoKeyVersion.CryptoKeyVersionState

# EXTERNAL and EXTERNAL_VPC keys are in somebody else's service: ask that one.
_PROTECTION: Final = {
    kms_v1.ProtectionLevel.SOFTWARE: "software",
    kms_v1.ProtectionLevel.HSM: "hsm",
}
_RETRIED: Final = (exceptions.ServiceUnavailable, exceptions.TooManyRequests)
_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class GcpKmsKey:
    """Which key version, projects/…/cryptoKeyVersions/…, and where it is served."""

    name: str
    endpoint: str = "cloudkms.googleapis.com"

    def __str__(self) -> str:
        return f"Google Cloud KMS key {self.name}"


class GcpKmsSigner:
    """An EC_SIGN_P256_SHA256 key version under the public key it had when opened.

    It speaks REST, and CRC-32C sums protect digest, key and signature on their way, as
    the service's own guide to data integrity asks.
    """

    __slots__ = ("_client", "_key", "_patience", "_protection", "_public")

    def __init__(
        self,
        key: GcpKmsKey,
        client: kms_v1.KeyManagementServiceClient,
        patience: Patience,
    ) -> None:
        """Read and check the key; use `open`."""
        self._key = key
        self._client = client
        self._patience = patience
        self._protection = _require_fit(self._described(), key)
        self._public = self._asked_for_public_key()

    @classmethod
    def open(
        cls,
        key: GcpKmsKey,
        credentials: Credentials | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """Return the signer of an enabled key; InputError if it is not fit to sign.

        Without credentials, those of the environment: workload identity, for one.
        """
        try:
            client = kms_v1.KeyManagementServiceClient(
                credentials=credentials,
                transport="rest",
                client_options=ClientOptions(api_endpoint=key.endpoint),
            )
        except (DefaultCredentialsError, ValueError) as error:
            raise InputError(f"{key}: {error}") from error
        return cls(key, client, patience or Patience())

    @property
    def resource(self) -> str:
        """The name of the key version."""
        return self._key.name

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER, as it was when the key was opened."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the service does not give one."""
        digest = sha256(message).digest()
        request = kms_v1.AsymmetricSignRequest(
            name=self._key.name,
            digest=kms_v1.Digest(sha256=digest),
            digest_crc32c=crc32c(digest),
        )
        with in_use():
            answer = self._asked(
                lambda retry, seconds: self._client.asymmetric_sign(
                    request, retry=retry, timeout=seconds
                )
            )
        self._require_same_key(answer.name)
        # Both sums are sent by a service that received and answered in full.
        if not answer.verified_digest_crc32c:
            raise TransientError(f"{self._key}: the digest did not arrive whole")
        if answer.signature_crc32c != crc32c(answer.signature):
            raise TransientError(f"{self._key}: the signature did not arrive whole")
        return answer.signature

    def describe(self) -> Custody:
        """Return that the service says the key is there, and at which protection."""
        return Custody(
            backend=f"gcp-kms/{self._protection}",
            assurance=Assurance.ASSERTED,
            exportable=Exportable.NO,
        )

    def disable(self) -> None:
        """Return once the service says that the key version is disabled."""
        request = kms_v1.UpdateCryptoKeyVersionRequest(
            {
                "crypto_key_version": {
                    "name": self._key.name,
                    "state": _State.DISABLED,
                },
                "update_mask": {"paths": ["state"]},
            }
        )
        answer = self._asked(
            lambda retry, seconds: self._client.update_crypto_key_version(
                request, retry=retry, timeout=seconds
            )
        )
        if answer.state is not _State.DISABLED:
            state = _State(answer.state).name
            raise TransientError(f"{self._key}: asked to be disabled, but is {state}")

    def close(self) -> None:
        """End the connections."""
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def _described(self) -> _Version:
        return self._asked(
            lambda retry, seconds: self._client.get_crypto_key_version(
                name=self._key.name, retry=retry, timeout=seconds
            )
        )

    def _asked_for_public_key(self) -> bytes:
        answer = self._asked(
            lambda retry, seconds: self._client.get_public_key(
                name=self._key.name, retry=retry, timeout=seconds
            )
        )
        self._require_same_key(answer.name)
        if answer.pem_crc32c != crc32c(answer.pem.encode()):
            raise TransientError(f"{self._key}: the public key did not arrive whole")
        return p256_key_of_pem(answer.pem, str(self._key)).spki

    def _require_same_key(self, answered: str) -> None:
        if answered != self._key.name:
            raise DistrustError(f"{self._key}: the service answered for {answered!r}")

    def _asked(self, call: Callable[[Retry, float], T]) -> T:
        """Return the answer; InputError where no waiting will cure the fault."""
        patience = self._patience
        retry = Retry(
            predicate=_worth_another(patience.attempts),
            initial=_PAUSE_SECONDS,
            maximum=_PAUSE_SECONDS,
            timeout=patience.answer_seconds * patience.attempts,
        )
        try:
            return call(retry, patience.answer_seconds)
        except exceptions.GoogleAPIError as error:
            raise _fault(self._key, error) from error
        except requests.Timeout as error:
            raise TransientError(f"{self._key}: no answer in time") from error
        except (requests.RequestException, GoogleAuthError) as error:
            raise TransientError(
                f"{self._key}: the service is out of reach: {type(error).__name__}"
            ) from error
        except (json_format.Error, ValueError) as error:
            raise TransientError(
                f"{self._key}: the service's answer makes no sense"
            ) from error


def _worth_another(attempts: int) -> Callable[[Exception], bool]:
    """Return whether to ask again, for so many attempts in all.

    The library bounds the time only, and draws each pause from [0, pause): however
    short the time, nothing else bounds how often it asks.
    """
    pauses = iter(range(attempts - 1))

    def again(error: Exception) -> bool:
        return isinstance(error, _RETRIED) and next(pauses, None) is not None

    return again


def _fault(
    key: GcpKmsKey, error: exceptions.GoogleAPIError
) -> InputError | TransientError:
    """Return the fault in words: InputError where no waiting will cure it."""
    match error:
        case exceptions.NotFound():
            return InputError(f"{key}: no such key version")
        case exceptions.Forbidden():
            return InputError(f"{key}: access denied")
        case exceptions.Unauthorized():
            return InputError(f"{key}: the credentials are wrong or have expired")
        case exceptions.BadRequest():  # A disabled key is a failed precondition.
            return InputError(f"{key}: refused: {error.message}")
        case exceptions.TooManyRequests() | exceptions.RetryError():
            return TransientError(f"{key}: throttled, or out of service")
        case exceptions.GatewayTimeout():
            return TransientError(f"{key}: no answer in time")
        case _:
            return TransientError(f"{key}: the service failed: {error}")


def _require_fit(version: _Version, key: GcpKmsKey) -> str:
    """Return the protection level; refuse a key that is not enabled or was imported."""
    require(
        version.state is _State.ENABLED,
        f"{key}: want state ENABLED, got {_State(version.state).name}",
    )
    require(
        version.algorithm is _Algorithm.EC_SIGN_P256_SHA256,
        f"{key}: want EC_SIGN_P256_SHA256, got {_Algorithm(version.algorithm).name}",
    )
    require(not version.import_job, f"{key}: was imported, so that a copy is outside")
    level = _PROTECTION.get(version.protection_level)
    if level is None:
        raise InputError(
            f"{key}: want protection HSM or SOFTWARE; this key is elsewhere"
        )
    return level
