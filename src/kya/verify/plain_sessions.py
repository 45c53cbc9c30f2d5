"""Sessions once more, by plain reading: each follows the last, and shows its region."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PlainAgent


def follow_session(
    said: Fields, agent: PlainAgent, anchors: Mapping[str, Fields]
) -> Iterator[str]:
    """Take the agent's next session; yield what is wrong with it."""
    line = b64decode(said["note"], validate=True).partition(b"\n")[0] + b"\n"
    session = json.loads(line)
    seq = agent.session["seq"] if agent.session else 0
    if (session["seq"], session["prev"]) != (seq + 1, agent.session_line):
        yield "a session that does not follow the last one"
    shown = session["evidence"]
    if shown is not None:
        anchor = anchors.get(shown["anchor"])
        wanted = (session["credential"], session["region"])
        if anchor is None or (anchor["credential"], anchor["region"]) != wanted:
            yield "a region that no anchor vouches for"
    level = "self_asserted" if shown is None else "attested"
    if said["region_evidence"] != level or said["region"] != session["region"]:
        yield "a session that says other than the agent"
    agent.session, agent.session_line = session, sha256(line).hexdigest()
