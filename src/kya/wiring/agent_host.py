"""The agent's host: the directory that holds the bot's key and certificate.

<dir>/keys/agent.pem      the identity key (development custody)
<dir>/keys/agent-new.pem  one that has no certificate yet
<dir>/certificate.pem     the certificate issued for it
<dir>/agent.json          agent, gateway URL, and the gateway's public note key
<dir>/gateway-ca.pem      with TLS: what the gateway's own certificate is under
<dir>/journal             seq and prev, kept by the client
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kya.adapters.channel_tls import ChannelEnd, client_context
from kya.agent.channel import Channel, ChannelDesk
from kya.agent.link import Link
from kya.codec.note import VerifierKey
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, from_pem, to_pem
from kya.pki.signer import Signer
from kya.wiring.key_reference import Reference
from kya.wiring.keys import KeyCabinet

_KEY: Final = "agent"
_NEW_KEY: Final = "agent-new"
_ANCHOR: Final = "gateway-ca.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAddress:
    """Where channel certificates are issued, and the CA above the gateway's own."""

    url: str
    anchor: bytes


@dataclass(frozen=True, slots=True)
class AgentHost:
    """One agent's directory."""

    directory: Path

    def new_key(self, reference: Reference | None = None) -> Signer:
        """Return the signer of a new key, made here or kept elsewhere.

        The key in use stays in use until `store` brings the new one's certificate.
        """
        cabinet = KeyCabinet(self.directory / "keys")
        cabinet.prepare()
        if cabinet.has(_NEW_KEY):
            cabinet.retire(_NEW_KEY)
        if reference is None:
            return cabinet.create(_NEW_KEY, KeyAlgorithm.P256)
        return cabinet.adopt(_NEW_KEY, reference)

    def signer(self) -> Signer:
        """Return the signer of the agent's key; InputError before it is certified."""
        return KeyCabinet(self.directory / "keys").open(_KEY)

    def store(
        self,
        agent: str,
        certificate: bytes,
        url: str,
        gateway: str,
        desk: DeskAddress | None = None,
    ) -> None:
        """Keep what the bot needs to trade: certificate, address, gateway's key.

        A new key takes the place of the one in use, which is kept aside.
        """
        cabinet = KeyCabinet(self.directory / "keys")
        if cabinet.has(_NEW_KEY):
            if cabinet.has(_KEY):
                cabinet.retire(_KEY)
            cabinet.rename(_NEW_KEY, _KEY)
        pem = to_pem(CERTIFICATE, certificate)
        (self.directory / "certificate.pem").write_bytes(pem)
        facts = {"agent": agent, "gateway": gateway, "url": url}
        if desk is not None:
            facts["channel"] = desk.url
            anchor = to_pem(CERTIFICATE, desk.anchor)
            (self.directory / _ANCHOR).write_bytes(anchor)
        (self.directory / "agent.json").write_text(json.dumps(facts, indent=2) + "\n")

    def link(self, clock: Callable[[], Instant]) -> Link:
        """Return the way to the gateway, over TLS where the gateway speaks it.

        Channel certificates are asked for as they are needed, under the identity that
        is stored here now.
        """
        facts = self.facts()
        key = VerifierKey.parse(facts["gateway"])
        if "channel" not in facts:
            return Link(url=facts["url"], gateway=key)
        pem = (self.directory / "certificate.pem").read_bytes()
        anchor = from_pem(CERTIFICATE, (self.directory / _ANCHOR).read_bytes())
        secure = facts["channel"].startswith("https:")
        channel = Channel(
            sha256(from_pem(CERTIFICATE, pem)).hexdigest(),
            NoteSigner(facts["agent"], self.signer()),
            clock,
            ChannelEnd.of_client(anchor),
            ChannelDesk(
                url=facts["channel"],
                context=client_context(anchor) if secure else None,
            ),
        )
        return Link(url=facts["url"], gateway=key, channel=channel)

    def facts(self) -> dict[str, str]:
        """Return what `store` kept beside the certificate."""
        path = self.directory / "agent.json"
        try:
            facts = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            msg = f"{path}: want the directory that `kya agent enrol` made"
            raise InputError(msg) from error
        return {key: str(value) for key, value in facts.items()}
