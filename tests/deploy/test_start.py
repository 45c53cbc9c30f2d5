"""The gateway of the manifest starts on an installation that was founded elsewhere."""

import ssl
import urllib.request
from pathlib import Path

import msgspec
import pytest

from kya.config import Config, read_config, render_config
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from tests.cli.terminal import a_draft, founded_at, stored, up
from tests.deploy.manifests import named


def configured(data: Path) -> Config:
    """The manifest's configuration, under the name of the log that was founded."""
    founded = read_config(data)
    text = named("ConfigMap", "gateway")["data"]["kya.toml"]
    (data / "kya.toml").write_text(text)
    return msgspec.structs.replace(read_config(data), log=founded.log)


@pytest.mark.serial
def test_what_was_founded_elsewhere_runs_under_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, passphrase = tmp_path / "srv", tmp_path / "run" / "passphrase"
    founded_at(data)
    passphrase.parent.mkdir()
    (data / "keys" / "passphrase").rename(passphrase)
    (data / "keys" / "root.pem").rename(tmp_path / "root.pem")
    config = configured(data)
    (data / "kya.toml").write_text(render_config(config))
    (data / "kya.toml").chmod(0o444)
    variables = {"KYA_PASSPHRASE_FILE": str(passphrase)}
    monkeypatch.setenv("KYA_PASSPHRASE_FILE", str(passphrase))
    with up(data, variables=variables) as gateway:
        assert gateway.url.startswith("https://127.0.0.1:")
        assert answer_to_a_probe(data) == 200
        # The authority's desk, as from within the pod.
        draft = stored(tmp_path / "mandate.json", a_draft())
        signed = gateway.kya("mandate", "sign", draft, "--as", "anna", "--as", "bernd")
        assert signed.code == 0, signed.err
        assert gateway.enrol("bot").code == 0
        assert gateway.kya("agent", "revoke", "bot", "--reason", "lost").code == 0
        assert gateway.stop() == 0
    assert open_installation(data).config == config


def answer_to_a_probe(data: Path) -> int:
    """What the kubelet is told, which looks at no certificate and has none."""
    office = Remote.of(data).office
    assert office is not None
    anyone = ssl.create_default_context()
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    url = f"{office.url}/v1/channel"
    with urllib.request.urlopen(url, context=anyone, timeout=10) as answer:  # noqa: S310
        return int(answer.status)
