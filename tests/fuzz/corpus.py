"""The corpus in `tests/corpus`, one folder for each parser.

    .venv/bin/python -m tests.fuzz.corpus

writes `seed-*.bin` and `damaged-*.bin` anew. `kept-*.bin` is what once broke a parser,
or nearly; put it there by hand, and it stays.
"""

from pathlib import Path
from random import Random
from typing import Final

from tests.fuzz.parsers import PARSERS
from tests.fuzz.seeds import seeds_of

CORPUS: Final = Path(__file__).resolve().parents[1] / "corpus"
DAMAGED_EACH: Final = 12
SIZE_MAX: Final = 8_192
"""Nobody reads a larger one; what is about size is in tests of its own."""


def corpus_files(name: str) -> list[tuple[Path, bytes]]:
    """Return a parser's files as they are on disk."""
    paths = sorted((CORPUS / name).glob("*.bin"))
    return [(path, path.read_bytes()) for path in paths]


def made() -> dict[Path, bytes]:
    """Return what the corpus holds but for what is kept by hand."""
    files: dict[Path, bytes] = {}
    for name, parser in PARSERS.items():
        seeds = seeds_of(name)
        for each, raw in seeds.items():
            files[CORPUS / name / f"seed-{each}.bin"] = raw
        chance = Random(f"kya {name}")
        for number in range(DAMAGED_EACH):
            seed = chance.choice(sorted(seeds))
            bent = parser.damage(seeds[seed], chance)
            path = CORPUS / name / f"damaged-{number:02}-{seed}.bin"
            files[path] = bent[:SIZE_MAX]
    return files


def main() -> None:
    """Write the corpus."""
    for path in CORPUS.rglob("*.bin"):
        if not path.name.startswith("kept-"):
            path.unlink()
    for path, raw in made().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


if __name__ == "__main__":
    main()
