"""What runs, and where, once more by plain reading: pins, anchors and sessions."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PlainAgent

WORKLOAD_KINDS: Final = frozenset(
    {"kya/runtime/v1", "kya/region-anchor/v1", "kya/session-start/v1"}
)


@dataclass(slots=True)
class PlainWorkloads:
    """The anchors on record, by the digest of their line."""

    anchors: dict[str, Fields] = field(default_factory=dict[str, Fields])

    def take(
        self, said: Fields, line: bytes, agents: dict[str, PlainAgent]
    ) -> Iterator[str]:
        """Remember what runs, and by what a region is shown; yield what is wrong."""
        kind = said["_type"]
        if kind == "kya/runtime/v1":
            agents.setdefault(said["agent"], PlainAgent()).pinned = said["runtime"]
        elif kind == "kya/region-anchor/v1":
            self.anchors[sha256(line).hexdigest()] = said
        else:
            yield from self._take_session(said, agents)

    def _take_session(
        self, said: Fields, agents: dict[str, PlainAgent]
    ) -> Iterator[str]:
        """Check that a session follows the last one, and what it shows for a region."""
        line = b64decode(said["note"], validate=True).partition(b"\n")[0] + b"\n"
        session = json.loads(line)
        agent = agents.setdefault(session["agent"], PlainAgent())
        seq = agent.session["seq"] if agent.session else 0
        if (session["seq"], session["prev"]) != (seq + 1, agent.session_line):
            yield "a session that does not follow the last one"
        shown = session["evidence"]
        if shown is not None:
            anchor = self.anchors.get(shown["anchor"])
            wanted = (session["credential"], session["region"])
            if anchor is None or (anchor["credential"], anchor["region"]) != wanted:
                yield "a region that no anchor vouches for"
        level = "self_asserted" if shown is None else "attested"
        if said["region_evidence"] != level or said["region"] != session["region"]:
            yield "a session that says other than the agent"
        agent.session, agent.session_line = session, sha256(line).hexdigest()
