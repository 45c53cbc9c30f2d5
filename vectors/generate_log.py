"""Write the log's test vectors: `python -m vectors.generate_log`.

Nothing here comes from `kya`: hashes are computed by the recursive definitions of
RFC 9162 §2.1, tile paths and notes by the words of C2SP, signatures by the
`cryptography` library. Running it again gives the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import vectors.merkle.cases
import vectors.note.cases
import vectors.tile.cases
from vectors.cases import Case

HERE = Path(__file__).resolve().parent

MERKLE = """Hashes and entries are hex. `root`: what MTH of the entries is.
`inclusion`, `consistency`: accept if and only if the path proves it."""
NOTE = """`note` is base64 of the bytes; `keys` are the vkeys that the verifier knows;
`signers` are the names that signed. `malformed`: no signed note. `distrust`: a signed
note that these keys do not vouch for."""
TILE = """`path`: accept exactly the one spelling of a tile's or bundle's name.
`tree`: how many full tiles each level of a tree of `size` has, and how wide its partial
one is (0: none). `bundle`: a file's bytes in hex, and the entries in it."""


def main() -> None:
    """Write the three files below this one's folder."""
    for path, content in files():
        (HERE / path).write_text(content, encoding="utf-8")


def files() -> Iterator[tuple[str, str]]:
    """Yield each file's path below this folder, and its text."""
    yield (
        "merkle/merkle.json",
        _document("merkle", MERKLE, vectors.merkle.cases.cases()),
    )
    yield "note/note.json", _document("note", NOTE, vectors.note.cases.cases())
    yield "tile/tile.json", _document("tile", TILE, vectors.tile.cases.cases())


def _document(name: str, reading: str, cases: Iterable[Case]) -> str:
    content = {
        "schema": f"kya/vectors/{name}/v1",
        "reading": reading.replace("\n", " "),
        "cases": list(cases),
    }
    return json.dumps(content, indent=1) + "\n"


if __name__ == "__main__":
    main()
