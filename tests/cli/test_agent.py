import subprocess
from pathlib import Path

import pytest

from kya.codec.note import SignedNote
from kya.codec.standings import parse_revocation_list
from kya.core.power_events import RevocationListed
from kya.pki.pem import CERTIFICATE, from_pem, to_pem
from kya.wiring.agent_host import AgentHost
from tests.cli.terminal import Up, a_draft, stored

TWO = ("--as", "anna", "--as", "bernd")


def _enrolled(office: Up, name: str, **changes: object) -> Path:
    """Grant a mandate and enrol its agent; return the agent's directory."""
    draft = stored(office.data / f"{name}.json", a_draft(name) | changes)
    assert office.kya("mandate", "sign", draft, *TWO).code == 0
    enrolled = office.enrol(name)
    assert enrolled.code == 0, enrolled.err
    return office.data / "agents" / name


def test_leaves_with_the_agent_what_it_needs(office: Up) -> None:
    host = AgentHost(_enrolled(office, "equipped"))
    assert host.facts()["agent"] == "equipped"
    assert host.facts()["url"] == office.url
    assert host.facts()["gateway"].startswith("gateway+")
    assert host.signer().public_key()


def test_shows_the_certificate_on_record(trading: Up) -> None:
    shown = trading.kya("agent", "show", "bot", "--json").json
    assert shown["standing"] == "active"
    pem = (trading.data / "agents/bot/certificate.pem").read_bytes()
    assert len(from_pem(CERTIFICATE, pem)) > 0
    text = _openssl("x509", "-noout", "-serial", "-subject", stdin=pem)
    assert f"serial={shown['serial']}" in text
    assert "bot" in text
    plain = trading.kya("agent", "show", "bot").out
    assert f"serial      {shown['serial']}\n" in plain


def test_stock_tools_follow_the_chain_to_the_root(trading: Up) -> None:
    trust = trading.data / "trust"
    answer = _openssl(
        "verify", "-x509_strict", "-CAfile", str(trust / "root.pem"),
        "-untrusted", str(trust / "issuer.pem"),
        str(trading.data / "agents/bot/certificate.pem"),
    )  # fmt: skip
    assert answer.endswith(": OK\n")


def test_no_certificate_outlives_its_mandate(office: Up) -> None:
    until = "2027-01-15T12:00:00.500000Z"
    _enrolled(office, "brief", valid_until=until)
    shown = office.kya("agent", "show", "brief", "--json").json
    assert shown["not_after"] == "2027-01-15T12:00:00.000000Z"


def test_a_long_mandate_still_gives_a_year(trading: Up) -> None:
    shown = trading.kya("agent", "show", "bot", "--json").json
    years = int(shown["not_after"][:4]) - int(shown["not_before"][:4])
    assert years == 1


def test_enrolling_twice_leaves_the_agents_key_alone(office: Up) -> None:
    host = AgentHost(_enrolled(office, "twice"))
    before = host.signer().public_key()
    again = office.enrol("twice")
    assert again.code == 2
    assert "no certificate is active: twice has one until" in again.err
    assert host.signer().public_key() == before


def test_an_agent_without_a_mandate_is_not_enrolled(office: Up) -> None:
    people = ("--as", "alice", "--as", "bob", "--attest", "token")
    unknown = office.kya("agent", "register", "stranger", *people)
    assert unknown.code == 2
    assert "stranger: no mandate on record" in unknown.err
    token = office.data / "none.token"
    token.write_text("5" * 64)
    refused = office.kya("agent", "enrol", "stranger", "--token-file", token)
    assert refused.code == 2
    assert "stranger: no mandate on record" in refused.err
    assert not (office.data / "agents/stranger").exists()


def test_an_unknown_agent_is_told_apart_from_those_enrolled(trading: Up) -> None:
    unknown = trading.kya("agent", "show", "nobody")
    assert unknown.code == 2
    assert "nobody: no such agent on record; enrolled: " in unknown.err
    assert "bot" in unknown.err


def test_suspends_and_reinstates(office: Up) -> None:
    _enrolled(office, "wavering")
    suspended = office.kya("agent", "suspend", "wavering", "--reason", "a question")
    assert suspended.code == 0
    assert "standing    suspended" in suspended.out
    twice = office.kya("agent", "suspend", "wavering", "--reason", "again")
    assert twice.code == 2
    again = ("agent", "reinstate", "wavering", "--reason", "answered", "--as", "alice")
    alone = office.kya(*again, "--as", "alice")
    assert alone.code == 1
    assert "want 2 different operators, signed by alice" in alone.err
    back = office.kya(*again, "--as", "bob")
    assert "standing    active" in back.out


def test_a_reason_is_needed(trading: Up) -> None:
    assert trading.kya("agent", "suspend", "bot").code == 2
    refused = trading.kya("agent", "suspend", "bot", "--reason", "two\nlines")
    assert refused.code == 2
    assert trading.kya("agent", "show", "bot", "--json").json["standing"] == "active"


def test_revokes_and_replaces(office: Up) -> None:
    host = AgentHost(_enrolled(office, "replaced"))
    first, key = office.kya("agent", "show", "replaced", "--json").json, host.signer()
    early = office.enrol("replaced", verb="replace")
    assert early.code == 2
    assert "no certificate is active" in early.err
    assert host.signer().public_key() == key.public_key()
    assert office.kya("agent", "revoke", "replaced", "--reason", "lost").code == 0
    steps = office.kya("agent", "replacement", "replaced", "--json")
    assert steps.code == 1
    told = {each["step"]: each["state"] for each in steps.json["steps"]}
    assert told["Former certificate"] == told["Mandate"] == "done"
    assert told["New key and certificate"] == "look", "its registration is open"
    assert told["First allowed order"] == "open"
    people = ("--as", "alice", "--as", "bob")
    lifted = office.kya("agent", "reinstate", "replaced", "--reason", "no", *people)
    assert lifted.code == 2
    new = office.enrol("replaced", "--json", verb="replace")
    assert new.code == 0, new.err
    assert new.json["serial"] != first["serial"]
    assert new.json["mandate"] == first["mandate"]
    assert host.signer().public_key() != key.public_key()
    shown = office.kya("agent", "replacement", "replaced").out
    assert (
        f"done   New key and certificate  fetched: serial {new.json['serial']}" in shown
    )
    assert office.kya("agent", "replacement", "nobody").code == 2
    # Nothing that ever signed is thrown away.
    kept = sorted(path.name for path in (host.directory / "keys").glob("*.pem"))
    assert kept == ["agent-former-1.pem", "agent-new-former-1.pem", "agent.pem"]


def test_the_revocation_list_holds_for_stock_tools(office: Up, tmp_path: Path) -> None:
    _enrolled(office, "gone")
    _enrolled(office, "stays")
    assert office.kya("agent", "revoke", "gone", "--reason", "test").code == 0
    listed = _newest_list(office)
    (tmp_path / "issuer.crl").write_bytes(to_pem("X509 CRL", listed.crl))
    serial = office.kya("agent", "show", "gone", "--json").json["serial"]
    text = _openssl("crl", "-noout", "-text", "-in", str(tmp_path / "issuer.crl"))
    assert serial in text.upper()
    assert "Cessation Of Operation" in text
    assert _checked(office, tmp_path, "gone") == "certificate revoked"
    assert _checked(office, tmp_path, "stays") == "OK"


@pytest.mark.parametrize(
    "verb", [("suspend",), ("reinstate", "--as", "a", "--as", "b"), ("revoke",)]
)
def test_acts_need_an_agent_on_record(office: Up, verb: tuple[str, ...]) -> None:
    assert office.kya("agent", *verb, "nobody", "--reason", "test").code == 2


def test_an_agents_directory_may_be_elsewhere(office: Up, tmp_path: Path) -> None:
    draft = stored(office.data / "far.json", a_draft("far"))
    assert office.kya("mandate", "sign", draft, *TWO).code == 0
    assert office.enrol("far", "--dir", tmp_path / "host").code == 0
    assert AgentHost(tmp_path / "host").facts()["agent"] == "far"


def _newest_list(office: Up) -> RevocationListed:
    """The revocation list that was put on record last."""
    shown = office.kya("log", "show", "--count", "10000").out.splitlines()
    line = next(line for line in reversed(shown) if "kya/crl/v1" in line)
    text = line[line.index("{") :].encode() + b"\n"
    return parse_revocation_list(text)


def _checked(office: Up, folder: Path, name: str) -> str:
    """What openssl says of an agent's certificate with the list at hand."""
    trust = office.data / "trust"
    done = subprocess.run(
        [
            "openssl", "verify", "-crl_check",
            "-CAfile", trust / "root.pem", "-untrusted", trust / "issuer.pem",
            "-CRLfile", folder / "issuer.crl",
            office.data / "agents" / name / "certificate.pem",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (
        "certificate revoked" if "revoked" in done.stderr else done.stdout.split()[-1]
    )


def _openssl(*arguments: str, stdin: bytes = b"") -> str:
    """What an openssl command prints."""
    done = subprocess.run(
        ["openssl", *arguments], input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_notes_of_the_log_are_whole(trading: Up) -> None:
    """What `log show` prints is what was signed."""
    shown = trading.kya("log", "show", "--count", "1").out
    line = shown[shown.index("{") :].encode()
    raw = (trading.data / "log/tile/entries").rglob("*")
    bundles = [path.read_bytes() for path in raw if path.is_file()]
    assert any(line in bundle for bundle in bundles)
    first = max(bundles, key=len)
    note = SignedNote.parse(first[2 : 2 + int.from_bytes(first[:2])])
    assert note.text == line


def test_a_replacement_says_what_is_wider(office: Up) -> None:
    two = ("--as", "anna", "--as", "bernd")
    draft = stored(office.data / "wider.json", a_draft("wider"))
    assert office.kya("mandate", "sign", draft, *two).code == 0
    assert office.enrol("wider").code == 0
    for grace, market, said in ((299, "EUR/USD", ""), (298, "GBP/EUR", "markets")):
        wide = a_draft("wider", grace_seconds=grace)  # Never the same one twice.
        wide["scope"]["markets"] = sorted({"EUR/USD", market})
        stored(draft, wide)
        assert office.kya("mandate", "sign", draft, *two).code == 0
        assert office.kya("agent", "revoke", "wider", "--reason", "test").code == 0
        registered = office.kya(
            *("agent", "register", "wider", "--attest", "token"),
            *("--as", "alice", "--as", "bob"),
        )
        assert registered.code == 0, registered.err
        told = "not within the former mandate: markets" in registered.err
        assert told is bool(said)
        assert office.enrol("wider", verb="replace").code == 0
