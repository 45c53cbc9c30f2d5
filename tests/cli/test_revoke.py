"""`kya agent revoke`: now or from an instant on, why, and the key with it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kya.adapters.clock import SystemClock
from kya.core.credential import ReasonCode
from kya.wiring.agent_host import AgentHost
from tests.adapters.doubles.aws import REGION, AwsKmsDouble
from tests.adapters.doubles.service import Mood
from tests.cli.terminal import Up, a_draft, stored

TWO = ("--as", "anna", "--as", "bernd")
WHY = ("--reason", "test")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsKmsDouble]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with AwsKmsDouble() as service:
        yield service


def _granted(office: Up, name: str) -> None:
    draft = stored(office.data / f"{name}.json", a_draft(name))
    assert office.kya("mandate", "sign", draft, *TWO).code == 0


def _enrolled(office: Up, name: str, *arguments: str | Path) -> None:
    _granted(office, name)
    enrolled = office.enrol(name, *arguments)
    assert enrolled.code == 0, enrolled.err


def _in_aws(aws: AwsKmsDouble, folder: Path, key: str | None = None) -> Path:
    """The file that says where a key of the double lives."""
    path = folder / f"{key or 'key'}.toml"
    path.write_text(
        f'backend = "aws-kms"\nkey_id = "{key or aws.new_key()}"\n'
        f'region = "{REGION}"\nendpoint = "{aws.url}"\n'
    )
    return path


def _shown(office: Up, name: str) -> dict[str, Any]:
    shown: dict[str, Any] = office.kya("agent", "show", name, "--json").json
    return shown


def _kinds(office: Up) -> list[str]:
    office.kya("agent", "show", "nobody")  # Publishes what is on record by now.
    lines = office.kya("log", "show", "--count", "10000", "--json").out.splitlines()
    return [json.loads(line)["line"]["_type"] for line in lines]


@pytest.mark.parametrize("code", ["keyCompromise", "privilegeWithdrawn"])
def test_a_code_is_chosen_by_its_name_in_the_standard(office: Up, code: str) -> None:
    _enrolled(office, f"bot-{code}")
    done = office.kya("agent", "revoke", f"bot-{code}", *WHY, "--code", code)
    assert done.code == 0, done.err
    assert f"code        {code}\n" in done.out
    assert _shown(office, f"bot-{code}")["code"] == code


def test_without_a_code_it_is_one_that_every_tool_can_name(office: Up) -> None:
    _enrolled(office, "usual")
    assert office.kya("agent", "revoke", "usual", *WHY).code == 0
    assert _shown(office, "usual")["code"] == ReasonCode.CESSATION_OF_OPERATION.value


@pytest.mark.parametrize("code", ["certificateHold", "removeFromCRL", "1", ""])
def test_no_code_that_can_be_taken_back(office: Up, code: str) -> None:
    refused = office.kya("agent", "revoke", "usual", *WHY, "--code", code)
    assert refused.code == 2
    assert "keyCompromise" in refused.err


def test_a_revocation_is_followed_by_its_list(office: Up) -> None:
    _enrolled(office, "followed")
    assert office.kya("agent", "revoke", "followed", *WHY).code == 0
    kinds = _kinds(office)
    assert kinds[-2:] == ["kya/standing/v1", "kya/crl/v1"]


def test_an_end_to_come_is_on_record_and_happens_by_itself(office: Up) -> None:
    _enrolled(office, "leaving")
    due = SystemClock().now().plus(seconds=2)
    done = office.kya(
        "agent", "revoke", "leaving", *WHY, "--code", "superseded", "--at", str(due)
    )
    assert done.code == 0, done.err
    assert f"revoked     from {due} on\n" in done.out
    assert _shown(office, "leaving")["standing"] == "active"
    deadline = time.monotonic() + 20
    while _shown(office, "leaving")["standing"] != "revoked":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    shown = _shown(office, "leaving")
    assert (shown["revoked"], shown["code"]) == (f"from {due} on", "superseded")
    replaced = office.enrol("leaving", verb="replace")
    assert replaced.code == 0, replaced.err


@pytest.mark.parametrize(
    "at", ["tomorrow", "2026-06-01", "2020-01-01T00:00:00.000000Z"]
)
def test_an_instant_that_is_none_or_over_is_refused(trading: Up, at: str) -> None:
    assert trading.kya("agent", "revoke", "bot", *WHY, "--at", at).code == 2
    assert _shown(trading, "bot")["standing"] == "active"


def test_the_key_is_put_out_of_use_with_the_certificate(
    office: Up, aws: AwsKmsDouble, tmp_path: Path
) -> None:
    key = _in_aws(aws, tmp_path)
    _enrolled(office, "held", "--key", key)
    done = office.kya("agent", "revoke", "held", *WHY, "--disable-key", key)
    assert done.code == 0, done.err
    assert "the key is disabled" in done.err
    assert aws.disabled == {"key-1"}
    again = office.kya("agent", "show", "held", "--json").json
    assert again["standing"] == "revoked"


@pytest.mark.parametrize("mood", [Mood.DENIED, Mood.THROTTLED, Mood.FAILING])
def test_a_service_that_fails_undoes_no_revocation(
    office: Up, aws: AwsKmsDouble, tmp_path: Path, mood: Mood
) -> None:
    name, key = f"held-{mood.name.lower()}", _in_aws(aws, tmp_path)
    _enrolled(office, name, "--key", key)
    aws.mood = mood
    done = office.kya("agent", "revoke", name, *WHY, "--disable-key", key)
    assert done.code == 4
    assert "is revoked, but its key is not disabled: AWS KMS key" in done.err
    assert "standing    revoked" in done.out
    assert aws.disabled == set()


def test_a_service_that_says_yes_and_does_nothing_is_not_believed(
    office: Up, aws: AwsKmsDouble, tmp_path: Path
) -> None:
    key = _in_aws(aws, tmp_path)
    _enrolled(office, "held-deaf", "--key", key)
    aws.deaf = True
    done = office.kya("agent", "revoke", "held-deaf", *WHY, "--disable-key", key)
    assert done.code == 4
    assert "asked to be disabled, but is Enabled" in done.err


def test_another_key_than_the_certificates_is_left_in_use(
    office: Up, aws: AwsKmsDouble, tmp_path: Path
) -> None:
    _enrolled(office, "other-key")
    key = _in_aws(aws, tmp_path)
    done = office.kya("agent", "revoke", "other-key", *WHY, "--disable-key", key)
    assert done.code == 4
    assert "another key than the certificate's" in done.err
    assert aws.disabled == set()
    assert _shown(office, "other-key")["standing"] == "revoked"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (
            (
                'backend = "vault-transit"\nurl = "http://127.0.0.1:1"\n'
                'name = "bot"\ntoken_file = "none"\n'
            ),
            "the transit engine can delete a key and not disable it",
        ),
        (
            (
                'backend = "pkcs11"\nmodule = "none"\ntoken = "t"\nlabel = "l"\n'
                'pin_file = "none"\n'
            ),
            "PKCS #11 can destroy a key and not disable it",
        ),
    ],
    ids=["vault", "pkcs11"],
)
def test_a_back_end_without_such_an_act_is_named(
    office: Up, tmp_path: Path, reference: str, words: str
) -> None:
    name = f"bot-{len(reference)}"
    _enrolled(office, name)
    (tmp_path / "key.toml").write_text(reference)
    done = office.kya(
        "agent", "revoke", name, *WHY, "--disable-key", tmp_path / "key.toml"
    )
    assert done.code == 4
    assert words in done.err
    assert _shown(office, name)["standing"] == "revoked"


def test_a_file_that_names_no_key_is_found_before_anything_is_done(
    trading: Up, tmp_path: Path
) -> None:
    (tmp_path / "key.toml").write_text('backend = "shoebox"')
    for path in (tmp_path / "key.toml", tmp_path / "missing.toml"):
        refused = trading.kya("agent", "revoke", "bot", *WHY, "--disable-key", path)
        assert refused.code == 2
    assert _shown(trading, "bot")["standing"] == "active"


def test_a_key_is_not_disabled_before_the_end_has_come(
    trading: Up, tmp_path: Path
) -> None:
    due = str(SystemClock().now().plus(seconds=600))
    refused = trading.kya(
        "agent", "revoke", "bot", *WHY, "--at", due, "--disable-key", tmp_path / "key"
    )
    assert refused.code == 2
    assert "stops the agent now" in refused.err
    assert AgentHost(trading.data / "agents/bot").signer().public_key()
