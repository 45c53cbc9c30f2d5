"""Certificates as the rules know them: a credential with its grant, if it has one."""

from functools import lru_cache
from hashlib import sha256

from kya.codec.scopes import parse_scope
from kya.core.credential import Credential, Grant, Role, Standing
from kya.pki import certificate as x509
from kya.pki.scope_extension import AgentScope


@lru_cache(maxsize=4096)
def credential_of(encoded: bytes) -> Credential:
    """Return what a leaf certificate in DER says of its holder, or MalformedError.

    Nothing is believed by this: see `kya.pki.path` for the chain.
    """
    certificate = x509.parse_certificate(encoded)
    identity = x509.identity_of(certificate)
    scope = x509.scope_of(certificate)
    return Credential(
        digest=sha256(encoded).hexdigest(),
        role=Role(identity.role.value),
        name=identity.name,
        serial=certificate.serial_number,
        spki=x509.public_key_of(certificate).spki,
        not_before=x509.not_before(certificate),
        not_after=x509.not_after(certificate),
        standing=Standing.ACTIVE,
        since=x509.not_before(certificate),
        grant=None if scope is None else _grant_of(scope),
    )


def _grant_of(scope: AgentScope) -> Grant:
    """Return the scope and the mandate that a scope extension names."""
    return Grant(
        mandate=scope.mandate_hash.hex(),
        scope=parse_scope(scope.policy),
        scope_digest=scope.policy_hash.hex(),
    )
