"""`kya witness run` in a process of its own, asked over HTTP."""

import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from kya.codec.note import NoteSignature, SignedNote, VerifierKey, verify
from kya.tlog.policy import Log, Policy
from kya.wiring.witness_desk import WitnessSettings, open_witness
from kya.witness.request import REQUEST_BYTES_MAX, AddCheckpoint
from tests.cli.terminal import KYA, SECONDS, kya
from tests.tlog.builders import LOG, ORIGIN, a_checkpoint, signed
from tests.witness.worlds import NOON, Watched, a_cosigner

CHECKPOINT = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"


@dataclass(frozen=True)
class Served:
    """A witness at work, and the folder it works in."""

    url: str
    key: VerifierKey
    folder: Path

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
        """The status, the type and the body of an answer."""
        address = urlsplit(self.url)
        host = address.hostname or ""
        with closing(HTTPConnection(host, address.port, timeout=9)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            kind = answer.getheader("content-type") or ""
            return answer.status, kind, answer.read()


def settings(folder: Path) -> list[str]:
    """Write key reference and policy; return the options that name them."""
    (folder / "pass").write_text("correct horse\n")
    (folder / "key.toml").write_text(
        f'backend = "file"\npath = "{folder}/key.pem"\n'
        f'passphrase_file = "{folder}/pass"\ngenerate = true\n'
    )
    policy = Policy(logs=(Log(key=LOG),))
    (folder / "policy.txt").write_bytes(policy.render())
    return ["--name", "w.example", "--key", str(folder / "key.toml")]


@contextmanager
def served(folder: Path, *options: str) -> Generator[Served]:
    """Run the witness of this folder."""
    where = ["--policy", str(folder / "policy.txt"), "--data", str(folder / "data")]
    command = [str(KYA), "witness", "run", *options, *where]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        key = VerifierKey.parse(process.stdout.readline().split()[-1])
        yield Served(process.stdout.readline().split()[-1], key, folder)
    finally:
        process.terminate()
        assert process.wait(SECONDS) == 0
        process.stdout.close()


def test_a_witness_answers_and_remembers_after_its_end(tmp_path: Path) -> None:
    options, watched = settings(tmp_path), Watched()
    made = kya("witness", "key", *options)
    with served(tmp_path, *options) as witness:
        assert str(witness.key) == made.out.strip()
        assert witness.ask("GET", CHECKPOINT)[0] == 404
        body = watched.request(0, 3)
        status, _, line = witness.ask("POST", "/add-checkpoint", body)
        assert status == 200
        text = SignedNote.parse(watched.note(3)).text
        cosigned = NoteSignature.parse(line.decode().removesuffix("\n"))
        assert verify(SignedNote(text, (cosigned,)), [witness.key])
        status, kind, size = witness.ask("POST", "/add-checkpoint", body)
        assert (status, kind, size) == (409, "text/x.tlog.size", b"3\n")
        status, kind, held = witness.ask("GET", CHECKPOINT)
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert cosigned in SignedNote.parse(held).signatures
        too_large = b"x" * (REQUEST_BYTES_MAX + 1)
        assert witness.ask("POST", "/add-checkpoint", too_large)[0] == 413
        assert witness.ask("GET", "/nowhere")[0] == 404
    again = WitnessSettings(
        cosigner=a_cosigner(),
        policy=Policy.parse((tmp_path / "policy.txt").read_bytes()),
        data=tmp_path / "data",
    )
    with open_witness(again, lambda: NOON) as reopened:
        assert reopened.held(CHECKPOINT.split("/")[1]) == held
        assert reopened.add_checkpoint(watched.request(3, 300)).status == 200
        other = AddCheckpoint.of(signed(a_checkpoint(300)), 300, ()).render()
        assert reopened.add_checkpoint(other).status == 422
    (kept,) = (tmp_path / "data").glob("equivocation-*/offered.note")
    assert kept.read_bytes() == signed(a_checkpoint(300))
