"""Mandates, certificates and their standings, once more by plain reading.

Signatures and chains are believed as they stand: re-execution looks at them.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_enrolments import PlainEnrolments
from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import (
    PEOPLE_MIN,
    PlainAgent,
    PlainCertificate,
    signers_in,
)

POWER_KINDS: Final = frozenset(
    {
        "kya/mandate/v1",
        "kya/registration/v1",
        "kya/certificate/v1",
        "kya/schedule/v1",
        "kya/standing/v1",
    }
)
_STANDING: Final = {
    "suspend": "suspended",
    "revoke": "revoked",
    "reinstate": "active",
}

Wrong = tuple[int, str]
"""The question that an objection speaks to, and the sentence."""


@dataclass(slots=True)
class PlainCertificates:
    """The agents' certificates by the digest of their bytes."""

    by_digest: dict[str, PlainCertificate] = field(
        default_factory=dict[str, PlainCertificate]
    )
    _mandates: dict[str, Fields] = field(default_factory=dict[str, Fields])
    _enrolments: PlainEnrolments = field(default_factory=PlainEnrolments)

    def take(
        self, said: Fields, bytes_: tuple[bytes, bytes], agents: dict[str, PlainAgent]
    ) -> Iterator[Wrong]:
        """Follow who may do what; `bytes_` are the statement's line and its entry."""
        kind, (line, raw) = said["_type"], bytes_
        if kind == "kya/mandate/v1":
            self._mandates[sha256(line).hexdigest()] = said
        elif kind == "kya/registration/v1":
            for sentence in self._enrolments.register(said, line, raw):
                yield 1, sentence
        elif kind == "kya/certificate/v1":
            yield from self._take_certificate(said, agents)
        elif kind == "kya/schedule/v1":
            certificate = self.by_digest.get(said["credential"])
            if certificate is not None:
                certificate.revoked_from = said["due"]
        else:
            yield from self._take_standing(said, raw)

    def end(self, revoked: Mapping[str, str]) -> None:
        """Let certificates end from the instants on that people have said."""
        for digest, at in revoked.items():
            self.by_digest[digest].revoked_from = at

    def _take_certificate(
        self, said: Fields, agents: dict[str, PlainAgent]
    ) -> Iterator[Wrong]:
        """Find mandate and scope in the bytes of an agent's certificate."""
        der = b64decode(said["certificate"], validate=True)
        if b"/agent/" not in der:
            return
        for digest, mandate in self._mandates.items():
            uri = f"/agent/{mandate['agent']}".encode()
            if bytes.fromhex(digest) in der and uri in der:
                break
        else:
            yield 3, "an agent's certificate, but no mandate before it"
            return
        for sentence in self._enrolments.use_up(said, mandate["agent"], digest):
            yield 1, sentence
        scope = json.dumps(mandate["scope"], sort_keys=True, separators=(",", ":"))
        if scope.encode() not in der:
            yield 3, "the certificate's scope is not the mandate's"
        if said["custody"].encode() not in der:
            yield 1, "the certificate says another custody of its key"
        agents.setdefault(mandate["agent"], PlainAgent()).goes_on()
        self.by_digest[sha256(der).hexdigest()] = PlainCertificate(
            mandate["agent"],
            mandate["scope"],
            policy=mandate.get("incidents"),
            grace_seconds=mandate["grace_seconds"],
        )

    def _take_standing(self, said: Fields, raw: bytes) -> Iterator[Wrong]:
        """Follow an act upon a certificate; two names lift a suspension."""
        if said["act"] == "reinstate" and len(signers_in(raw)) < PEOPLE_MIN:
            yield 1, "reinstated by less than two people"
        certificate = self.by_digest.get(said["credential"])
        if certificate is None:
            return
        if said["act"] == "reinstate" and said["at"] <= certificate.since:
            yield 1, "reinstated before it was suspended"
        certificate.standing = _STANDING[said["act"]]
        certificate.since = said["at"]
