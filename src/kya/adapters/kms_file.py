"""Keys in encrypted PKCS#8 PEM files: custody for development, not for trading.

Trusted with: the private key, while this process runs. Whoever has the file and the
passphrase has the key, so its custody is declared exportable software.
"""

import os
from pathlib import Path
from typing import Final, Self, assert_never

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import ObjectIdentifier

from kya.adapters.randomness import was_drawn
from kya.core.errors import InputError, TransientError
from kya.pki import der
from kya.pki.keys import KeyAlgorithm, PublicKey, ecdsa_of
from kya.pki.pem import to_pem
from kya.pki.signer import Assurance, Custody, Exportable

_PRIVATE_MODE: Final = 0o600
_FILE_BYTES_MAX: Final = 16_384  # A P-384 key takes about 500; more is not a key file.
_LABEL: Final = "ENCRYPTED PRIVATE KEY"  # RFC 7468 §11

# Words get what `openssl pkcs8 -scrypt` uses: 16 MiB, about 50 ms a guess (RFC 7914).
# The library's own choice for PKCS#8 is PBKDF2 with 2,048 rounds, which is far too few.
# Nobody guesses 256 random bits, however quick a guess is.
_SCRYPT_N: Final = 1 << 14
_SCRYPT_N_DRAWN: Final = 2
_SCRYPT_R: Final = 8
_SCRYPT_P: Final = 1
_SALT_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
_CIPHER_KEY_BYTES: Final = 32

_PBES2: Final = ObjectIdentifier("1.2.840.113549.1.5.13")
_SCRYPT: Final = ObjectIdentifier("1.3.6.1.4.1.11591.4.11")
_AES_256_CBC: Final = ObjectIdentifier("2.16.840.1.101.3.4.1.42")

_PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class FileSigner:
    """A key read once from its file and then held in memory."""

    __slots__ = ("_key", "_public")

    def __init__(self, key: _PrivateKey) -> None:
        """Hold the key; use `create` or `open`."""
        self._key = key
        self._public = PublicKey.of(key.public_key())

    @classmethod
    def create(cls, path: Path, passphrase: bytes, algorithm: KeyAlgorithm) -> Self:
        """Return a new key's signer once its file is durable; overwrite none."""
        _require_passphrase(passphrase)
        key = _generate(algorithm)
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        _store_new(path, to_pem(_LABEL, _encrypted(plain, passphrase)))
        return cls(key)

    @classmethod
    def open(cls, path: Path, passphrase: bytes) -> Self:
        """Return the signer of an existing file; InputError for a wrong passphrase."""
        _require_passphrase(passphrase)
        pem = _read(path)
        if not pem.startswith(f"-----BEGIN {_LABEL}-----\n".encode()):
            raise InputError(f"key file {path}: want an encrypted PKCS#8 PEM file")
        try:
            key = load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InputError(
                f"key file {path}: wrong passphrase, or not a key of ours"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise InputError(f"key file {path}: want P-256, P-384 or Ed25519")
        return cls(key)

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER."""
        return self._public.spki

    def sign(self, message: bytes) -> bytes:
        """Return a signature over the message."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        return self._key.sign(message, ecdsa_of(self._public.algorithm))

    def describe(self) -> Custody:
        """Return that the key is software and can be copied."""
        return Custody(
            backend="file", assurance=Assurance.SOFTWARE, exportable=Exportable.YES
        )


def _require_passphrase(passphrase: bytes) -> None:
    """Refuse to keep a key under no passphrase at all."""
    if not passphrase:
        raise InputError("key file: want a passphrase that is not empty")


def _generate(algorithm: KeyAlgorithm) -> _PrivateKey:
    """Return a fresh key of this kind."""
    match algorithm:
        case KeyAlgorithm.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyAlgorithm.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case _ as never:
            assert_never(never)


def _encrypted(plain: bytes, passphrase: bytes) -> bytes:
    """Return EncryptedPrivateKeyInfo DER: AES-256-CBC under scrypt (RFC 8018)."""
    n = _SCRYPT_N_DRAWN if was_drawn(passphrase) else _SCRYPT_N
    salt, iv = os.urandom(_SALT_BYTES), os.urandom(_BLOCK_BYTES)
    kdf = Scrypt(salt, length=_CIPHER_KEY_BYTES, n=n, r=_SCRYPT_R, p=_SCRYPT_P)
    padder = PKCS7(_BLOCK_BYTES * 8).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(AES256(kdf.derive(passphrase)), CBC(iv)).encryptor()
    scrypt = der.sequence(
        der.object_identifier(_SCRYPT),
        der.sequence(
            der.encode(der.OCTET_STRING, salt),
            *map(der.integer, (n, _SCRYPT_R, _SCRYPT_P)),
        ),
    )
    aes = der.sequence(
        der.object_identifier(_AES_256_CBC), der.encode(der.OCTET_STRING, iv)
    )
    pbes2 = der.sequence(der.object_identifier(_PBES2), der.sequence(scrypt, aes))
    sealed = cipher.update(padded) + cipher.finalize()
    return der.sequence(pbes2, der.encode(der.OCTET_STRING, sealed))


def _read(path: Path) -> bytes:
    """Return the file's bytes; InputError if it is missing, else TransientError."""
    try:
        with path.open("rb") as file:
            pem = file.read(_FILE_BYTES_MAX + 1)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputError(f"key file {path}: no such file") from error
    except OSError as error:
        raise TransientError(
            f"key file {path}: cannot be read: {error.strerror}"
        ) from error
    if len(pem) > _FILE_BYTES_MAX:
        raise InputError(f"key file {path}: larger than {_FILE_BYTES_MAX} bytes")
    return pem


def _store_new(path: Path, pem: bytes) -> None:
    """Make the file durable under its name, whole or not at all; replace none."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        try:
            _write_private(draft, pem)
            path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
        # Commit point: after this sync a crash leaves the complete key file.
        _sync_directory(path.parent)
    except FileExistsError as error:
        raise InputError(
            f"key file {path}: exists already; a key is never overwritten"
        ) from error
    except OSError as error:
        raise TransientError(
            f"key file {path}: cannot be written: {error.strerror}"
        ) from error


def _write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, and sync it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
