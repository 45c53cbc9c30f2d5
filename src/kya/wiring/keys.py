"""The keys of an installation: encrypted files, for development, or references.

`<name>.pem` is a key itself, `<name>.toml` says where one lives that is not here.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.kms_file import FileSigner
from kya.adapters.randomness import new_passphrase
from kya.core.errors import InputError, TransientError
from kya.pki.keys import KeyAlgorithm
from kya.pki.signer import Signer
from kya.wiring.key_reference import (
    Reference,
    made_before,
    open_reference,
    read_reference,
)

PASSPHRASE_VARIABLE: Final = "KYA_PASSPHRASE_FILE"  # noqa: S105  a name, no secret


class KeyCabinet:
    """The directory that holds the keys of one installation, each in its own file.

    The passphrase is read from the file that `KYA_PASSPHRASE_FILE` names, and else from
    one beside the keys: then whoever copies the directory has the keys.
    """

    def __init__(self, directory: Path) -> None:
        """Use the directory, which `prepare` creates."""
        self._directory = directory

    def prepare(self) -> None:
        """Create the directory and, unless one is given, a passphrase of its own."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._passphrase_path()
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(new_passphrase() + "\n")

    def create(self, name: str, algorithm: KeyAlgorithm) -> Signer:
        """Return the signer of a new key; InputError if the name is taken."""
        return FileSigner.create(self._path(name), self._passphrase(), algorithm)

    def adopt(
        self,
        name: str,
        reference: Reference,
        algorithm: KeyAlgorithm = KeyAlgorithm.P256,
    ) -> Signer:
        """Return the signer of a key that lives elsewhere, known here from now on."""
        if self.has(name):
            raise InputError(f"key {name}: there is one already")
        signer = open_reference(reference, algorithm)
        fields = msgspec.to_builtins(made_before(reference)).items()
        lines = (
            f"{key} = {_toml(value)}\n" for key, value in fields if value is not None
        )
        self._referred(name).write_text("".join(lines))
        return signer

    def open(self, name: str, algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> Signer:
        """Return the signer of a key made or adopted before, then of this algorithm."""
        elsewhere = self._referred(name)
        if elsewhere.exists():
            raw = elsewhere.read_bytes()
            reference = read_reference(raw, str(elsewhere))
            return open_reference(reference, algorithm)
        return FileSigner.open(self._path(name), self._passphrase())

    def has(self, name: str) -> bool:
        """Tell whether there is a key of this name."""
        return self._path(name).exists() or self._referred(name).exists()

    def retire(self, name: str) -> None:
        """Rename a key out of the way; it is kept, for nothing signed is forgotten."""
        number = 1
        while self.has(f"{name}-former-{number}"):
            number += 1
        self.rename(name, f"{name}-former-{number}")

    def rename(self, name: str, new_name: str) -> None:
        """Give a key another name, which must be free."""
        if self._referred(name).exists():
            self._referred(name).rename(self._referred(new_name))
        else:
            self._path(name).rename(self._path(new_name))

    def _path(self, name: str) -> Path:
        """Return the file of a key."""
        return self._directory / f"{name}.pem"

    def _referred(self, name: str) -> Path:
        """Return the file that says where a key lives that is not here."""
        return self._directory / f"{name}.toml"

    def _passphrase_path(self) -> Path:
        """Return the file that holds the passphrase."""
        given = os.environ.get(PASSPHRASE_VARIABLE)
        return Path(given) if given else self._directory / "passphrase"

    def _passphrase(self) -> bytes:
        """Return the passphrase; a key is never kept without one."""
        path = self._passphrase_path()
        try:
            passphrase = path.read_bytes().strip()
        except FileNotFoundError as error:
            msg = f"{path}: no passphrase; want the data directory of `kya up`"
            raise InputError(msg) from error
        except OSError as error:
            msg = f"{path}: cannot be read ({error.strerror})"
            raise TransientError(msg) from error
        return passphrase


def _toml(value: object) -> str:
    """Return a TOML value; a JSON string, integer or boolean is a TOML one, too."""
    return msgspec.json.encode(value).decode()
