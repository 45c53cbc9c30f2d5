"""Reports on packages, and their texts."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kya.authority import ceremony
from kya.core.credential import Role
from kya.core.instant import Instant
from kya.pki.pem import CERTIFICATE, to_pem
from kya.pki.signer import Signer
from kya.report.compose import compose
from kya.report.gathered import Gathered
from kya.report.model import Chart, Document, Section, Sentence, Source, Table
from kya.verify.brought import Brought
from kya.verify.verify import examine
from tests.verify.packages import Handed
from tests.world import FOUNDED, World


def report_on(package: Handed, since: bytes | None = None) -> Document:
    brought = Brought.read(package.root, package.policy, since)
    brought = replace(brought, continues=since is not None)
    gathered = Gathered()
    return compose(examine(package.path, brought, watch=gathered), gathered)


def section(document: Document, title: str) -> Section:
    (found,) = (each for each in document.sections if each.title == title)
    return found


def sentences(document: Document) -> Iterator[tuple[str, Source]]:
    """Every text of a report that says something, with what it rests on."""
    for each in document.sections:
        for block in each.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    yield " | ".join(row.cells), row.source
            elif isinstance(block, Chart):
                yield block.said.text, block.said.source
            else:
                yield block.text, block.source


def said(document: Document, title: str) -> list[str]:
    """The sentences of a section, without its tables."""
    return [b.text for b in section(document, title).blocks if isinstance(b, Sentence)]


def rows(document: Document, title: str) -> list[tuple[str, ...]]:
    """The rows of the tables of a section."""
    blocks = section(document, title).blocks
    return [row.cells for b in blocks if isinstance(b, Table) for row in b.rows]


def charts(document: Document) -> list[Chart]:
    return [b for s in document.sections for b in s.blocks if isinstance(b, Chart)]


def a_certificate(
    world: World, key: Signer, role: Role = Role.RISK, since: Instant = FOUNDED
) -> bytes:
    """The certificate of karl, in PEM, under the world's root."""
    validity = ceremony.Validity.lasting(2**70, since, ceremony.LEAF_SECONDS)
    spki = key.public_key()
    der = ceremony.issue_service(world.issuer, role, "karl", spki, validity)
    return to_pem(CERTIFICATE, der)


def asked(*command: object) -> bytes:
    """What a program of poppler says, a judge that is not ours."""
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        message = f"no {words[0]} (apt: poppler-utils)"
        if "CI" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return subprocess.run(words, check=False, capture_output=True).stdout


def detached(pdf: Path, folder: Path) -> dict[str, bytes]:
    """The files that a PDF carries."""
    asked("pdfdetach", "-saveall", "-o", folder, pdf)
    return {path.name: path.read_bytes() for path in folder.iterdir()}
