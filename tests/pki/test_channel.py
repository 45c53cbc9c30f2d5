import subprocess
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.pki.certificate import parse_certificate
from kya.pki.channel import (
    found_channel_ca,
    issue_channel,
    verify_channel,
    verify_channel_ca,
)
from kya.pki.channel_builder import ChannelRequest
from kya.pki.channel_profile import CHANNEL_SECONDS_MAX
from kya.pki.channel_rules import CHANNEL_RULES, Host
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.issuance import Basics, IssuingRequest, issue, prepare
from kya.pki.keys import KeyAlgorithm
from kya.pki.lint import lint
from kya.pki.oids import CERTIFICATE_POLICY, CHANNEL_POLICY
from kya.pki.path import verify_chain
from kya.pki.pem import CERTIFICATE, to_pem
from tests.pki.world import (
    CA_KEY,
    DOMAIN,
    NOON,
    OPERATOR,
    ROOT_CRL,
    ROOT_KEY,
    issuing_request,
    leaf_request,
    seeded,
    world,
)

CHANNEL_KEY = seeded(20, KeyAlgorithm.P256)
TLS_KEY = seeded(21, KeyAlgorithm.P256)
BINDING = sha256(world().agent).hexdigest()
AGENT = SpiffeId(trust_domain=DOMAIN, role=Role.AGENT, name="algo_trader_v2")
GATEWAY = SpiffeId(trust_domain=DOMAIN, role=Role.GATEWAY, name="gateway")
HOSTS: tuple[Host, ...] = ("gateway.cryptoex.example", ip_address("192.0.2.7"))


def a_channel_ca() -> bytes:
    basics = replace(
        issuing_request().basics,
        public_key=CHANNEL_KEY.public_key(),
        serial=0xC000000000000001,
    )
    request = IssuingRequest(
        basics=basics,
        common_name="Kakunin Channel CA",
        trust_domain=DOMAIN,
        crl_url=ROOT_CRL,
    )
    return found_channel_ca(request, world().root, ROOT_KEY)


CA = a_channel_ca()
ANCHOR = verify_channel_ca(CA, world().root, NOON)


def a_request(
    identity: SpiffeId = AGENT,
    *,
    seconds: int = CHANNEL_SECONDS_MAX,
    hosts: tuple[Host, ...] = (),
) -> ChannelRequest:
    basics = Basics(
        operator=OPERATOR,
        public_key=TLS_KEY.public_key(),
        serial=0xD000000000000001,
        not_before=NOON,
        not_after=NOON.plus(seconds=seconds),
    )
    return ChannelRequest(
        basics=basics, identity=identity, binding=BINDING, hosts=hosts
    )


def a_channel(request: ChannelRequest | None = None) -> bytes:
    return issue_channel(request or a_request(), CA, CHANNEL_KEY)


def test_says_whose_it_is_and_what_it_is_bound_to() -> None:
    channel = verify_channel(a_channel(), ANCHOR, NOON)
    assert channel.identity == AGENT
    assert channel.binding == BINDING
    assert channel.not_after == NOON.plus(seconds=3600)


def test_a_gateways_names_its_hosts() -> None:
    der = a_channel(a_request(GATEWAY, hosts=HOSTS))
    assert verify_channel(der, ANCHOR, NOON).identity == GATEWAY
    names = parse_certificate(der).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == [HOSTS[0]]
    assert names.value.get_values_for_type(x509.IPAddress) == [HOSTS[1]]


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (a_request(seconds=3601), "certificate lasts an hour at most"),
        (a_request(hosts=("host.example",)), "name is a peers or a gateways"),
        (a_request(GATEWAY), "name is a peers or a gateways"),
        (
            a_request(replace(AGENT, role=Role.DIRECTOR)),
            "name is a peers or a gateways",
        ),
        (
            a_request(replace(AGENT, trust_domain=TrustDomain("evil.example"))),
            "name is a peers or a gateways",
        ),
        (replace(a_request(), binding="00" * 31), "binding names an identity"),
    ],
)
def test_what_breaks_a_rule_is_not_issued(request_: ChannelRequest, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        issue_channel(request_, CA, CHANNEL_KEY)


def test_the_issuing_ca_cannot_issue_one() -> None:
    with pytest.raises(InputError, match="issuer is the channel ca"):
        issue_channel(a_request(), world().issuing, CA_KEY)


def test_another_key_than_the_cas_issues_nothing() -> None:
    with pytest.raises(DistrustError):
        issue_channel(a_request(), CA, CA_KEY)


@pytest.mark.parametrize("seconds", [-1, 3601])
def test_outside_its_hour_it_holds_no_more(seconds: int) -> None:
    with pytest.raises(DistrustError, match="certificate is valid"):
        verify_channel(a_channel(), ANCHOR, NOON.plus(seconds=seconds))


def test_an_identity_certificate_is_no_channel_certificate() -> None:
    with pytest.raises(DistrustError, match="issuer is the ca above"):
        verify_channel(world().agent, ANCHOR, NOON)


def test_the_issuing_ca_is_no_channel_ca() -> None:
    with pytest.raises(DistrustError, match="policy is of the profile"):
        verify_channel_ca(world().issuing, world().root, NOON)


def test_a_channel_ca_under_another_root_is_not_believed() -> None:
    with pytest.raises(DistrustError):
        verify_channel_ca(CA, world().issuing, NOON)


def test_the_channel_ca_ends() -> None:
    with pytest.raises(DistrustError, match="channel CA is valid"):
        verify_channel_ca(CA, world().root, NOON.plus(seconds=4 * 365 * 86_400))


def test_a_channel_certificate_signs_no_order() -> None:
    for intermediates in ([CA], [world().issuing], [world().issuing, CA]):
        with pytest.raises(DistrustError):
            verify_chain(a_channel(), intermediates, world().root, NOON)


def test_an_identity_certificate_by_the_channel_ca_signs_no_order() -> None:
    # Whoever holds the channel CA's key can make it, and nobody accepts its issuer.
    forged = issue(lint(prepare(leaf_request(), CA)), CHANNEL_KEY)
    with pytest.raises(DistrustError, match="policy is of the profile"):
        verify_chain(forged, [CA], world().root, NOON)


@given(st.data())
def test_no_changed_octet_holds(data: st.DataObject) -> None:
    der = a_channel()
    place = data.draw(st.integers(0, len(der) - 1))
    octet = data.draw(st.integers(0, 255).filter(lambda value: value != der[place]))
    with pytest.raises(DistrustError):
        verify_channel(der[:place] + bytes((octet,)) + der[place + 1 :], ANCHOR, NOON)


@given(st.binary(max_size=2048))
def test_whatever_the_bytes_are_they_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(DistrustError):
        verify_channel(raw, ANCHOR, NOON)
    with pytest.raises(DistrustError):
        verify_channel_ca(raw, world().root, NOON)


def test_an_anchor_says_whose_it_is_and_how_long() -> None:
    assert ANCHOR.trust_domain == DOMAIN
    assert ANCHOR.not_after == issuing_request().basics.not_after


def test_the_specification_names_every_rule_of_its_own() -> None:
    page = (Path(__file__).parents[2] / "spec/channel.md").read_text()
    for rule in CHANNEL_RULES:
        assert f"- {rule.__name__.replace('_', ' ')}\n" in page


def openssl(
    tmp_path: Path, leaf: bytes, *options: str
) -> "subprocess.CompletedProcess[str]":
    for name, der in (("root", world().root), ("ca", CA), ("leaf", leaf)):
        (tmp_path / f"{name}.pem").write_bytes(to_pem(CERTIFICATE, der))
    noon = str(NOON.micros // 1_000_000)
    return subprocess.run(
        ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "ca.pem",
         "-attime", noon, "-explicit_policy", *options, "leaf.pem"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_stock_openssl_tells_the_two_kinds_apart_by_policy(tmp_path: Path) -> None:
    leaf = a_channel()
    channel, identity = CHANNEL_POLICY.dotted_string, CERTIFICATE_POLICY.dotted_string
    client = ("-purpose", "sslclient")
    assert openssl(tmp_path, leaf, "-policy", channel, *client).returncode == 0
    refused = openssl(tmp_path, leaf, "-policy", identity, *client)
    assert refused.returncode == 2
    assert "no explicit policy" in refused.stderr


def test_every_extension_is_where_stock_tools_find_it() -> None:
    found = parse_certificate(a_channel())
    by_oid = {each.oid.dotted_string: each for each in found.extensions}
    assert by_oid["2.5.29.56"].value.public_bytes() == b"\x05\x00"
    assert not by_oid["2.5.29.56"].critical
    assert not any(each.critical for oid, each in by_oid.items() if "32473" in oid)
