"""`kya gateway test-alert`: a target is tried, without a gateway or an entry."""

import base64
from pathlib import Path

import pytest

from kya.config import CONFIG_FILE, render_config
from kya.config_outside import AlertSection
from tests.adapters.doubles.feed import FeedServer, Reply, serving, status
from tests.adapters.doubles.hooks import event_in, takes
from tests.cli.terminal import Said, kya
from tests.test_config import LEAST
from tests.wiring.configured import with_alerts

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def tried(data: Path, reply: Reply, name: str = "desk") -> tuple[Said, FeedServer]:
    """What the command says of a target that replies so."""
    (data / "hook.secret").write_text(SECRET)
    with serving(reply) as server:
        section = AlertSection(
            kind="webhook",
            url=server.url,
            secrets=("file:hook.secret",),
            networks=("127.0.0.0/8",),
        )
        config = with_alerts(LEAST, {"desk": section})
        (data / CONFIG_FILE).write_text(render_config(config))
        return kya("gateway", "test-alert", name, "--data", data), server


def test_what_came_back_is_printed(tmp_path: Path) -> None:
    said, server = tried(tmp_path, takes(202))
    assert (said.code, said.out) == (0, "told desk 202 Accepted\n")
    event = event_in(server, 0, SECRET)
    assert event["type"] == "kya.incident.tried"
    assert "nothing has happened" in event["data"]["text"]


@pytest.mark.parametrize(
    ("reply", "name", "code", "fault"),
    [
        (status(500), "desk", 4, "alerts.desk: 500 Internal Server Error"),
        (status(410), "desk", 2, "alerts.desk: 410 Gone"),
        (takes(), "pager", 2, "no target pager; the configuration has desk"),
    ],
)
def test_what_went_wrong_is_said_and_is_the_exit_code(
    tmp_path: Path, reply: Reply, name: str, code: int, fault: str
) -> None:
    said, _ = tried(tmp_path, reply, name)
    assert (said.code, said.out) == (code, "")
    assert fault in said.err
    assert SECRET not in said.err
