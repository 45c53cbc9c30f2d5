"""`kya agent pin`, `anchor` and `digest`."""

from pathlib import Path

from kya.pki.pem import CERTIFICATE, to_pem
from tests.cli.terminal import Up, kya, stored
from tests.pki.instances import ACCOUNT, a_certificate, a_key

IMAGE = "image=sha256:" + "5" * 64
PIN = ("agent", "pin", "bot", "--runtime", IMAGE)
AWS = ("--source", "aws-instance-identity", "--subject", ACCOUNT)


def test_two_operators_pin_a_runtime(trading: Up) -> None:
    pinned = trading.kya(*PIN, "--as", "alice", "--as", "bob")
    assert pinned.code == 0, pinned.err
    assert pinned.out.startswith(f"image={'5' * 64} entry ")
    assert "runtime of bot pinned by alice, bob" in pinned.err
    again = trading.kya(*PIN, "--as", "alice", "--as", "bob", "--json")
    assert again.json["runtime"] == f"image={'5' * 64}"


def test_one_operator_is_told_that_it_takes_two(trading: Up) -> None:
    refused = trading.kya(*PIN, "--as", "alice")
    assert refused.code == 1
    assert "want 2 different operators, signed by alice" in refused.err


def test_a_component_without_a_value_is_refused(trading: Up) -> None:
    refused = trading.kya("agent", "pin", "bot", "--runtime", "image", "--as", "alice")
    assert refused.code == 2
    assert "want NAME=sha256:… or NAME=PATH, each once, got 'image'" in refused.err


def test_digests_are_printed_as_a_session_says_them(tmp_path: Path) -> None:
    path = stored(tmp_path / "model", {})
    said = kya("agent", "digest", f"model={path}", IMAGE)
    assert said.code == 0
    assert said.out.splitlines()[0] == IMAGE
    assert said.out.splitlines()[1].startswith("model=sha256:")
    missing = kya("agent", "digest", f"model={tmp_path / 'nothing'}")
    assert missing.code == 2
    assert "cannot be read" in missing.err


def test_a_region_is_anchored_by_a_published_certificate(
    trading: Up, tmp_path: Path
) -> None:
    pem = tmp_path / "aws.pem"
    pem.write_bytes(to_pem(CERTIFICATE, a_certificate(a_key())))
    made = trading.kya(
        *("agent", "anchor", "bot", *AWS, "--region", "eu-west-1"),
        *("--certificate", pem, "--json"),
    )
    assert made.code == 0, made.err
    assert len(made.json["digest"]) == 64
    assert made.json["index"] > 0


def test_a_region_is_anchored_by_what_the_cluster_said(trading: Up) -> None:
    node = ("--source", "kubernetes-node", "--subject", "node-7")
    made = trading.kya("agent", "anchor", "bot", *node, "--region", "eu-west-1")
    assert made.code == 0, made.err
    assert " entry " in made.out
    assert "region of bot is shown by kubernetes-node" in made.err


def test_each_source_wants_its_own(trading: Up, tmp_path: Path) -> None:
    anchor = ("agent", "anchor", "bot")
    for given in (
        ("--source", "kms-key"),
        ("--source", "kms-key", "--key", "key.toml", "--region", "eu-west-1"),
        (*AWS,),
        (*AWS, "--region", "eu-west-1", "--key", "key.toml"),
    ):
        refused = trading.kya(*anchor, *given)
        assert refused.code == 2
        assert "want --" in refused.err
    bare = trading.kya(*anchor, *AWS, "--region", "eu-west-1")
    assert bare.code == 2
    assert "aws-instance-identity with no certificate" in bare.err
    key = tmp_path / "key.toml"
    key.write_text('backend = "nowhere"\n')
    unknown = trading.kya(*anchor, "--source", "kms-key", "--key", key)
    assert unknown.code == 2
