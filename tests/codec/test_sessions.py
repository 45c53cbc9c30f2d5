import json
from typing import Any

import pytest
from hypothesis import given

from kya.codec.canonical import digest, encode_line
from kya.codec.sessions import (
    parse_anchor,
    parse_runtime,
    parse_session,
    parse_start,
    render_anchor,
    render_runtime,
    render_session,
    render_start,
)
from kya.core.errors import MalformedError
from kya.core.session import RegionAnchor, Session
from kya.core.workload_events import RuntimePinned, SessionStarted
from tests.builders import a_digest, a_region_anchor, a_session, some_evidence
from tests.strategies import pinned_runtimes, region_anchors, sessions
from tests.world import World

LINE: dict[str, Any] = json.loads(render_session(a_session()))


def a_start() -> SessionStarted:
    world = World()
    event = world.start().event
    assert isinstance(event, SessionStarted)
    return event


START: dict[str, Any] = json.loads(render_start(a_start()))


@given(sessions)
def test_a_session_is_read_as_it_is_written(session: Session) -> None:
    assert parse_session(render_session(session)) == session


@given(pinned_runtimes)
def test_a_pinned_runtime_is_read_as_it_is_written(event: RuntimePinned) -> None:
    assert parse_runtime(render_runtime(event)) == event


@given(region_anchors())
def test_an_anchor_is_read_as_it_is_written(anchor: RegionAnchor) -> None:
    line = render_anchor(anchor)
    event = parse_anchor(line)
    assert (event.anchor, event.digest) == (anchor, digest(line))


def test_the_start_of_a_session_is_read_as_it_is_written() -> None:
    event = a_start()
    assert parse_start(render_start(event)) == event


def test_a_session_is_this_text() -> None:
    session = a_session(evidence=some_evidence(a_digest("anchor")))
    text = render_session(session).decode()
    image, model = a_digest("image"), a_digest("model")
    assert text == (
        '{"_type":"kya/session/v1","agent":"algo_trader_v2",'
        '"created_at":"2026-05-15T08:15:00.000000Z",'
        f'"credential":"{a_digest("certificate")}",'
        f'"evidence":{{"anchor":"{a_digest("anchor")}","document":"","signature":""}},'
        f'"prev":"{"0" * 64}","region":"eu-west-1",'
        f'"runtime":{{"image":"{image}","model":"{model}"}},"seq":1}}\n'
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seq": 0}, "seq: want 1 to"),
        ({"region": "EU"}, "region: want"),
        ({"runtime": {"model": "sha256:beef"}}, "model: want"),
        ({"runtime": {"Model": a_digest(1)}}, "runtime: want"),
        ({"prev": "0"}, "prev: want"),
        ({"evidence": {"anchor": a_digest(1)}}, "missing required field"),
        (
            {"evidence": {"anchor": a_digest(1), "document": "e30=", "signature": ""}},
            "document and signature together",
        ),
        (
            {"evidence": {"anchor": a_digest(1), "document": "e3", "signature": ""}},
            "document: want padded base64",
        ),
        ({"secret": "x"}, "unknown field"),
    ],
)
def test_what_is_no_session_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedError, match=f"session: .*{why}"):
        parse_session(encode_line({**LINE, **change}))


def test_the_components_of_a_runtime_stand_in_one_order() -> None:
    runtime = LINE["runtime"]
    turned = dict(reversed(runtime.items()))
    line = render_session(a_session()).decode()
    other = line.replace(
        json.dumps(runtime, separators=(",", ":")),
        json.dumps(turned, separators=(",", ":")),
    )
    assert other != line
    with pytest.raises(MalformedError, match="not in canonical form"):
        parse_session(other.encode())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"region": "eu-west-2"}, "want agent, region, evidence and digest"),
        ({"agent": "somebody"}, "want agent, region, evidence and digest"),
        ({"region_evidence": "attested"}, "want agent, region, evidence and digest"),
        ({"session": a_digest("other")}, "want agent, region, evidence and digest"),
        ({"source": "kms-key"}, "source: want one of agent"),
        ({"note": "e30="}, "note"),
    ],
)
def test_a_start_says_what_the_agents_own_note_says(
    change: dict[str, Any], why: str
) -> None:
    with pytest.raises(MalformedError, match=why):
        parse_start(encode_line({**START, **change}))


def test_an_anchor_of_no_known_source_is_refused() -> None:
    fields = json.loads(render_anchor(a_region_anchor()))
    with pytest.raises(MalformedError, match="source: want one of aws-instance"):
        parse_anchor(encode_line({**fields, "source": "agent"}))
