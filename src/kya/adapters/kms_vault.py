"""Keys in the transit engine of HashiCorp Vault or OpenBao, through hvac.

Trusted with: the key, which cannot leave unless it was made exportable or open to
plaintext backup. Both flags can be set later and never unset, so they are read at every
opening; that they are true is asserted, not attested.

There is no `disable` here: the engine can destroy a key, but not put it out of use.
Take the right to sign out of the policy instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, Self, TypeVar, cast

import hvac
import msgspec
import requests
from hvac import exceptions
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from kya.adapters.kms_service import Patience, in_use, p256_key_of_pem, require
from kya.codec import base64_text
from kya.core.errors import DistrustError, InputError, MalformedError, TransientError
from kya.pki.signer import Assurance, Custody, Exportable

T = TypeVar("T")

_RETRIED: Final = (429, 502, 503)
_PAUSE: Final = 0.1  # 0, 0.2, 0.4 seconds between attempts: urllib3 doubles it.


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitKey:
    """Which key: the service's URL, the engine's mount point, name, and version.

    Without a version, the newest at opening. The authority is a file of CA
    certificates, the namespace Vault's own.
    """

    url: str
    name: str
    version: int | None = None
    mount_point: str = "transit"
    authority: str | None = None
    namespace: str | None = None

    def __str__(self) -> str:
        return f"transit key {self.mount_point}/{self.name} at {self.url}"


class _Version(msgspec.Struct):
    public_key: str = ""


class _Description(msgspec.Struct, kw_only=True):
    """What we use of the engine's answer; flags without default must be there."""

    type: str
    exportable: bool
    allow_plaintext_backup: bool
    supports_signing: bool
    latest_version: int
    keys: dict[str, _Version]
    imported_key: bool = False  # Vault 1.11 and later say it.


class _Described(msgspec.Struct):
    data: _Description


class _Signature(msgspec.Struct):
    signature: str


class _Signed(msgspec.Struct):
    data: _Signature


class _Transit(Protocol):
    """What we call, since hvac's stubs name no types."""

    read_key: Callable[..., object]
    sign_data: Callable[..., object]


class VaultTransitSigner:
    """An ecdsa-p256 key version under the public key that it had when opened."""

    __slots__ = ("_client", "_key", "_public", "_transit", "_version")

    def __init__(self, key: TransitKey, client: hvac.Client) -> None:
        """Read and check the key; use `open`."""
        self._key = key
        self._client = client
        self._transit = cast("_Transit", client.secrets.transit)
        described = self._described()
        _require_fit(described, key)
        self._version = key.version or described.latest_version
        version = described.keys.get(str(self._version))
        if version is None:
            raise InputError(f"{key}: no version {self._version}")
        self._public = p256_key_of_pem(version.public_key, str(key)).spki

    @classmethod
    def open(
        cls, key: TransitKey, token: str, patience: Patience | None = None
    ) -> Self:
        """Return the signer of a key that cannot leave; InputError if it could."""
        within = patience or Patience()
        session = requests.Session()
        retry = Retry(
            total=within.attempts - 1,
            read=False,  # Whoever was slow once has used up the time.
            backoff_factor=_PAUSE,
            status_forcelist=_RETRIED,
            allowed_methods=None,
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        adapter = HTTPAdapter(max_retries=retry)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        client = hvac.Client(
            url=key.url,
            token=token,
            verify=key.authority or True,
            namespace=key.namespace,
            # requests takes the pair: to connect, and between any two octets.
            timeout=(  # type: ignore[arg-type]  # The stubs know one number only.
                within.connect_seconds,
                within.answer_seconds,
            ),
            session=session,
            allow_redirects=False,
        )
        return cls(key, client)

    @property
    def resource(self) -> str:
        """Mount point, name and version of the key."""
        return f"{self._key.mount_point}/{self._key.name}/{self._version}"

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER, as it was when the key was opened."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the service does not give one."""
        digest = base64_text.encode(sha256(message).digest())
        with in_use():
            answer = self._asked(
                lambda: self._transit.sign_data(
                    name=self._key.name,
                    mount_point=self._key.mount_point,
                    hash_input=digest,
                    key_version=self._version,
                    hash_algorithm="sha2-256",
                    prehashed=True,
                    marshaling_algorithm="asn1",
                ),
                _Signed,
            )
        prefix = f"vault:v{self._version}:"
        text = answer.data.signature
        if not text.startswith(prefix):
            raise DistrustError(
                f"{self._key}: the service answered for another version"
            )
        try:
            return base64_text.decode("signature", text.removeprefix(prefix))
        except MalformedError as error:
            raise DistrustError(f"{self._key}: {error}") from error

    def describe(self) -> Custody:
        """Return that the service says the key is there and cannot be exported."""
        return Custody(
            backend="vault-transit",
            assurance=Assurance.ASSERTED,
            exportable=Exportable.NO,
        )

    def close(self) -> None:
        """End the connections."""
        self._client.session.close()

    def _described(self) -> _Description:
        return self._asked(
            lambda: self._transit.read_key(
                name=self._key.name, mount_point=self._key.mount_point
            ),
            _Described,
        ).data

    def _asked(self, call: Callable[[], object], answer: type[T]) -> T:
        """Return the answer; InputError where no waiting will cure the fault."""
        try:
            return msgspec.convert(call(), answer)
        except exceptions.VaultError as error:
            raise _fault(self._key, error) from error
        except requests.Timeout as error:
            raise TransientError(f"{self._key}: no answer in time") from error
        except requests.ConnectionError as error:
            raise TransientError(f"{self._key}: the service is out of reach") from error
        except (requests.RequestException, msgspec.ValidationError) as error:
            raise TransientError(
                f"{self._key}: the service's answer makes no sense: {error}"
            ) from error


def _fault(
    key: TransitKey, error: exceptions.VaultError
) -> InputError | TransientError:
    """Return the fault in words: InputError where no waiting will cure it."""
    match error:
        case exceptions.InvalidPath():
            return InputError(f"{key}: no such key")
        case exceptions.Forbidden() | exceptions.Unauthorized():
            return InputError(f"{key}: access denied, or the token has expired")
        case exceptions.InvalidRequest():
            return InputError(f"{key}: refused: {error}")
        case exceptions.RateLimitExceeded():
            return TransientError(f"{key}: throttled")
        case exceptions.VaultDown():
            return TransientError(f"{key}: the service is sealed or in maintenance")
        case _:
            return TransientError(f"{key}: the service failed: {error}")


def _require_fit(described: _Description, key: TransitKey) -> None:
    """Refuse a key that may leave, was imported, or is no ecdsa-p256 key."""
    require(
        described.type == "ecdsa-p256", f"{key}: want ecdsa-p256, got {described.type}"
    )
    require(described.supports_signing, f"{key}: the key does not sign")
    require(not described.exportable, f"{key}: the key may be exported")
    require(
        not described.allow_plaintext_backup,
        f"{key}: the key may be backed up in plaintext",
    )
    require(
        not described.imported_key, f"{key}: was imported, so that a copy is outside"
    )
