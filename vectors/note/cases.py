"""Signed-note cases, from the words of c2sp.org/signed-note."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vectors.cases import Case, case

TEXT = '{"_type":"kya/example/v1","note":"caffè"}\n'.encode()
LOG = "log.example/2026"
AGENT = "algo-trader-v2"
_ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_P256 = derive_private_key(0x6B7961, SECP256R1())


def cases() -> Iterator[Case]:
    """Yield every case in the order of the file."""
    yield from _good_notes()
    yield from _bad_notes()
    yield from _untrusted_notes()


def _raw_ed25519() -> bytes:
    return _ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _der_p256() -> bytes:
    public_key = _P256.public_key()
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _log_id(kind: int = 1) -> bytes:
    material = LOG.encode() + b"\n" + bytes([kind]) + _raw_ed25519()
    return sha256(material).digest()[:4]


def _agent_id() -> bytes:
    return sha256(_der_p256()).digest()[:4]


def _vkeys() -> list[str]:
    log = b64encode(b"\x01" + _raw_ed25519()).decode()
    agent = b64encode(b"\x02" + _der_p256()).decode()
    return [f"{LOG}+{_log_id().hex()}+{log}", f"{AGENT}+{_agent_id().hex()}+{agent}"]


def _line(name: str, blob: bytes) -> bytes:
    return f"— {name} {b64encode(blob).decode()}\n".encode()


def _log_line(text: bytes = TEXT) -> bytes:
    return _line(LOG, _log_id() + _ED25519.sign(text))


def _agent_line(text: bytes = TEXT) -> bytes:
    algorithm = ECDSA(SHA256(), deterministic_signing=True)
    return _line(AGENT, _agent_id() + _P256.sign(text, algorithm))


def _note_case(
    name: str, bug: str, expected: str, raw: bytes, signers: Sequence[str] = ()
) -> Case:
    return case(
        name,
        expected,
        bug,
        expected,
        note=b64encode(raw).decode(),
        keys=_vkeys(),
        signers=list(signers),
    )


def _good_notes() -> Iterator[Case]:
    log, agent = _log_line(), _agent_line()
    unknown = _line("stranger.example", b"\x00\x01\x02\x03" + bytes(64))
    near = _line(LOG, b"\x00\x00\x00\x00" + bytes(64))
    yield _note_case("ed25519", "type 0x01", "accept", TEXT + b"\n" + log, [LOG])
    yield _note_case("p256", "type 0x02", "accept", TEXT + b"\n" + agent, [AGENT])
    both = TEXT + b"\n" + log + agent
    yield _note_case("both", "two signers", "accept", both, [LOG, AGENT])
    yield _note_case(
        "unknown-ignored",
        "unknown line spoils a good note",
        "accept",
        TEXT + b"\n" + unknown + near + log,
        [LOG],
    )
    blank = b"one\n\ntwo\n"
    yield _note_case(
        "blank-line-in-text",
        "split at the first blank line",
        "accept",
        blank + b"\n" + _log_line(blank),
        [LOG],
    )
    forged = TEXT + b"\n" + agent + b"more\n"
    yield _note_case(
        "signature-in-text",
        "a line in the text counted as a signature",
        "accept",
        forged + b"\n" + _log_line(forged),
        [LOG],
    )
    full = TEXT + b"\n" + unknown * 15 + log
    yield _note_case("sixteen-lines", "limit below 16", "accept", full, [LOG])


def _bad_notes() -> Iterator[Case]:
    log = _log_line()
    good = TEXT + b"\n" + log
    blob = b64decode(log.split(b" ")[2])
    encoded = log.split(b" ")[2].rstrip(b"\n")
    raw_lines = {
        "seventeen-lines": ("no limit", TEXT + b"\n" + log * 17),
        "no-signature": ("unsigned text", TEXT),
        "no-signature-line": ("unsigned text", TEXT + b"\n"),
        "no-final-newline": ("torn file", good[:-1]),
        "text-without-newline": ("signed bytes unclear", b"text\n" + log),
        "crlf": ("two spellings", good.replace(b"\n", b"\r\n")),
        "tab-in-text": ("control character shown to a person", b"a\tb\n\n" + log),
        "nul-in-text": ("text cut short in C", b"a\x00b\n\n" + log),
        "not-utf8": ("bytes without a reading", b"\xff\xfe\n\n" + log),
        "overlong-utf8": ("hidden newline", b"a\xc0\x8ab\n\n" + log),
        "hyphen-for-dash": ("two spellings", good.replace("— ".encode(), b"- ")),
        "two-spaces": ("two spellings", good.replace(b"2026 ", b"2026  ")),
        "trailing-space": ("two spellings", good[:-1] + b" \n"),
        "base64-unpadded": (
            "two spellings",
            good.replace(encoded, encoded.rstrip(b"=")),
        ),
        "base64-url": ("two spellings", TEXT + b"\n" + _url_line()),
        "base64-junk": ("two spellings", good.replace(encoded, b"!" + encoded)),
        "base64-stray-bits": ("two spellings", TEXT + b"\n" + _stray_bits()),
        "key-id-only": ("empty signature", TEXT + b"\n" + _line(LOG, blob[:4])),
        "blob-short": ("read past the end", TEXT + b"\n" + _line(LOG, blob[:3])),
        "name-empty": ("nobody signed", TEXT + b"\n" + _line("", blob)),
        "name-with-plus": ("vkey cut wrongly", TEXT + b"\n" + _line("a+b", blob)),
        "name-with-nbsp": ("two spellings", TEXT + b"\n" + _line("a\u00a0b", blob)),
    }
    for name, (bug, raw) in raw_lines.items():
        yield _note_case(name, bug, "malformed", raw)


def _url_line() -> bytes:
    return _line(LOG, b"\xfb\xff\xfe" * 22).replace(b"+", b"-").replace(b"/", b"_")


def _stray_bits() -> bytes:
    """A line whose last base64 digit carries bits that no byte holds."""
    line = _line("stranger.example", b"\x00\x01\x02\x03\x04")
    return line.replace(b"AAECAwQ=", b"AAECAwR=")


def _untrusted_notes() -> Iterator[Case]:
    log, agent = _log_line(), _agent_line()
    bad = _line(AGENT, _agent_id() + bytes(8))
    zeros = _line(LOG, _log_id() + bytes(64))
    good = _ED25519.sign(TEXT)
    for name, bug, lines in (
        ("one-good-one-bad", "any good line suffices", log + bad),
        ("second-line-bad", "repeated key not checked", log + zeros),
        ("other-key-id", "key id not compared", _line(LOG, bytes(4) + good)),
        ("other-name", "name not compared", log.replace(b"2026", b"2027")),
        ("only-strangers", "no known signer", _line("stranger.example", bytes(68))),
        ("cut-signature", "length not checked", _line(LOG, _log_id() + good[:-1])),
        ("blank-line-added", "signed bytes unclear", b"\n" + log),
        ("types-swapped", "type not the key's", _line(AGENT, _agent_id() + good)),
    ):
        yield _note_case(name, bug, "distrust", TEXT + b"\n" + lines)
    changed = b"x" + TEXT + b"\n" + log
    yield _note_case("text-changed", "text not covered", "distrust", changed)
    mixed = TEXT + b"\n" + agent.replace(AGENT.encode(), b"algo-trader-v3")
    yield _note_case("agent-renamed", "name not compared", "distrust", mixed)
