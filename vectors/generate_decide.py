"""Write the rules' test vectors: `python -m vectors.generate_decide`.

Nothing here comes from `kya`: reasons are stated by hand, and the lines come from a
second judge that is written from the pages in spec/. Running it again gives the same
bytes.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import vectors.canonical.cases
import vectors.decide.cases
from vectors.cases import Case

HERE = Path(__file__).resolve().parent

CANONICAL = """`value`: `text` is its canonical JSON (RFC 8785). `line`: base64 of what
may be an order line; `malformed`: refuse it, whatever else it might mean."""
DECIDE = """`order` is the order's line, `leaf` the leaf hash of its entry, `scope` the
canonical scope in its certificate, `past` what the log says of the agent before this
order; sums and ids of another day than `received_at` do not count. `session` is the
line of the agent's session under its certificate, `pinned` what it may run, `override`
what two people have put on record before, for this order line or for another one,
`halts` what people have said about where trading is stopped, `place_limits` how they
have limited places, both in the order of the log, `place_use` what all agents have used
of a place on its `day`, `target` the line of the working order that the order names,
and `firm` the working orders of all agents. Where they stand, `overlays` are the
policies that people have put in force, in the order of the log, and `answers` what they
said of this order. Judge it: the outcome is `expected`, with
exactly these `reasons`, and the decision's line is `decision`, byte for byte. The
reason `control.faulted` has no case, for it stands for a judge that breaks."""


def main() -> None:
    """Write the two files below this one's folder."""
    for path, content in files():
        (HERE / path).write_text(content, encoding="utf-8")


def files() -> Iterator[tuple[str, str]]:
    """Yield each file's path below this folder, and its text."""
    canonical, decide = vectors.canonical.cases.cases(), vectors.decide.cases.cases()
    yield "canonical/canonical.json", _document("canonical", CANONICAL, canonical)
    yield "decide/decide.json", _document("decide", DECIDE, decide)


def _document(name: str, reading: str, cases: Iterable[Case]) -> str:
    content = {
        "schema": f"kya/vectors/{name}/v1",
        "reading": reading.replace("\n", " "),
        "cases": list(cases),
    }
    return json.dumps(content, indent=1) + "\n"


if __name__ == "__main__":
    main()
