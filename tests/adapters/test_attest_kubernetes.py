"""TokenReview against a server of our own, over TLS."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kya.adapters.attest_kubernetes import Cluster, KubernetesAttestation
from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import InputError, TransientError
from tests.adapters.doubles.kubernetes import (
    AUDIENCE,
    OWN_TOKEN,
    Answered,
    a_server_certificate,
    a_status,
    cluster,
)

ASKED = Asked(agent="bot", key=b"key", nonce="nonce", evidence="the agent's token")


@dataclass
class House:
    answered: Answered
    settings: Cluster

    def shown(self, asked: Asked = ASKED) -> tuple[str, ...]:
        return KubernetesAttestation(self.settings).shown(asked)


@pytest.fixture
def house(tmp_path: Path) -> Generator[House]:
    pem, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    private, certificate = a_server_certificate()
    pem.write_bytes(private + certificate)
    ca.write_bytes(certificate)
    (tmp_path / "token").write_text(OWN_TOKEN + "\n")
    answered = Answered(status=a_status())
    with cluster(pem, answered) as url:
        settings = Cluster(
            url=url,
            ca_file=ca,
            token_file=tmp_path / "token",
            audience=AUDIENCE,
        )
        yield House(answered, settings)


def test_shows_namespace_account_and_node(house: House) -> None:
    assert house.shown() == (
        "namespace=trading",
        "node=worker-1",
        "service_account=algo-trader",
    )


def test_asks_with_the_audience_and_the_authoritys_own_token(house: House) -> None:
    house.shown()
    (question,) = house.answered.asked
    assert question["kind"] == "TokenReview"
    assert question["spec"] == {"audiences": [AUDIENCE], "token": ASKED.evidence}
    assert house.answered.authorizations == [f"Bearer {OWN_TOKEN}"]


def test_no_node_is_shown_where_the_server_names_none(house: House) -> None:
    user = {"username": "system:serviceaccount:trading:algo-trader"}
    house.answered.status = a_status(user=user)
    assert house.shown() == ("namespace=trading", "service_account=algo-trader")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"authenticated": False}, "does not know the token"),
        ({"audiences": ["vault"]}, "the token is for vault"),
        ({"audiences": []}, "the token is for nobody"),
        ({"user": {"username": "admin"}}, "no service account's"),
        ({"user": {"username": "system:serviceaccount:a:b:c"}}, "no service account's"),
    ],
)
def test_a_token_that_shows_nothing_is_refused(
    house: House, changes: dict[str, Any], said: str
) -> None:
    house.answered.status = a_status(**changes)
    with pytest.raises(NotAttestedError, match=said):
        house.shown()


def test_no_token_is_refused_without_asking(house: House) -> None:
    with pytest.raises(NotAttestedError, match="want a service account's token"):
        house.shown(replace(ASKED, evidence=""))
    assert house.answered.asked == []


@pytest.mark.parametrize("code", [401, 403, 429, 500, 503])
def test_a_server_that_does_not_answer_the_question_is_out_of_reach(
    house: House, code: int
) -> None:
    house.answered.code = code
    with pytest.raises(TransientError, match=f"answered {code}"):
        house.shown()


def test_an_answer_that_makes_no_sense_attests_nothing(house: House) -> None:
    house.answered.body = b'{"status":{"authenticated":"true"}}'
    with pytest.raises(TransientError, match="makes no sense"):
        house.shown()


def test_a_slow_server_is_not_waited_for(house: House) -> None:
    house.answered.pause_seconds = 2
    house.settings = replace(house.settings, seconds=0.2)
    with pytest.raises(TransientError, match="TimeoutError"):
        house.shown()


def test_a_server_under_another_ca_is_not_asked(house: House, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_bytes(a_server_certificate()[1])
    house.settings = replace(house.settings, ca_file=tmp_path / "other.pem")
    with pytest.raises(TransientError, match="SSLCertVerificationError"):
        house.shown()
    assert house.answered.asked == []


def test_a_token_is_never_sent_in_clear(house: House) -> None:
    with pytest.raises(InputError, match="want https"):
        replace(house.settings, url="http://127.0.0.1:1")


def test_a_ca_that_cannot_be_read_is_a_mistake_in_the_configuration(
    house: House, tmp_path: Path
) -> None:
    settings = replace(house.settings, ca_file=tmp_path / "none.pem")
    with pytest.raises(InputError, match="want CA certificates"):
        KubernetesAttestation(settings)


def test_no_error_repeats_a_token(house: House, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a\nsecret")
    with pytest.raises(TransientError) as error:
        house.shown()
    assert "secret" not in str(error.value)
