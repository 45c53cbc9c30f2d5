"""Keys in Azure Key Vault or Managed HSM, through Microsoft's own client library.

Trusted with: the key, which cannot leave unless it was made exportable. Its flags are
read from the service and checked; that they are true is asserted, not attested. The
service does not say whether a key was made there or brought in.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient, KeyVaultKey
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from kya.adapters.kms_service import (
    Patience,
    der_signature,
    in_use,
    p256_key,
    require,
)
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.keys import PublicKey
from kya.pki.signer import Assurance, Custody, Exportable

_PLACES: Final = {"EC": "software", "EC-HSM": "hsm"}  # RFC 7517 `kty`, and theirs.
_FORBIDDEN: Final = 403
_THROTTLED: Final = 429
_SERVER_FAULTS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureKey:
    """Which key: the vault's URL, the key's name, and its version or the newest."""

    vault: str
    name: str
    version: str | None = None
    authority: str | None = None
    """A file of CA certificates, for a vault behind a private endpoint."""

    def __str__(self) -> str:
        return f"Azure key {self.name} in {self.vault}"


class AzureKeySigner:
    """A P-256 key version under the public key that it had when opened."""

    __slots__ = ("_crypto", "_key", "_keys", "_place", "_public", "resource")

    def __init__(
        self, key: AzureKey, credential: TokenCredential, options: dict[str, object]
    ) -> None:
        """Read and check the key; use `open`."""
        self._key = key
        try:
            self._keys = KeyClient(key.vault, credential, **options)
            found = self._keys.get_key(key.name, key.version)
        except (AzureError, ValueError) as error:
            raise _fault(key, error) from error
        self._place = _require_fit(found, key)
        self._public = _public_key(found, key)
        # With its version: a rotation must not change the key behind our back.
        self.resource = found.id or ""
        self._crypto = CryptographyClient(found, credential, **options)

    @classmethod
    def open(
        cls,
        key: AzureKey,
        credential: TokenCredential | None = None,
        patience: Patience | None = None,
        *,
        verify_challenge_resource: bool = True,
    ) -> Self:
        """Return the signer of an enabled key; InputError if it is not fit to sign.

        Without a credential, that of the environment: workload identity, for one. The
        challenge is that of Microsoft's domains; a proxy in between needs it off.
        """
        within = patience or Patience()
        options: dict[str, object] = {
            "connection_timeout": within.connect_seconds,
            "read_timeout": within.answer_seconds,
            "retry_total": within.attempts - 1,
            "retry_backoff_max": 1,
            # A service that asks for patience gets none: `Retry-After` may be minutes.
            "timeout": (within.connect_seconds + within.answer_seconds)
            * within.attempts,
            "verify_challenge_resource": verify_challenge_resource,
        }
        if key.authority is not None:
            options["connection_verify"] = key.authority
        return cls(key, credential or DefaultAzureCredential(), options)

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER, as it was when the key was opened."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the service does not give one."""
        digest = sha256(message).digest()
        with in_use():
            try:
                answer = self._crypto.sign(SignatureAlgorithm.es256, digest)
            except (AzureError, ValueError) as error:
                raise _fault(self._key, error) from error
        return der_signature(answer.signature, str(self._key))

    def describe(self) -> Custody:
        """Return that the service says the key is there, in hardware or not."""
        return Custody(
            backend=f"azure-key-vault/{self._place}",
            assurance=Assurance.ASSERTED,
            exportable=Exportable.NO,
        )

    def disable(self) -> None:
        """Return once the service says that the key version is disabled."""
        version = self.resource.rsplit("/", 1)[-1]
        try:
            found = self._keys.update_key_properties(
                self._key.name, version, enabled=False
            )
        except (AzureError, ValueError) as error:
            raise _fault(self._key, error) from error
        if found.properties.enabled is not False:
            raise TransientError(f"{self._key}: asked to be disabled, but is enabled")

    def close(self) -> None:
        """End the connections."""
        self._crypto.close()
        self._keys.close()


def _fault(key: AzureKey, error: Exception) -> InputError | TransientError:
    """Return the fault in words: InputError where no waiting will cure it."""
    match error:
        case ResourceNotFoundError():
            return InputError(f"{key}: no such key")
        case ClientAuthenticationError():
            return InputError(f"{key}: the credentials are wrong or have expired")
        case HttpResponseError(status_code=int(code)) if code == _THROTTLED:
            return TransientError(f"{key}: throttled")
        case HttpResponseError(status_code=int(code)) if code == _FORBIDDEN:
            return InputError(f"{key}: access denied: {error.message}")
        case HttpResponseError(status_code=int(code)) if code >= _SERVER_FAULTS:
            return TransientError(f"{key}: the service failed with status {code}")
        case HttpResponseError(status_code=int()):
            return InputError(f"{key}: refused: {error.message}")
        case ServiceResponseError():
            return TransientError(f"{key}: no answer in time: {error}")
        case ServiceRequestError():
            return TransientError(f"{key}: the service is out of reach: {error}")
        case _:
            return TransientError(
                f"{key}: the service's answer makes no sense: {error}"
            )


def _require_fit(found: KeyVaultKey, key: AzureKey) -> str:
    """Return the place; refuse a key that is disabled, may leave, or is of a kind."""
    properties = found.properties
    require(found.id, f"{key}: the service names no key")
    require(properties.enabled is True, f"{key}: the key is disabled")
    require(not properties.exportable, f"{key}: the key may be exported")
    require(properties.release_policy is None, f"{key}: the key may be released")
    operations = {str(getattr(o, "value", o)) for o in found.key_operations}
    require("sign" in operations, f"{key}: want key operation sign, got {operations}")
    place = _PLACES.get(str(getattr(found.key_type, "value", found.key_type)))
    if place is None:
        raise InputError(f"{key}: want an EC key, got {found.key_type}")
    return place


def _public_key(found: KeyVaultKey, key: AzureKey) -> bytes:
    """Return the SubjectPublicKeyInfo DER of a JSON Web Key (RFC 7518 §6.2)."""
    # The library sets what the service sent as attributes that its types do not name.
    curve, x, y = (getattr(found.key, member, None) for member in ("crv", "x", "y"))
    curve = getattr(curve, "value", curve)
    require(curve == "P-256", f"{key}: want curve P-256, got {curve}")
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        raise DistrustError(f"{key}: the service gave no point")
    try:
        point = ec.EllipticCurvePublicNumbers(
            int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()
        ).public_key()
    except ValueError as error:
        raise DistrustError(f"{key}: the service gave no point of P-256") from error
    return p256_key(PublicKey.of(point).spki, str(key)).spki
