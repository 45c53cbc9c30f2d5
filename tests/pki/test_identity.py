import pytest

from kya.core.credential import Role
from kya.core.errors import MalformedError
from kya.pki.identity import SpiffeId, TrustDomain


@pytest.mark.parametrize(
    "uri",
    [
        "spiffe://cryptoex.example/agent/algo_trader_v2",
        "spiffe://a/log/log.cryptoex.example/2026",
        "spiffe://a_b-c.d/director/Anna.Muster",
        "spiffe://a/agent/..a",
        "spiffe://a/agent/" + "x" * 64,
    ],
)
def test_parsing_is_the_inverse_of_rendering(uri: str) -> None:
    assert str(SpiffeId.parse(uri)) == uri


def test_the_parts_are_told_apart() -> None:
    identity = SpiffeId.parse("spiffe://td.example/gateway/eu/1")
    assert identity.trust_domain == TrustDomain("td.example")
    assert identity.role is Role.GATEWAY
    assert identity.name == "eu/1"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://",
        "td/agent/x",
        "https://td/agent/x",
        "SPIFFE://td/agent/x",
        "spiffe://TD/agent/x",
        "spiffe://td",
        "spiffe://td/agent",
        "spiffe://td/agent/",
        "spiffe://td/agent/x/",
        "spiffe://td/agent//x",
        "spiffe://td/agent/./x",
        "spiffe://td/agent/..",
        "spiffe://td/agent/x/..",
        "spiffe://td/agent/x\n",
        "spiffe://td/agent/x y",
        "spiffe://td/agent/x%20y",
        "spiffe://td/agent/ü",
        "spiffe://td/agent/x?y",
        "spiffe://td/agent/x#y",
        "spiffe://user@td/agent/x",
        "spiffe://td:443/agent/x",
        "spiffe://td/root/x",
        "spiffe://td/Agent/x",
        "spiffe:///agent/x",
        "spiffe://td/agent/" + "x" * 65,
        "spiffe://spiffe://td/agent/x",
    ],
)
def test_other_spellings_are_refused(uri: str) -> None:
    with pytest.raises(MalformedError):
        SpiffeId.parse(uri)


@pytest.mark.parametrize(
    "uri", ["td", "spiffe://", "spiffe://td/", "spiffe://tD", "x://td"]
)
def test_other_trust_domains_are_refused(uri: str) -> None:
    with pytest.raises(MalformedError, match="trust domain"):
        TrustDomain.parse(uri)


def test_a_trust_domain_renders_as_it_was_read() -> None:
    assert str(TrustDomain.parse("spiffe://td.example")) == "spiffe://td.example"
