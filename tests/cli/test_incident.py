"""`kya incident`, against a gateway that runs: people act, and else time does."""

import time
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.terminal import founded_at, up
from tests.cli.watched import GRACE, Watched, wait_for

ALICE: Final = ("--as", "operator:alice", "--reason", "seen")
BOTH: Final = ("--as", "operator:alice", "--as", "risk:rita", "--reason", "looked")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401
    """A bot whose incidents leave people an hour."""
    with up(founded_at(tmp_path_factory.mktemp("slow") / "data")) as running:
        yield Watched(running, grace=3_600)


def test_people_see_extend_release_and_conclude(slow: Watched) -> None:
    opened = slow.breach()
    assert slow.trade() == "allowed"
    seen = slow.kya("ack", opened[:8], *ALICE)
    assert seen.code == 0, seen.err
    assert seen.out.startswith(f"acknowledge {opened[:16]} entry ")
    assert "the grace runs on: 35" in seen.err
    again = slow.kya("ack", opened[:8], *ALICE)
    assert again.code == 2
    assert "it is acknowledged" in again.err
    alone = slow.kya("release", opened[:8], "--as", "risk:rita", "--reason", "mine")
    assert alone.code == 1
    assert "want 2 different people, one of them of compliance or risk" in alone.err
    more = slow.kya("extend", opened[:8], "--minutes", "90", *BOTH)
    assert more.code == 0, more.err
    assert slow.listed()[0]["state"] == "acknowledged"
    released = slow.kya("release", opened[:8], *BOTH)
    assert released.code == 0, released.err
    file = slow.running.data / "incident.txt"
    file.write_text("a wrong parameter\n")
    cause = ("--file", str(file), "--as", "risk:rita", "--reason", "a wrong parameter")
    assert slow.kya("conclude", opened[:8], *cause).code == 0
    story = slow.kya("show", opened[:8])
    assert story.code == 0, story.err
    told = [
        line.partition(": ")[2] for line in story.out.splitlines() if "entry" in line
    ]
    assert told == [
        "opened by order 1, denied: order.amount_max",
        "acknowledge by alice: seen",
        told[2],
        "release by alice and rita: looked",
        "conclude by rita: a wrong parameter",
    ]
    assert told[2].startswith("extend until 2")


def test_what_names_no_incident_or_several_is_refused(slow: Watched) -> None:
    for named, why in (("xyz", "hexadecimal"), ("", "hexadecimal"), ("00000000", "no")):
        refused = slow.kya("ack", named, *ALICE)
        assert refused.code == 2
        assert why in refused.err
    assert slow.kya("list").code == 0


def test_time_out_suspends_although_it_was_seen(tmp_path: Path) -> None:
    with up(founded_at(tmp_path / "data")) as running:
        house = Watched(running)
        opened = house.breach()
        assert house.kya("ack", opened, *ALICE).code == 0
        wait_for(lambda: house.listed()[0]["state"] == "suspended")
        found = house.listed()[0]
        assert found["suspended_at"] >= found["grace_ends_at"]
        assert house.trade() == "refused"
        late = house.kya("release", opened, *BOTH)
        assert late.code == 2
        assert "it is suspended" in late.err
        people = ("--as", "alice", "--as", "bob", "--reason", "checked")
        lifted = running.kya("agent", "reinstate", "bot", *people)
        assert lifted.code == 0, lifted.err
        assert house.listed()[0]["state"] == "reinstated"
        assert house.trade() == "allowed"


def test_a_gateway_killed_within_the_grace_enforces_at_once(tmp_path: Path) -> None:
    with up(founded_at(tmp_path / "data")) as running:
        house = Watched(running)
        house.breach()
        running.kill()
    time.sleep(GRACE)
    with up(tmp_path / "data") as again:
        assert house.trade(again) in {"denied", "refused"}
        house.running = again
        wait_for(lambda: house.listed()[0]["state"] == "suspended")
        assert house.trade(again) == "refused"
        # People end the certificate; the entry and the list are the authority's.
        opened = house.listed()[0]["incident"]
        alone = house.kya("revoke", opened, *ALICE)
        assert "want 2 different people" in alone.err
        assert house.kya("revoke", opened, *BOTH).code == 0
        wait_for(lambda: house.listed()[0]["state"] == "revoked")
        shown = again.kya("agent", "show", "bot", "--json").json
        assert shown["standing"] == "revoked"


def test_without_the_authoritys_key_orders_are_denied_all_the_same(
    tmp_path: Path,
) -> None:
    with up(founded_at(tmp_path / "data")) as running:
        house = Watched(running)
        opened = house.breach()
        key = tmp_path / "data/keys/authority.pem"
        key.rename(tmp_path / "away.pem")
        time.sleep(GRACE)
        assert house.trade() == "denied"
        found = house.listed()[0]
        assert (found["state"], found["repeats"]) == ("open", 1)
        (tmp_path / "away.pem").rename(key)
        wait_for(lambda: house.listed()[0]["state"] == "suspended")
        story = house.kya("show", opened).out
        assert f"certificate suspended: grace of incident {opened[:16]} ended" in story
