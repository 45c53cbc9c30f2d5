"""Two witnesses of the story's log: `python -m kya.demo.witnesses DATA CLOCK FOLDER`.

The supervisor's and the auditor's, as `kya witness run` serves them, on the virtual
clock and in one process. Both must have cosigned before the regulator believes a tree.
"""

import secrets
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kya.codec.note import VerifierKey
from kya.core.errors import TransientError
from kya.demo.stage import Stage
from kya.pki.cosigner import Cosigner
from kya.pki.keys import KeyAlgorithm
from kya.pki.signer import Signer
from kya.tlog.policy import Group, Policy, Witness
from kya.wiring.clock import virtual_clock
from kya.wiring.key_reference import FileReference, open_reference
from kya.wiring.witness_desk import WitnessSettings
from kya.wiring.witness_service import WitnessPlace, run_witnesses

NAMES: Final = {"regulator": "w.regulator.example", "auditor": "w.auditor.example"}
QUORUM: Final = "both"
POLICY: Final = "trust/policy.txt"


def main(arguments: list[str]) -> None:
    """Serve both until told to stop; print key and address of each."""
    data, clock, folder = map(Path, arguments)
    policy = Policy.parse((data / POLICY).read_bytes())
    places = [
        WitnessPlace(
            settings=WitnessSettings(
                cosigner=Cosigner(name, _key(folder / short)),
                policy=policy,
                data=folder / short,
            )
        )
        for short, name in NAMES.items()
    ]

    def announce(urls: Sequence[str]) -> None:
        for place, url in zip(places, urls, strict=True):
            sys.stdout.write(f"{place.settings.cosigner.key} {url}\n")
        sys.stdout.flush()

    run_witnesses(places, virtual_clock(clock), announce)


def _key(folder: Path) -> Signer:
    """Return a new key's signer, in a file of the witness's own."""
    folder.mkdir(parents=True)
    passphrase = folder / "passphrase"
    passphrase.write_text(secrets.token_hex(16))
    reference = FileReference(
        path=str(folder / "key.pem"), passphrase_file=str(passphrase), generate=True
    )
    return open_reference(reference, KeyAlgorithm.ED25519)


@contextmanager
def witness_process(stage: Stage) -> Generator[None]:
    """Run both as one process; the log's policy names them from then on."""
    module, path = "kya.demo.witnesses", stage.installation / POLICY
    command = (sys.executable, "-m", module, stage.installation, stage.clock)
    process = subprocess.Popen(  # noqa: S603  our own module, our own arguments
        (*command, stage.witnesses), stdout=subprocess.PIPE, text=True
    )
    try:
        lines = [process.stdout.readline() if process.stdout else "" for _ in NAMES]
        if not all(lines):
            raise TransientError(f"witnesses: did not start (exit {process.wait()})")
        before = Policy.parse(path.read_bytes())
        path.write_bytes(_named(before, lines).render())
        yield
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _named(before: Policy, lines: Sequence[str]) -> Policy:
    """Return the policy that asks for both witnesses."""
    words = [line.split() for line in lines]
    witnesses = [
        Witness(name=name, key=VerifierKey.parse(vkey), url=url)
        for name, (vkey, url) in zip(NAMES, words, strict=True)
    ]
    group = Group(name=QUORUM, threshold=len(NAMES), members=tuple(NAMES))
    return Policy(
        logs=before.logs, witnesses=tuple(witnesses), groups=(group,), quorum=QUORUM
    )


if __name__ == "__main__":
    main(sys.argv[1:])
