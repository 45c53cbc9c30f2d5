from hashlib import sha256
from pathlib import Path

import pytest

from kya.adapters.region_aws import HOST, InstanceIdentity
from kya.agent.workload import RecordedRegion
from kya.core.errors import InputError
from kya.wiring.workload import WORKLOAD_FILE, workload_at

ANCHOR = "5" * 64


def written(folder: Path, text: str) -> Path:
    (folder / WORKLOAD_FILE).write_text(text)
    return folder


def test_without_a_file_a_host_has_nothing_to_say(tmp_path: Path) -> None:
    assert workload_at(tmp_path) is None


def test_paths_are_below_the_directory_and_digests_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    text = f'[runtime]\nimage = "sha256:{ANCHOR}"\nmodel = "model.bin"\n'
    workload = workload_at(written(tmp_path, text))
    assert workload is not None
    model = sha256(b"weights").hexdigest()
    assert workload.runtime().components == (("image", ANCHOR), ("model", model))
    assert workload.shown() is None


def test_an_absolute_path_is_one(tmp_path: Path) -> None:
    model = tmp_path / "elsewhere"
    model.write_bytes(b"weights")
    (tmp_path / "bot").mkdir()
    workload = workload_at(written(tmp_path / "bot", f'[runtime]\nmodel = "{model}"\n'))
    assert workload is not None
    assert workload.runtime().components[0][1] == sha256(b"weights").hexdigest()


@pytest.mark.parametrize("source", ["kms-key", "kubernetes-node"])
def test_what_is_on_record_shows_the_region(tmp_path: Path, source: str) -> None:
    text = f'[region]\nsource = "{source}"\nanchor = "{ANCHOR}"\n'
    workload = workload_at(written(tmp_path, text))
    assert workload is not None
    assert workload.region == RecordedRegion(ANCHOR)
    assert workload.runtime().components == ()


def test_the_metadata_service_shows_the_region(tmp_path: Path) -> None:
    text = f'[region]\nsource = "aws-instance-identity"\nanchor = "{ANCHOR}"\n'
    workload = workload_at(written(tmp_path, text))
    assert workload is not None
    assert workload.region == InstanceIdentity(anchor=ANCHOR, host=HOST)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "want at least one component"),
        ("[runtime]\nmodel = 7\n", "Expected `str`"),
        ("[secrets]\n", "unknown field"),
        ('[region]\nsource = "agent"\nanchor = ""\n', "Invalid enum value"),
        ('[region]\nsource = "kms-key"\n', "missing required field `anchor`"),
        ("nonsense", "workload.toml"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        workload_at(written(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / WORKLOAD_FILE).write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"workload\.toml"):
        workload_at(tmp_path)
