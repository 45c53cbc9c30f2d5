"""verify.html and time stamps: those of the reader's authorities count, no others."""

from base64 import b64encode
from importlib import resources
from pathlib import Path

import pytest

from kya.codec import package_layout as layout
from tests.page.browser import Ask, Opened
from tests.pki.stamping import P384, P521, RSA, StampAuthority
from tests.verify.packages import Handed
from tests.verify.test_stamps import SIZE, STAMP, authority, handed, whole

__all__ = ["authority", "handed", "whole"]

FORMER = layout.stamp_path(16, "tsa")


def test_stamps_of_the_readers_authorities_count(
    ask: Ask, handed: Handed, authority: StampAuthority
) -> None:
    answers = ask(handed, handed, authorities=authority.root)
    assert answers.verdicts[8] == "HOLDS", answers.sentences[8]
    assert "time stamps of your authorities: 2, from" in str(answers.sentences[8])


def test_without_authorities_it_says_how_many_it_does_not_look_at(
    ask: Ask, handed: Handed
) -> None:
    answers = ask(handed, handed)
    assert answers.verdicts[8] == "HOLDS"
    assert "not looked at: 2 time stamps" in str(answers.sentences[8])


@pytest.mark.parametrize("kind", [RSA, P384, P521])
def test_authorities_have_keys_of_other_kinds(
    ask: Ask, handed: Handed, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    tsa = StampAuthority.found(tmp_path / "tsa", kind=kind)
    stamped_by(handed, tsa)
    answers = ask(handed, handed, authorities=b"# mine\n" + tsa.root)
    assert answers.verdicts[8] == "HOLDS", answers.sentences[8]


@pytest.mark.parametrize(("is_ca", "verdict"), [("TRUE", "HOLDS"), ("FALSE", "FAILS")])
def test_between_signer_and_root_stand_authorities_alone(
    ask: Ask, handed: Handed, tmp_path: Path, is_ca: str, verdict: str
) -> None:
    above = StampAuthority.found(tmp_path / "above")
    below = StampAuthority.found(tmp_path / "below")
    below.stand_under(above, is_ca)
    stamped_by(handed, below)
    answers = ask(handed, handed, authorities=above.root)
    assert answers.verdicts[8] == verdict, answers.sentences[8]


def stamped_by(handed: Handed, tsa: StampAuthority) -> None:
    for size in (16, SIZE):
        note = handed.read(layout.checkpoint_path(size))
        handed.write(layout.stamp_path(size, "tsa"), tsa.stamp(note))
    handed.list_again()


def test_each_stamp_that_does_not_count_is_named(
    ask: Ask, handed: Handed, authority: StampAuthority, tmp_path: Path
) -> None:
    note, good = handed.read(layout.checkpoint_path(SIZE)), handed.read(STAMP)
    ended = StampAuthority.found(tmp_path / "ended", -1)
    mail = StampAuthority.found(
        tmp_path / "mail", purpose="critical,timeStamping,emailProtection"
    )
    mild = StampAuthority.found(tmp_path / "mild", purpose="timeStamping")
    strange = StampAuthority.found(tmp_path / "strange")
    bent = {
        STAMP: (handed.read(FORMER), "over other bytes"),
        layout.stamp_path(SIZE, "ended"): (ended.stamp(note), "is valid from"),
        layout.stamp_path(SIZE, "mail"): (mail.signs(good), "for time stamping alone"),
        layout.stamp_path(SIZE, "mild"): (mild.signs(good), "for time stamping alone"),
        layout.stamp_path(SIZE, "other"): (strange.stamp(note), "to a root of yours"),
        layout.stamp_path(SIZE, "sha512"): (
            authority.stamp(note, "-sha512"),
            "by SHA-256",
        ),
        layout.stamp_path(SIZE, "cut"): (good[:-1], "DER"),
        layout.stamp_path(SIZE, "empty"): (b"", "DER"),
        layout.stamp_path(5, "tsa"): (good, "which it is on, is missing"),
        "stamps/later.tsr": (good, "a name that no time stamp has"),
    }
    for path, (content, _) in bent.items():
        handed.write(path, content)
    handed.list_again()
    roots = b"".join(each.root for each in (authority, ended, mail, mild))
    answers = ask(handed, handed, authorities=roots)
    assert answers.having("FAILS") == {0, 8}
    for path, (_, said) in bent.items():
        assert any(
            sentence.startswith(f"{path}: ") and said in sentence
            for sentence in answers.sentences[8]
        ), path


def test_none_is_unknown_where_authorities_are_brought(
    ask: Ask, sound: Handed, authority: StampAuthority
) -> None:
    answers = ask(sound, sound, authorities=authority.root)
    assert answers.verdicts[8] == "UNKNOWN"
    assert "no time stamp of your authorities" in answers.sentences[8]


def test_a_leaf_alone_is_no_root(
    ask: Ask, sound: Handed, authority: StampAuthority
) -> None:
    leaf = (authority.folder / "tsa.pem").read_bytes()
    answers = ask(sound, sound, authorities=leaf)
    assert answers.progress == "refused: authorities: want at least one root in PEM"


PARTS = (
    *("bytes", "der", "values", "certificate", "signatures", "findings"),
    *("authorities", "stamps"),
)

BENT = """
const good = unbase64(stamp);
const told = (error) => {
    if (error instanceof Refused || error instanceof Untold) return "no";
    throw error;
};
const read = (bytes) => stampedAt(bytes, unbase64(note), roots).catch(told);
const seen = [await read(good)];
for (let place = 0; place < good.length; place++) {
    const bent = good.slice();
    bent[place] ^= 1 << place % 8;
    seen.push(await read(bent));
}
return seen;
"""

DATED = """
const files = new Map([[path, unbase64(stamp)], [on, unbase64(note)]]);
const findings = new Findings();
const entries = Array(size).fill({ now: "2099-01-01T00:00:00.000000Z" });
await checkStamps({ findings, entries }, files, roots);
return findings.answer(8).sentences;
"""


def run(
    tab: Opened, steps: str, handed: Handed, authority: StampAuthority
) -> list[str]:
    """Run some steps beside the page's own functions, in the same browser."""
    folder = resources.files("kya.evidence").joinpath("page")
    script = "\n".join(folder.joinpath(f"{n}.js").read_text("utf-8") for n in PARTS)
    given = {
        "path": STAMP,
        "on": layout.checkpoint_path(SIZE),
        "size": SIZE,
        "stamp": b64encode(handed.read(STAMP)).decode(),
        "note": b64encode(handed.read(layout.checkpoint_path(SIZE))).decode(),
        "trusted": authority.root.decode(),
    }
    names = ", ".join(given)
    function = f"""async ({{ {names} }}) => {{
        {script}
        const roots = readAuthorities(utf8(trusted));
        {steps}
    }}"""
    found: list[str] = tab.page.evaluate(function, given)
    return found


def test_no_changed_byte_of_a_stamp_tells_another_time(
    tab: Opened, handed: Handed, authority: StampAuthority
) -> None:
    at, *bent = run(tab, BENT, handed, authority)
    assert at.endswith("Z")
    assert set(bent) == {at, "no"}
    assert bent.count("no") > 0.9 * len(bent)  # What is not signed may read the same.


def test_a_stamp_before_the_entries_below_it_fails(
    tab: Opened, handed: Handed, authority: StampAuthority
) -> None:
    (said,) = run(tab, DATED, handed, authority)
    assert said.startswith(f"{STAMP}: is of ")
    assert said.endswith("back-dated")
