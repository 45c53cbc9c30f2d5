"""The page on the console, run against a real gateway and a real console."""

from pathlib import Path

from kya.pki.pem import CERTIFICATE_REQUEST, to_pem
from kya.pki.request import make_request
from tests.surface.blocks import ROOT
from tests.surface.walking import walk
from tests.world import signer_for


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    # What a browser gives out; tests/console makes one there.
    request = to_pem(CERTIFICATE_REQUEST, make_request(signer_for("olga")))
    (tmp_path / "olga.csr").write_bytes(request)
    walk(ROOT / "docs" / "how-to" / "run-the-console.md", tmp_path, ["8720"])
