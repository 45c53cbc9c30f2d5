"""Keys in AWS KMS, through boto3.

Trusted with: the key, which cannot leave. Its flags are read from the service over its
authenticated interface and checked; that they are true is asserted, not attested.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)

from kya.adapters.kms_service import Patience, in_use, p256_key, require
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.signer import Assurance, Custody, Exportable

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.type_defs import KeyMetadataTypeDef

T = TypeVar("T")

# Codes that no waiting will cure, in words. Every other code may pass.
_CONFIGURATION_FAULTS: Final = {
    "AccessDeniedException": "access denied",
    "DisabledException": "the key is disabled",
    "ExpiredTokenException": "the credentials have expired",
    "InvalidArnException": "not the name of a key",
    "InvalidKeyUsageException": "not a key for this algorithm",
    "InvalidSignatureException": "the credentials are wrong",
    "KMSInvalidStateException": "the key is not in use: pending deletion?",
    "NotFoundException": "no such key",
    "UnrecognizedClientException": "the credentials are unknown",
    "ValidationException": "the service finds the request wrong",
}
_PASSING_FAULTS: Final = {
    "LimitExceededException": "throttled",
    "RequestLimitExceeded": "throttled",
    "ThrottlingException": "throttled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKmsKey:
    """Which key: its id, ARN or alias, and where; an endpoint for a private one."""

    key_id: str
    region: str
    endpoint: str | None = None

    def __str__(self) -> str:
        return f"AWS KMS key {self.key_id}"


class AwsKmsSigner:
    """An ECC_NIST_P256 key under the public key and the ARN that it had when opened.

    Credentials come from where AWS's own tools find them.
    """

    __slots__ = ("_client", "_id", "_key", "_multi_region", "_public", "resource")

    def __init__(self, key: AwsKmsKey, client: "KMSClient") -> None:
        """Read and check the key; use `open`."""
        self._key = key
        self._client = client
        metadata = self._described(key.key_id)
        _require_fit(metadata, str(key))
        # An alias may be moved to another key; an ARN may not.
        self.resource = metadata.get("Arn", "")
        self._id = self.resource.rpartition("/")[2]
        self._multi_region = metadata.get("MultiRegion", False)
        self._public = self._asked_for_public_key()

    @classmethod
    def open(cls, key: AwsKmsKey, patience: Patience | None = None) -> Self:
        """Return the signer of an enabled key; InputError if it is not fit to sign."""
        within = patience or Patience()
        config = Config(
            connect_timeout=within.connect_seconds,
            read_timeout=within.answer_seconds,
            retries={"mode": "standard", "total_max_attempts": within.attempts},
        )
        try:
            # A session of its own: boto3's shared one keeps what it found first. The
            # stubs know one service, and `client` has one overload for each of all.
            client = boto3.Session(  # pyright: ignore[reportUnknownMemberType]
                region_name=key.region
            ).client(
                "kms",
                endpoint_url=key.endpoint,
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            raise InputError(f"{key}: {error}") from error
        return cls(key, client)

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER, as it was when the key was opened."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the service does not give one."""
        # A digest, because the service takes at most 4,096 bytes of message.
        digest = sha256(message).digest()
        with in_use():
            try:
                answer = self._client.sign(
                    KeyId=self.resource,
                    Message=digest,
                    MessageType="DIGEST",
                    SigningAlgorithm="ECDSA_SHA_256",
                )
            except (ClientError, BotoCoreError) as error:
                raise self._fault(error) from error
            self._require_same_key(answer.get("KeyId"))
            return self._present(answer.get("Signature"))

    def describe(self) -> Custody:
        """Return that the service says the key was made there and stays there.

        A multi-Region key is said to be one: its copies are in other places, too.
        """
        return Custody(
            backend="aws-kms/multi-region" if self._multi_region else "aws-kms",
            assurance=Assurance.ASSERTED,
            exportable=Exportable.NO,
        )

    def disable(self) -> None:
        """Return once the service says that the key is disabled.

        The service's own parts may take some seconds more to hear of it.
        """
        try:
            self._client.disable_key(KeyId=self.resource)
        except (ClientError, BotoCoreError) as error:
            raise self._fault(error) from error
        state = self._described(self.resource).get("KeyState")
        if state != "Disabled":
            raise TransientError(f"{self._key}: asked to be disabled, but is {state}")

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _described(self, key_id: str) -> "KeyMetadataTypeDef":
        try:
            answer = self._client.describe_key(KeyId=key_id)
        except (ClientError, BotoCoreError) as error:
            raise self._fault(error) from error
        if "KeyMetadata" not in answer:
            raise TransientError(f"{self._key}: the service's answer makes no sense")
        return answer["KeyMetadata"]

    def _asked_for_public_key(self) -> bytes:
        try:
            answer = self._client.get_public_key(KeyId=self.resource)
        except (ClientError, BotoCoreError) as error:
            raise self._fault(error) from error
        self._require_same_key(answer.get("KeyId"))
        return p256_key(self._present(answer.get("PublicKey")), str(self._key)).spki

    def _present(self, value: T | None) -> T:
        if not value:
            raise TransientError(f"{self._key}: the service's answer makes no sense")
        return value

    def _require_same_key(self, answered: str | None) -> None:
        # The ARN by the service's own description; some that speak for it give the id.
        if self._present(answered) not in {self.resource, self._id}:
            raise DistrustError(f"{self._key}: the service answered for {answered}")

    def _fault(self, error: ClientError | BotoCoreError) -> InputError | TransientError:
        """Return the fault in words: InputError where no waiting will cure it."""
        match error:
            case ClientError():
                code = error.response.get("Error", {}).get("Code", "no code")
                if code in _CONFIGURATION_FAULTS:
                    return InputError(
                        f"{self._key}: {_CONFIGURATION_FAULTS[code]} ({code})"
                    )
                words = _PASSING_FAULTS.get(code, "the service failed")
                return TransientError(f"{self._key}: {words} ({code})")
            case NoCredentialsError() | NoRegionError():
                return InputError(f"{self._key}: {error}")
            case ReadTimeoutError() | ConnectTimeoutError():
                return TransientError(f"{self._key}: no answer in time")
            case _:
                return TransientError(
                    f"{self._key}: the service is out of reach: {error}"
                )


def _require_fit(metadata: "KeyMetadataTypeDef", where: str) -> None:
    """Refuse a key that is not enabled, not for P-256 signatures, or was imported."""
    wanted = {
        "KeyState": "Enabled",
        "KeyUsage": "SIGN_VERIFY",
        "KeySpec": "ECC_NIST_P256",
        # EXTERNAL was imported, so that a copy exists outside; AWS_CLOUDHSM and
        # EXTERNAL_KEY_STORE hold no asymmetric keys.
        "Origin": "AWS_KMS",
    }
    for name, value in wanted.items():
        found = metadata.get(name)
        require(found == value, f"{where}: want {name} {value}, got {found}")
    require(metadata.get("Arn"), f"{where}: the service names no ARN")
