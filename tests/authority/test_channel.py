"""Every request that gets no channel certificate, and the rule it breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.kms_memory import MemorySigner
from kya.authority.channel import (
    ChannelCa,
    ChannelIssuer,
)
from kya.authority.nonces import NONCE_SECONDS
from kya.codec.channels import (
    parse_channel_request,
    render_channel_request,
)
from kya.core.errors import InputError, MalformedError, TransientError
from kya.core.lifecycle import Act
from kya.pki.channel import verify_channel
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from tests.authority.issuing import TLS_KEY, Issuing, counted
from tests.world import AGENT, FOUNDED, INSTALLATION, MORNING, signer_for


@pytest.fixture
def issuing() -> Issuing:
    return Issuing()


def test_who_proves_the_identity_key_gets_a_channel(issuing: Issuing) -> None:
    channel = verify_channel(issuing.certify(), issuing.anchor, MORNING)
    assert channel.identity.name == AGENT
    assert channel.binding == issuing.world.credential
    assert channel.not_after.micros - channel.not_before.micros < 3_600_000_000


def test_the_authority_has_one_too(issuing: Issuing) -> None:
    authority = issuing.world.authority
    credential = issuing.world.state.issued_to["authority"][-1]
    request = issuing.request(holder="authority", credential=credential)
    channel = verify_channel(
        issuing.certify(request, authority), issuing.anchor, MORNING
    )
    assert str(channel.identity) == "spiffe://cryptoex.example/authority/authority"


def test_a_gateway_gets_its_own_with_its_hosts(issuing: Issuing) -> None:
    binding = issuing.world.state.issued_to["gateway"][-1]
    leaf = issuing.issuer.certify_gateway("gateway", binding, TLS_KEY, ("gw.example",))
    assert verify_channel(leaf, issuing.anchor, MORNING).binding == binding


def test_a_nonce_serves_once(issuing: Issuing) -> None:
    request = issuing.request()
    issuing.certify(request)
    assert issuing.rule(request) == "nonce_is_unused"


def test_a_bad_request_uses_no_nonce_up(issuing: Issuing) -> None:
    request = issuing.request()
    thief = NoteSigner(AGENT, signer_for("thief"))
    assert issuing.rule(request, thief) == "identity_key_has_signed"
    assert issuing.certify(request)


def test_a_nonce_ends(issuing: Issuing) -> None:
    nonce = issuing.issuer.nonce()
    issuing.now = MORNING.plus(seconds=NONCE_SECONDS)
    assert issuing.certify(issuing.request(nonce=nonce))
    late = issuing.issuer.nonce()
    issuing.now = issuing.now.plus(seconds=NONCE_SECONDS, micros=1)
    assert issuing.rule(issuing.request(nonce=late)) == "nonce_has_not_ended"


def test_a_nonce_of_another_issuer_is_none(issuing: Issuing) -> None:
    other = counted(500).new(MORNING)
    assert issuing.rule(issuing.request(nonce=other)) == "nonce_is_ours"


@given(st.data())
def test_no_changed_nonce_is_ours(data: st.DataObject) -> None:
    nonces = counted()
    nonce = nonces.new(MORNING)
    place = data.draw(st.integers(0, len(nonce) - 1))
    other = data.draw(st.characters().filter(lambda sign: sign != nonce[place]))
    changed = nonce[:place] + other + nonce[place + 1 :]
    assert nonces.objection(changed, MORNING) == "nonce_is_ours"
    assert nonces.objection(nonce.upper() + " ", MORNING) == "nonce_is_ours"


def test_a_certificate_that_is_not_on_record_gets_nothing(issuing: Issuing) -> None:
    request = issuing.request(credential="0" * 64)
    assert issuing.rule(request) == "credential_is_on_record"


def test_anothers_certificate_gets_nothing(issuing: Issuing) -> None:
    request = issuing.request(holder="other")
    assert issuing.rule(request) == "credential_is_the_holders"


@pytest.mark.parametrize("name", ["anna", "gateway"])
def test_other_roles_have_no_channel(issuing: Issuing, name: str) -> None:
    credential = issuing.world.state.issued_to[name][-1]
    request = issuing.request(holder=name, credential=credential)
    assert issuing.rule(request) == "role_may_have_a_channel"


def test_one_signature_is_wanted_and_no_more(issuing: Issuing) -> None:
    agent, authority = issuing.world.agent, issuing.world.authority
    request = issuing.request()
    assert issuing.rule(request, agent, authority) == "identity_key_has_signed"
    assert issuing.rule(request, authority) == "identity_key_has_signed"


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REVOKE])
def test_who_may_not_trade_gets_no_channel(issuing: Issuing, act: Act) -> None:
    issuing.world.change_standing(act, issuing.world.now)
    assert issuing.rule(issuing.request()) == "credential_is_active"


def test_an_expired_identity_gets_no_channel(issuing: Issuing) -> None:
    issuing.now = FOUNDED.plus(seconds=366 * 86_400)
    assert issuing.rule(issuing.request()) == "credential_is_valid"


def test_an_identity_that_is_not_valid_yet_waits(issuing: Issuing) -> None:
    issuing.now = FOUNDED.plus(seconds=-1)
    with pytest.raises(TransientError, match="valid from"):
        issuing.certify()


def test_a_channel_ends_with_its_identity(issuing: Issuing) -> None:
    end = issuing.world.state.credentials[issuing.world.credential].not_after
    issuing.now = end.plus(seconds=-60)
    channel = verify_channel(issuing.certify(), issuing.anchor, issuing.now)
    assert channel.not_after == end


@pytest.mark.parametrize("micros", [-2_000_001, 2_000_001])
def test_a_clock_that_is_off_gets_nothing(issuing: Issuing, micros: int) -> None:
    request = issuing.request(at=MORNING.plus(micros=micros))
    assert issuing.rule(request) == "time_is_close_to_ours"


def test_the_identity_key_opens_no_connection(issuing: Issuing) -> None:
    request = issuing.request(key=issuing.world.agent.key.spki)
    assert issuing.rule(request) == "channel_key_is_not_the_identity_key"


@pytest.mark.parametrize("kind", [KeyAlgorithm.P384, KeyAlgorithm.ED25519])
def test_another_kind_of_key_gets_nothing(issuing: Issuing, kind: KeyAlgorithm) -> None:
    request = issuing.request(key=MemorySigner.generate(kind).public_key())
    assert issuing.rule(request) == "channel_key_is_p256"


def test_what_is_no_key_gets_nothing(issuing: Issuing) -> None:
    with pytest.raises(MalformedError):
        issuing.certify(issuing.request(key=b"\x30\x00"))


@pytest.mark.parametrize("seconds", [0, 3_601])
def test_a_channel_lasts_no_longer_than_an_hour(issuing: Issuing, seconds: int) -> None:
    ca = ChannelCa(
        installation=INSTALLATION,
        certificate=issuing.anchor.der,
        signer=signer_for("channel"),
    )
    with pytest.raises(InputError, match="want certificates of"):
        ChannelIssuer(ca, counted(), lambda: MORNING, lambda: 1, seconds)


def test_a_request_reads_as_it_was_written(issuing: Issuing) -> None:
    request = issuing.request()
    assert parse_channel_request(render_channel_request(request)) == request


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}\n",
        b'{"_type":"kya/channel_request/v1"}\n',
        b'{"_type":"kya/order/v1"}\n',
    ],
)
def test_what_is_no_request_is_malformed(line: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_channel_request(line)


def test_a_key_has_a_size(issuing: Issuing) -> None:
    with pytest.raises(MalformedError, match="want 1 to 256 bytes"):
        issuing.request(key=bytes(257))
