"""The agent's host: the directory that holds the bot's key and certificate.

<dir>/keys/agent.pem      the identity key (development custody)
<dir>/keys/agent-new.pem  one that has no certificate yet
<dir>/certificate.pem     the certificate issued for it
<dir>/agent.json          agent, gateway URL, and the gateway's public note key
<dir>/journal             seq and prev, kept by the client
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kya.core.errors import InputError
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import CERTIFICATE, to_pem
from kya.pki.request import make_request
from kya.pki.signer import Signer
from kya.wiring.desk import Proof
from kya.wiring.keys import KeyCabinet

_KEY: Final = "agent"
_NEW_KEY: Final = "agent-new"


@dataclass(frozen=True, slots=True)
class AgentHost:
    """One agent's directory."""

    directory: Path

    def new_key(self) -> Proof:
        """Return the proof of possession of a new key.

        The key in use stays in use until `store` brings the new one's certificate.
        """
        cabinet = KeyCabinet(self.directory / "keys")
        cabinet.prepare()
        if cabinet.has(_NEW_KEY):
            cabinet.retire(_NEW_KEY)
        signer = cabinet.create(_NEW_KEY, KeyAlgorithm.P256)
        return Proof(request=make_request(signer), custody=signer.describe())

    def signer(self) -> Signer:
        """Return the signer of the agent's key; InputError before it is certified."""
        return KeyCabinet(self.directory / "keys").open(_KEY)

    def store(self, agent: str, certificate: bytes, url: str, gateway: str) -> None:
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
        (self.directory / "agent.json").write_text(json.dumps(facts, indent=2) + "\n")

    def facts(self) -> dict[str, str]:
        """Return what `store` kept beside the certificate."""
        path = self.directory / "agent.json"
        try:
            facts = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            msg = f"{path}: want the directory that `kya agent enrol` made"
            raise InputError(msg) from error
        return {key: str(value) for key, value in facts.items()}
