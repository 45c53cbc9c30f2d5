"""What an agent's host must know of an installation: `office.json`."""

import json
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext

from kya.adapters.channel_tls import client_context
from kya.agent.enrolment import RemoteOffice
from kya.core.errors import InputError
from kya.pki.pem import CERTIFICATE, from_pem, to_pem
from kya.wiring.agent_host import DeskAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """What an agent's host must know: the office, the gateway, and the gateway's key.

    `anchor` is the channel CA in DER where TLS is spoken, else None.
    """

    office: str
    url: str
    gateway: str
    channel: str | None
    anchor: bytes | None

    @classmethod
    def read(cls, path: Path) -> "Directions":
        """Return what `office.json` says; InputError for any other file."""
        try:
            facts = json.loads(path.read_text())
            anchor = facts["ca"]
            return cls(
                office=str(facts["office"]),
                url=str(facts["url"]),
                gateway=str(facts["gateway"]),
                channel=None if facts["channel"] is None else str(facts["channel"]),
                anchor=None
                if anchor is None
                else from_pem(CERTIFICATE, anchor.encode()),
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: want the office.json of `kya office`") from error

    def render(self) -> str:
        """Return the file's text."""
        pem = None if self.anchor is None else to_pem(CERTIFICATE, self.anchor).decode()
        facts = {
            "ca": pem,
            "channel": self.channel,
            "gateway": self.gateway,
            "office": self.office,
            "url": self.url,
        }
        return json.dumps(facts, indent=2) + "\n"

    def remote(self) -> RemoteOffice:
        """Return the office, over TLS where it speaks it."""
        return RemoteOffice(url=self.office, context=self._context())

    def desk(self) -> DeskAddress | None:
        """Return where channel certificates are issued, if they are needed."""
        if self.channel is None or self.anchor is None:
            return None
        return DeskAddress(url=self.channel, anchor=self.anchor)

    def _context(self) -> SSLContext | None:
        """Return a context that trusts the channel CA, and nothing else."""
        return None if self.anchor is None else client_context(self.anchor)
