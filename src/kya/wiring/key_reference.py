"""A key that lives elsewhere: the file that says where, and the signer it leads to.

    backend = "aws-kms"
    key_id = "alias/algo-trader"
    region = "eu-west-1"

No secret stands in it: PIN and token are read from files of their own. A back end's
library is loaded only when a key of it is opened (docs/how-to/keep-keys.md).
"""

from pathlib import Path
from typing import assert_never

import msgspec
from msgspec.structs import replace

from kya.adapters.kms_file import FileSigner
from kya.core.errors import DistrustError, InputError
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.signer import Disableable, Signer


class _Reference(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="backend",
): ...


class FileReference(_Reference, frozen=True, kw_only=True, tag="file"):
    """A key in an encrypted file; `generate` has it made when it is first opened."""

    path: str
    passphrase_file: str
    generate: bool = False


class Pkcs11Reference(_Reference, frozen=True, kw_only=True, tag="pkcs11"):
    """A key in a token, by labels; `generate` has the token make it when adopted."""

    module: str
    token: str
    label: str
    pin_file: str
    generate: bool = False


class AwsReference(_Reference, frozen=True, kw_only=True, tag="aws-kms"):
    """A key of AWS KMS; credentials are those of the environment."""

    key_id: str
    region: str
    endpoint: str | None = None


class GcpReference(_Reference, frozen=True, kw_only=True, tag="gcp-kms"):
    """A key version of Google Cloud KMS; credentials are those of the environment."""

    name: str


class AzureReference(_Reference, frozen=True, kw_only=True, tag="azure-key-vault"):
    """A key of Azure Key Vault; the credential is that of the environment."""

    vault: str
    name: str
    version: str | None = None


class VaultReference(_Reference, frozen=True, kw_only=True, tag="vault-transit"):
    """A key of Vault's or OpenBao's transit engine."""

    url: str
    name: str
    token_file: str
    version: int | None = None
    mount_point: str = "transit"


Reference = (
    FileReference
    | Pkcs11Reference
    | AwsReference
    | GcpReference
    | AzureReference
    | VaultReference
)


def read_reference(raw: bytes, what: str) -> Reference:
    """Return what the TOML says; InputError names the unknown or missing key."""
    try:
        reference: Reference = msgspec.toml.decode(raw, type=Reference)
        return reference
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{what}: {error}") from error


def made_before(reference: Reference) -> Reference:
    """Return the reference of a key that is there, so that none is made."""
    if isinstance(reference, FileReference | Pkcs11Reference):
        return replace(reference, generate=False)
    return reference


def open_reference(
    reference: Reference, algorithm: KeyAlgorithm = KeyAlgorithm.P256
) -> Signer:
    """Return the signer of the key; InputError if the key is not fit or not there."""
    signer = _opened(reference, algorithm)
    found = PublicKey(signer.public_key()).algorithm
    if found is not algorithm:
        raise InputError(f"key: want {algorithm.value}, got {found.value}")
    return signer


def _opened(reference: Reference, algorithm: KeyAlgorithm) -> Signer:
    """Return the signer by the back end that the reference names."""
    try:
        match reference:
            case FileReference():
                return _file(reference, algorithm)
            case Pkcs11Reference():
                return _pkcs11(reference, algorithm)
            case AwsReference():
                return _aws(reference)
            case GcpReference():
                return _gcp(reference)
            case AzureReference():
                return _azure(reference)
            case VaultReference():
                return _vault(reference)
            case _ as never:
                assert_never(never)
    except ModuleNotFoundError as error:
        extra = type(reference).__name__.removesuffix("Reference").lower()
        raise InputError(
            f"key: {error.name} is not installed; want kya[{extra}]"
        ) from error


def disable_key(reference: Reference, spki: bytes) -> None:
    """Put the key out of use where it lives, if it is this one.

    InputError where the back end has no such act, DistrustError for another key,
    TransientError if the back end does not say that it is done.
    """
    match reference:
        case Pkcs11Reference():
            raise InputError(
                "PKCS #11 can destroy a key and not disable it; want the token's own"
                " tools, once nobody needs the key as evidence"
            )
        case VaultReference():
            raise InputError(
                "the transit engine can delete a key and not disable it; want the"
                " agent's token revoked, or its policy without `sign`"
            )
        case _:
            signer = open_reference(made_before(reference))
    if signer.public_key() != spki:
        raise DistrustError("it is another key than the certificate's; it is in use")
    if not isinstance(signer, Disableable):
        raise InputError(f"{signer.describe().backend} has no act that disables a key")
    signer.disable()


def _file(reference: FileReference, algorithm: KeyAlgorithm) -> Signer:
    """Return the signer of a key in a file, made there if that is asked for."""
    path, passphrase = Path(reference.path), _secret(reference.passphrase_file).encode()
    if reference.generate:
        return FileSigner.create(path, passphrase, algorithm)
    return FileSigner.open(path, passphrase)


def _pkcs11(reference: Pkcs11Reference, algorithm: KeyAlgorithm) -> Signer:
    """Return the signer of a key in a token, made there if that is asked for."""
    from kya.adapters.kms_pkcs11 import Pkcs11Signer, TokenKey  # noqa: PLC0415

    key = TokenKey(
        module=Path(reference.module),
        token=reference.token,
        label=reference.label,
        algorithm=algorithm,
    )
    pin = _secret(reference.pin_file)
    if reference.generate:
        return Pkcs11Signer.generate(key, pin)
    return Pkcs11Signer.open(key, pin)


def _aws(reference: AwsReference) -> Signer:
    """Return the signer of a key of AWS KMS."""
    from kya.adapters.kms_aws import AwsKmsKey, AwsKmsSigner  # noqa: PLC0415

    return AwsKmsSigner.open(
        AwsKmsKey(
            key_id=reference.key_id,
            region=reference.region,
            endpoint=reference.endpoint,
        )
    )


def _gcp(reference: GcpReference) -> Signer:
    """Return the signer of a key of Google Cloud KMS."""
    from kya.adapters.kms_gcp import GcpKmsKey, GcpKmsSigner  # noqa: PLC0415

    return GcpKmsSigner.open(GcpKmsKey(name=reference.name))


def _azure(reference: AzureReference) -> Signer:
    """Return the signer of a key of Azure Key Vault."""
    from kya.adapters.kms_azure import AzureKey, AzureKeySigner  # noqa: PLC0415

    return AzureKeySigner.open(
        AzureKey(vault=reference.vault, name=reference.name, version=reference.version)
    )


def _vault(reference: VaultReference) -> Signer:
    """Return the signer of a key of the transit engine."""
    from kya.adapters.kms_vault import TransitKey, VaultTransitSigner  # noqa: PLC0415

    key = TransitKey(
        url=reference.url,
        name=reference.name,
        version=reference.version,
        mount_point=reference.mount_point,
    )
    return VaultTransitSigner.open(key, _secret(reference.token_file))


def _secret(path: str) -> str:
    """Return what a secret's own file holds, without the line feed at its end."""
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
