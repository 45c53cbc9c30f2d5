import pytest

from kya.authority.workload import anchor_region, pin_runtime, region_of_key
from kya.codec.note import SignedNote
from kya.codec.sessions import parse_anchor, parse_runtime
from kya.core.errors import InputError
from tests.builders import a_region_anchor, a_runtime_pinned
from tests.world import World


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        ("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab", "eu-west-1"),
        ("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-12", "us-gov-west-1"),
        (
            "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k/versions/1",
            "europe-west3",
        ),
    ],
)
def test_the_region_stands_in_the_keys_full_name(resource: str, region: str) -> None:
    assert region_of_key(resource) == region


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "alias/algo-trader",
        "arn:aws:kms:eu-west-1:111122223333:alias/algo-trader",
        "arn:aws:s3:eu-west-1:111122223333:key/1",
        "arn:aws:kms:eu-west-1:111122223333:key/",
        "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "https://vault.example/keys/algo-trader",
    ],
)
def test_a_name_without_a_region_has_none(resource: str) -> None:
    with pytest.raises(InputError, match="want the ARN of an AWS KMS key"):
        region_of_key(resource)


def test_what_people_say_of_a_workload_is_signed_by_them() -> None:
    world = World()
    event, anchor = a_runtime_pinned(), a_region_anchor()
    note = SignedNote.parse(pin_runtime(event, *world.operators))
    assert parse_runtime(note.text) == event
    assert [line.name for line in note.signatures] == ["alice", "bob"]
    note = SignedNote.parse(anchor_region(world.authority, anchor))
    assert parse_anchor(note.text).anchor == anchor
    assert [line.name for line in note.signatures] == ["authority"]
