"""The authority's own channel: its desk asks for a certificate as every agent does."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kya.adapters.channel_tls import ChannelEnd, client_context
from kya.adapters.clock import SystemClock
from kya.agent.channel import Channel, ChannelDesk
from kya.wiring.installation import AUTHORITY, open_installation
from kya.wiring.tls import anchor_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The authority at this machine's gateway; `url` is where channels are issued."""

    channel: Channel
    url: str

    @property
    def headers(self) -> dict[str, str]:
        """What a proxy would say of this connection, where there is none (RFC 9440)."""
        if self.url.startswith("https:"):
            return {}
        encoded = b64encode(self.channel.certificate).decode("ascii")
        return {"client-cert": f":{encoded}:"}


def office_at(data: Path, desk_url: str) -> Office:
    """Return the authority of this directory, which asks for certificates there."""
    opened, clock = open_installation(data), SystemClock()
    anchor = anchor_of(opened, clock.now())
    channel = Channel(
        sha256(opened.certificate(AUTHORITY)).hexdigest(),
        opened.note_signer(AUTHORITY),
        clock.now,
        ChannelEnd.of_client(anchor.der),
        ChannelDesk(url=desk_url, context=client_context(anchor.der)),
    )
    return Office(channel=channel, url=desk_url)
