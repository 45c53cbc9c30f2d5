"""Keys in a hardware security module, smart card or token, through PKCS #11.

Trusted with: the key, which stays inside. What the token says of it is read and
checked at every opening; that the token tells the truth is asserted, not attested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256, sha384
from pathlib import Path
from typing import Final, Self, TypeVar

from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    ObjectClass,
    PKCS11Error,
    Session,
    exceptions,
)
from pkcs11 import PrivateKey as TokenPrivateKey
from pkcs11 import PublicKey as TokenPublicKey
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from kya.adapters.kms_pkcs11_token import Login, fault_at, on_the_thread
from kya.adapters.kms_service import der_signature, in_use, key_of_kind, require
from kya.core.errors import DistrustError, InputError
from kya.pki.keys import KeyAlgorithm
from kya.pki.signer import Assurance, Custody, Exportable

_Found = TypeVar("_Found", TokenPrivateKey, TokenPublicKey)

# What the token must say of the private key (PKCS #11 v3.1 §4.9). Born inside, never
# outside, and made for signatures alone: a key that also derives can be asked for
# shared secrets, and DERIVE is on unless one turns it off.
_WANTED: Final = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.LOCAL: True,
    Attribute.SENSITIVE: True,
    Attribute.ALWAYS_SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.NEVER_EXTRACTABLE: True,
    Attribute.SIGN: True,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
    Attribute.DERIVE: False,
}

# Said in full, since what a library fills in by itself differs from one to another.
_PRIVATE_TEMPLATE: Final = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.SIGN: True,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
    Attribute.DERIVE: False,
}
_PUBLIC_TEMPLATE: Final = {
    Attribute.VERIFY: True,
    Attribute.ENCRYPT: False,
    Attribute.WRAP: False,
    Attribute.DERIVE: False,
}


_CURVES: Final = {KeyAlgorithm.P256: "secp256r1", KeyAlgorithm.P384: "secp384r1"}
_HASHES: Final = {KeyAlgorithm.P256: sha256, KeyAlgorithm.P384: sha384}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """Which key: the library, the label of the token, the label of the key in it.

    P-256, or P-384 for a root.
    """

    module: Path
    token: str
    label: str
    algorithm: KeyAlgorithm = KeyAlgorithm.P256

    def __post_init__(self) -> None:
        """Refuse a kind of key that tokens are not asked for here."""
        require(self.algorithm in _CURVES, f"{self}: want P-256 or P-384")

    def __str__(self) -> str:
        return f"key {self.label!r} in token {self.token!r}"


class Pkcs11Signer:
    """A key that no call can read, under the public key that it had when opened.

    `public_key` and `describe` answer from memory; `sign` waits its turn.
    """

    __slots__ = ("_handle", "_key", "_login", "_openings", "_public")

    def __init__(self, key: TokenKey, login: Login) -> None:
        """Find the key in the token; use `open` or `generate`."""
        self._key = key
        self._login = login
        self._public, self._handle = _examined(login.session(), key)
        self._openings = login.openings

    @classmethod
    def open(cls, key: TokenKey, pin: str) -> Self:
        """Return the signer of a key in the token; InputError if it could be copied."""
        return on_the_thread(lambda: cls._opened(key, pin, _leave))

    @classmethod
    def generate(cls, key: TokenKey, pin: str) -> Self:
        """Return a new key's signer; InputError if the token has that label already."""
        return on_the_thread(lambda: cls._opened(key, pin, _generate))

    def public_key(self) -> bytes:
        """Return the SubjectPublicKeyInfo DER, as it was when the key was opened."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return a signature; TransientError if the token is away, locked or silent."""
        # CKM_ECDSA takes the digest: not every token knows CKM_ECDSA_SHA256.
        algorithm = self._key.algorithm
        digest = _HASHES[algorithm](message).digest()
        with in_use():
            raw = on_the_thread(lambda: self._signed(digest))
        return der_signature(raw, str(self._key), algorithm)

    def describe(self) -> Custody:
        """Return that the token says the key has never been, nor can be, outside."""
        return Custody(
            backend="pkcs11", assurance=Assurance.ASSERTED, exportable=Exportable.NO
        )

    @classmethod
    def _opened(
        cls, key: TokenKey, pin: str, prepare: Callable[[Login, TokenKey], None]
    ) -> Self:
        """Return the signer of the key that is there once the token was prepared."""
        try:
            login = Login.to(key.module, key.token, pin)
            prepare(login, key)
            return cls(key, login)
        except PKCS11Error as fault:
            raise fault_at(str(key), fault) from fault

    def _signed(self, digest: bytes) -> bytes:
        """Return r and s; after a fault the session is given up."""
        try:
            return self._private().sign(digest, mechanism=Mechanism.ECDSA)
        except PKCS11Error as fault:
            self._login.lose()
            raise fault_at(str(self._key), fault) from fault

    def _private(self) -> SignMixin:
        """Return the key's handle, found and examined again in each new session."""
        session = self._login.session()
        if self._openings != self._login.openings:
            public, handle = _examined(session, self._key)
            if public != self._public:
                raise DistrustError(f"{self._key}: came back as another key")
            self._handle, self._openings = handle, self._login.openings
        return self._handle


def _examined(session: Session, key: TokenKey) -> tuple[bytes, SignMixin]:
    """Return public key and handle; InputError unless the key is all that we want."""
    private = _the_only(session, key, ObjectClass.PRIVATE_KEY, TokenPrivateKey)
    for attribute, wanted in _WANTED.items():
        found = _read(private, attribute)
        require(
            found is wanted,
            f"{key}: want {attribute.name} {wanted}, got {found};"
            " have the token generate a key for signing alone",
        )
    public = _the_only(session, key, ObjectClass.PUBLIC_KEY, TokenPublicKey)
    for half in (private, public):
        require(half.key_type is KeyType.EC, f"{key}: want EC, got {half.key_type}")
    if not isinstance(private, SignMixin):
        raise InputError(f"{key}: cannot sign")
    spki = encode_ec_public_key(public)
    return key_of_kind(spki, key.algorithm, str(key)).spki, private


def _read(private: TokenPrivateKey, attribute: Attribute) -> object:
    """Return what the token says, or None if it says nothing."""
    try:
        return private[attribute]
    except exceptions.AttributeTypeInvalid:
        return None


def _the_only(
    session: Session, key: TokenKey, kind: ObjectClass, wanted: type[_Found]
) -> _Found:
    """Return the one object of this kind and label; InputError for none or several."""
    template = {Attribute.CLASS: kind, Attribute.LABEL: key.label}
    found = list(session.get_objects(template))
    if len(found) != 1 or not isinstance(found[0], wanted):
        raise InputError(f"{key}: want one {kind.name} of this label, got {len(found)}")
    return found[0]


def _leave(login: Login, key: TokenKey) -> None:
    """Add nothing to the token."""


def _generate(login: Login, key: TokenKey) -> None:
    """Store a new pair under a label that is free."""
    named = encode_named_curve_parameters(_CURVES[key.algorithm])
    curve = {Attribute.EC_PARAMS: named}
    with login.writing() as session:
        if list(session.get_objects({Attribute.LABEL: key.label})):
            raise InputError(f"{key}: exists already; a key is never overwritten")
        pair = session.create_domain_parameters(KeyType.EC, curve, local=True)
        pair.generate_keypair(
            store=True,
            label=key.label,
            public_template=_PUBLIC_TEMPLATE,
            private_template=_PRIVATE_TEMPLATE,
        )
