"""A real PKCS #11 token in software: SoftHSM, with a folder of its own.

The library reads its environment once for each start, and there is one of it in a
process: so one folder serves a whole test session, with as many tokens as wanted.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from kya.adapters.kms_pkcs11 import TokenKey

PIN = "0451"
SO_PIN = "04510451"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


_started: "list[SoftHsm]" = []


class SoftHsm:
    """Tokens in a folder."""

    def __init__(self, module: Path, folder: Path) -> None:
        self.module = module
        self.folder = folder / "tokens"
        self.folder.mkdir()
        self._away = folder / "away"
        self._numbers = count(1)

    def new_token(self) -> str:
        """The label of a token that is initialised and empty."""
        label = f"desk-{next(self._numbers)}"
        self.add_token(label)
        return label

    def add_token(self, label: str) -> None:
        pins = ["--so-pin", SO_PIN, "--pin", PIN]
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
            capture_output=True,
            check=True,
        )

    def key(self, token: str, label: str = "agent") -> TokenKey:
        return TokenKey(module=self.module, token=token, label=label)

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Every token is away, as if its device had been pulled out."""
        self.folder.rename(self._away)
        try:
            yield
        finally:
            self._away.rename(self.folder)


def start(folder: Path) -> SoftHsm:
    """Point the library at the folder; skip where there is no library, save in CI.

    The library reads its configuration once in a process: a later call returns the
    first one's tokens.
    """
    if _started:
        return _started[0]
    module = next((Path(path) for path in _MODULES if Path(path).is_file()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        missing = "SoftHSM is not here: apt-get install softhsm2"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\n"
        "objectstore.backend = file\n"
        "log.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    _started.append(SoftHsm(module, folder))
    return _started[0]
