"""Targets of alerts as the configuration names them, with secrets from elsewhere."""

import asyncio
import base64
from pathlib import Path

import pytest

from kya.adapters.alerts_alertmanager import AlertmanagerTarget
from kya.adapters.alerts_apprise import AppriseTarget
from kya.adapters.alerts_pagerduty import PagerDutyTarget
from kya.adapters.alerts_webhook import WebhookTarget
from kya.config_outside import AlertSection
from kya.core.errors import InputError
from kya.gateway.ports import Recipient
from kya.wiring.alerts import recipients_of, target_of
from tests.adapters.doubles.feed import serving
from tests.adapters.doubles.hooks import event_in, takes
from tests.alerting import an_alert_told
from tests.test_config import LEAST
from tests.wiring.configured import with_alerts

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
LOOPBACK = ("127.0.0.0/8",)

# Apprise imports what Python has deprecated, where it is still there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")


@pytest.fixture(autouse=True)
def _secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hook.secret").write_text(f"{SECRET}\n")
    (tmp_path / "mail.url").write_text("mailtos://me:s3cr3t@example.com\n")
    monkeypatch.setenv("PAGER_KEY", "R0123456789")


def test_each_kind_is_built_from_its_secrets(tmp_path: Path) -> None:
    sections = {
        "desk": AlertSection(
            kind="webhook",
            url="https://hooks.example/kya",
            secrets=("file:hook.secret",),
        ),
        "pager": AlertSection(
            kind="pagerduty", secrets=("env:PAGER_KEY",), give_up_seconds=60
        ),
        "prometheus": AlertSection(
            kind="alertmanager",
            url="http://127.0.0.1:9093/api/v2/alerts",
            networks=LOOPBACK,
        ),
        "others": AlertSection(kind="apprise", secrets=("file:mail.url",)),
    }
    found = recipients_of(with_alerts(LEAST, sections), tmp_path)
    assert list(found) == list(sections)
    kinds = [type(recipient.target) for recipient in found.values()]
    assert kinds == [WebhookTarget, PagerDutyTarget, AlertmanagerTarget, AppriseTarget]
    assert [each.give_up_micros for each in found.values()] == [
        3_600_000_000,
        60_000_000,
        3_600_000_000,
        3_600_000_000,
    ]
    assert isinstance(found["desk"], Recipient)


def test_the_secret_of_the_file_signs_what_is_told(tmp_path: Path) -> None:
    with serving(takes()) as server:
        (tmp_path / "where").write_text(server.url)
        section = AlertSection(
            kind="webhook",
            url="file:where",
            secrets=("file:hook.secret",),
            networks=LOOPBACK,
        )
        asyncio.run(target_of("desk", section, tmp_path).tell(an_alert_told()))
    assert event_in(server, 0, SECRET)["data"]["index"] == 41


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no file": ({"secrets": ("file:none",)}, "none: want a secret"),
    "no variable": ({"secrets": ("env:KYA_NONE",)}, "env:KYA_NONE: want one secret"),
    "no secret": ({}, "at least one"),
    "a bad secret": ({"secrets": ("env:PAGER_KEY",)}, "want whsec_"),
    "no address": ({"url": "", "secrets": ("file:hook.secret",)}, "url: want https"),
    "two keys": (
        {"kind": "pagerduty", "secrets": ("env:PAGER_KEY", "env:PAGER_KEY")},
        "want one, got 2",
    ),
    "no CA": (
        {"secrets": ("file:hook.secret",), "ca_file": "none.pem"},
        "none.pem: want certificates",
    ),
}


@pytest.mark.parametrize(("changes", "fault"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_and_no_secret_is_shown(
    tmp_path: Path, changes: dict[str, object], fault: str
) -> None:
    usual = {"kind": "webhook", "url": "https://hooks.example/kya"}
    section = AlertSection(**{**usual, **changes})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=fault) as caught:
        target_of("desk", section, tmp_path)
    assert str(caught.value).startswith("alerts.desk: ")
    assert "R0123456789" not in str(caught.value)
    assert SECRET not in str(caught.value)
