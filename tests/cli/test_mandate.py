import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Up, a_draft, kya, kya_process, stored


def _sign(office: Up, draft: object, *more: str) -> Any:  # noqa: ANN401
    path = stored(office.data / "a-draft.json", draft)
    return office.kya("mandate", "sign", path, *more)


TWO = ("--as", "anna", "--as", "bernd")


def test_puts_a_mandate_on_record(office: Up) -> None:
    signed = _sign(office, a_draft("first"), *TWO, "--json")
    assert signed.code == 0
    assert signed.json["agent"] == "first"
    shown = office.kya("mandate", "show", "first", "--json")
    assert shown.json["digest"] == signed.json["digest"]
    line = json.dumps(
        shown.json["mandate"],
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    assert sha256(line.encode() + b"\n").hexdigest() == signed.json["digest"]
    entry = office.kya(
        "log", "show", "--json", "--from", str(signed.json["index"]), "--count", "1"
    )
    assert entry.json["signers"] == ["anna", "bernd"]


def test_says_the_digest_and_the_entry(office: Up) -> None:
    signed = _sign(office, a_draft("plain"), *TWO)
    assert signed.out.split()[1] == "entry"
    assert "mandate for plain signed by anna, bernd" in signed.err


def test_shows_a_mandate_in_words(trading: Up) -> None:
    shown = trading.kya("mandate", "show", "bot")
    assert "an order    at most EUR 25000.00" in shown.out
    assert "a UTC day   at most EUR 500000.00 per agent" in shown.out


def test_the_boards_document_is_named_by_its_hash(office: Up) -> None:
    document = office.data / "resolution.txt"
    document.write_bytes(b"The board resolves.\n")
    _sign(office, a_draft("documented"), *TWO, "--resolution", str(document))
    shown = office.kya("mandate", "show", "documented", "--json")
    wanted = sha256(document.read_bytes()).hexdigest()
    assert shown.json["mandate"]["resolution"] == wanted


def test_a_draft_may_come_from_stdin(
    office: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(office.data / "piped.json", a_draft("piped"))
    with path.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert office.kya("mandate", "sign", "-", *TWO).code == 0


@pytest.mark.parametrize("names", [("--as", "anna"), ("--as", "anna") * 2])
def test_one_director_cannot_grant_alone(office: Up, names: tuple[str, ...]) -> None:
    refused = _sign(office, a_draft("alone"), *names)
    assert refused.code in {1, 2}
    assert refused.out == ""
    assert office.kya("mandate", "show", "alone").code == 2


def test_a_mandate_without_a_director_is_asked_wrongly(office: Up) -> None:
    assert _sign(office, a_draft()).code == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"valid_until": "2020-01-01T00:00:00.000000Z"}, "valid"),
        ({"valid_until": "soon"}, "instant"),
        ({"grace_seconds": "300"}, "grace_seconds"),
        ({"grace_seconds": 1e3}, "grace_seconds"),
        ({"resolution": "none"}, "resolution"),
        ({"mood": "good"}, "mood"),
        ({"agent": "../bot"}, "agent"),
        ({"scope": []}, "mandate scope: want a JSON object"),
        ({"scope": {"currency": "EUR"}}, "scope"),
        ({"scope": a_draft()["scope"] | {"order_max": "25000"}}, "25000"),
        ({"scope": a_draft()["scope"] | {"currency": "EURO"}}, "EURO"),
    ],
)
def test_what_is_wrong_with_a_draft_is_named(
    office: Up, change: dict[str, Any], named: str
) -> None:
    refused = _sign(office, a_draft() | change, *TWO)
    assert refused.code == 2
    assert named in refused.err


@pytest.mark.parametrize("raw", ["", "{", "[]", '"x"', "\udcff"])
def test_a_draft_that_is_no_object_is_refused(office: Up, raw: str) -> None:
    path = office.data / "raw.json"
    path.write_bytes(raw.encode("utf-8", "surrogateescape"))
    refused = office.kya("mandate", "sign", path, *TWO)
    assert refused.code == 2
    assert refused.err.startswith("kya: mandate: want ")


def test_a_bad_draft_enrols_nobody(office: Up) -> None:
    refused = _sign(office, [], "--as", "carla", "--as", "dora")
    assert refused.code == 2
    assert not (office.data / "keys/director-carla.pem").exists()


def test_a_director_cannot_be_named_like_a_path(office: Up) -> None:
    refused = _sign(office, a_draft("path"), "--as", "../../x", "--as", "anna")
    assert refused.code == 2
    assert "director: want" in refused.err


def test_a_directors_key_left_of_a_failed_attempt_is_enrolled_later(
    office: Up,
) -> None:
    signed = _sign(office, a_draft("early"), "--as", "emil", "--as", "anna")
    assert signed.code == 0
    # As if the gateway had gone after the key was made, before it was on record.
    keys = office.data / "keys"
    (keys / "director-emil.pem").rename(keys / "director-frida.pem")
    signed = _sign(office, a_draft("late"), "--as", "frida", "--as", "anna")
    assert signed.code == 0, signed.err


def test_the_same_mandate_is_granted_once(office: Up) -> None:
    at = {"resolved_at": "2026-05-01T00:00:00.000000Z"}
    refused = _sign(office, a_draft("old") | at, *TWO)
    assert refused.code in {1, 2}  # Back-dated: no director was enrolled at that time.
    assert refused.err != ""


def test_a_draft_that_is_not_there_is_asked_wrongly(office: Up) -> None:
    refused = office.kya("mandate", "sign", "no-such-file", *TWO)
    assert refused.code == 2
    assert "mandate no-such-file: cannot be read" in refused.err


def test_an_unknown_agent_has_no_mandate(office: Up) -> None:
    unknown = office.kya("mandate", "show", "nobody")
    assert unknown.code == 2
    assert "want `kya mandate sign` first" in unknown.err


def test_signing_needs_a_gateway(office: Up, tmp_path: Path) -> None:
    assert kya("mandate", "show", "bot", "--data", tmp_path).code == 2
    (tmp_path / "kya.toml").write_bytes((office.data / "kya.toml").read_bytes())
    refused = kya_process("mandate", "show", "bot", "--data", tmp_path)
    assert refused.code == 4
    assert "no gateway is running; start it with `kya up" in refused.err
    (tmp_path / "gateway.json").write_text('{"url": "http://127.0.0.1:1"}')
    refused = kya("mandate", "show", "bot", "--data", tmp_path)
    assert refused.code == 4
    assert "gateway http://127.0.0.1:1: " in refused.err
    (tmp_path / "gateway.json").write_text("{")
    assert kya("mandate", "show", "bot", "--data", tmp_path).code == 4
