"""A channel CA and the keys of a world in which everything is genuine."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from kya.core.credential import Role
from kya.pki.channel import found_channel_ca, issue_channel, verify_channel_ca
from kya.pki.channel_builder import ChannelRequest
from kya.pki.channel_profile import CHANNEL_SECONDS_MAX
from kya.pki.identity import SpiffeId
from kya.pki.issuance import IssuingRequest
from kya.pki.keys import KeyAlgorithm
from tests.pki import world as pki

CHANNEL_KEY: Final = pki.seeded(20, KeyAlgorithm.P256)
_TLS_KEY: Final = pki.seeded(21, KeyAlgorithm.P256)


def _channel_ca() -> bytes:
    basics = replace(
        pki.issuing_request().basics,
        public_key=CHANNEL_KEY.public_key(),
        serial=0xC000000000000001,
    )
    request = IssuingRequest(
        basics=basics,
        common_name="Kakunin Channel CA",
        trust_domain=pki.DOMAIN,
        crl_url=pki.ROOT_CRL,
    )
    return found_channel_ca(request, pki.world().root, pki.ROOT_KEY)


_CHANNEL_CA: Final = _channel_ca()
ANCHOR: Final = verify_channel_ca(_CHANNEL_CA, pki.world().root, pki.NOON)


def a_channel(role: Role, *hosts: str) -> bytes:
    """A channel certificate that holds at noon."""
    basics = replace(
        pki.leaf_request().basics,
        public_key=_TLS_KEY.public_key(),
        not_before=pki.NOON,
        not_after=pki.NOON.plus(seconds=CHANNEL_SECONDS_MAX),
    )
    name = "gateway" if hosts else "algo_trader_v2"
    request = ChannelRequest(
        basics=basics,
        identity=SpiffeId(trust_domain=pki.DOMAIN, role=role, name=name),
        binding=sha256(pki.world().agent).hexdigest(),
        hosts=hosts,
    )
    return issue_channel(request, _CHANNEL_CA, CHANNEL_KEY)
