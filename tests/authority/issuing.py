"""A channel issuer at work in the small world, and requests that it may refuse."""

from dataclasses import dataclass, field, replace

import pytest

from kya.authority.ceremony import ISSUER_SECONDS, Validity
from kya.authority.channel import (
    ChannelCa,
    ChannelIssuer,
    ChannelRefusedError,
    found_channel_ca,
)
from kya.authority.nonces import Nonces
from kya.codec.channels import ChannelRequest, render_channel_request
from kya.core.instant import Instant
from kya.pki.channel import verify_channel_ca
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, sign_note
from tests.world import AGENT, FOUNDED, INSTALLATION, MORNING, World, signer_for

TLS_KEY = signer_for("tls").public_key()


def counted(count: int = 0) -> "Nonces":
    """Nonces whose chance is a counter."""
    numbers = iter(range(count, 10_000))
    return Nonces(lambda size: next(numbers).to_bytes(size))


@dataclass
class Issuing:
    """An issuer at work, and an agent that asks."""

    world: World = field(default_factory=World)
    now: Instant = MORNING
    nonces: Nonces = field(default_factory=counted)

    def __post_init__(self) -> None:
        key = signer_for("channel")
        certificate = found_channel_ca(
            self.world.root,
            signer_for("root", KeyAlgorithm.P384),
            key.public_key(),
            INSTALLATION,
            Validity.lasting(2**64 + 99, FOUNDED, ISSUER_SECONDS),
        )
        self.anchor = verify_channel_ca(certificate, self.world.root, MORNING)
        ca = ChannelCa(installation=INSTALLATION, certificate=certificate, signer=key)
        serials = iter(range(2**64 + 100, 2**64 + 10_000))
        self.issuer = ChannelIssuer(
            ca, self.nonces, lambda: self.now, lambda: next(serials)
        )

    def request(self, **changes: object) -> ChannelRequest:
        """A valid request, changed as told."""
        request = ChannelRequest(
            holder=AGENT,
            credential=self.world.credential,
            key=TLS_KEY,
            nonce=self.issuer.nonce(),
            at=self.now,
        )
        return replace(request, **changes)  # type: ignore[arg-type]

    def certify(
        self, request: ChannelRequest | None = None, *signers: NoteSigner
    ) -> bytes:
        """The issuer's answer to the request, signed by the agent unless told."""
        line = render_channel_request(request or self.request())
        note = sign_note(line, *(signers or (self.world.agent,)))
        return self.issuer.certify(note.render(), self.world.state)

    def rule(self, request: ChannelRequest, *signers: NoteSigner) -> str:
        """The rule that the request breaks."""
        with pytest.raises(ChannelRefusedError) as refused:
            self.certify(request, *signers)
        return refused.value.rule
