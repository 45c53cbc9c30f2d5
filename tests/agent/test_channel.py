"""The client's channel certificate is renewed in time, and no order is lost by it."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from kya.adapters.channel_tls import ChannelEnd
from kya.agent.channel import RETRY_SECONDS, Channel, ChannelDesk
from kya.api.channel import create_channel_app
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.lifecycle import Act
from kya.pki.channel import verify_channel
from kya.wiring.listening import Listening, listen_on
from kya.wiring.server import Door, SecondServer, server_of
from tests.authority.issuing import Issuing
from tests.world import MORNING


class DeskThread:
    """The issuer's application on a socket, until it is closed."""

    def __init__(self, issuing: Issuing) -> None:
        self.listening: Listening = listen_on("127.0.0.1", 0, "http")
        self._issuing = issuing
        self._began = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._began.wait(10)

    async def _serve(self) -> None:
        state = self._issuing.world
        app = create_channel_app(self._issuing.issuer, lambda: state.state)
        self._server = server_of(Door(app=app, listening=self.listening), SecondServer)
        serving = asyncio.create_task(
            self._server.serve(sockets=[self.listening.socket])
        )
        await self._server.takes_requests
        self._began.set()
        await serving

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join()
            self.listening.close()


@pytest.fixture
def issuing() -> Issuing:
    return Issuing()


@pytest.fixture
def desk(issuing: Issuing) -> Iterator[DeskThread]:
    desk = DeskThread(issuing)
    yield desk
    desk.close()


def a_channel(issuing: Issuing, desk: DeskThread) -> Channel:
    return Channel(
        issuing.world.credential,
        issuing.world.agent,
        lambda: issuing.now,
        ChannelEnd.of_client(issuing.anchor.der),
        ChannelDesk(url=desk.listening.url, context=None),
    )


def test_has_no_certificate_before_it_is_asked_for(
    issuing: Issuing, desk: DeskThread
) -> None:
    channel = a_channel(issuing, desk)
    assert channel.is_due()
    assert (channel.certificate, channel.ends_at) == (b"", None)
    channel.keep()
    assert not channel.is_due()
    found = verify_channel(channel.certificate, issuing.anchor, MORNING)
    assert channel.ends_at == found.not_after


def test_is_renewed_at_two_thirds_of_its_life(
    issuing: Issuing, desk: DeskThread
) -> None:
    channel = a_channel(issuing, desk)
    channel.keep()
    first, context = channel.certificate, channel.context
    start = verify_channel(first, issuing.anchor, MORNING).not_before
    issuing.now = start.plus(seconds=2_399)
    channel.keep()
    assert channel.certificate == first
    issuing.now = start.plus(seconds=2_400)
    channel.keep()
    assert channel.certificate != first
    second = verify_channel(channel.certificate, issuing.anchor, issuing.now)
    assert second.not_after > issuing.now.plus(seconds=3_500)
    assert channel.context is context  # New connections use it, open ones stay.


def test_every_certificate_is_for_a_new_key(issuing: Issuing, desk: DeskThread) -> None:
    channel = a_channel(issuing, desk)
    keys = set()
    for _ in range(3):
        channel.renew()
        keys.add(channel.certificate[-200:])
    assert len(keys) == 3


def test_a_renewal_that_fails_leaves_the_old_one_in_use(
    issuing: Issuing, desk: DeskThread
) -> None:
    channel = a_channel(issuing, desk)
    channel.keep()
    first = channel.certificate
    desk.close()
    issuing.now = MORNING.plus(seconds=2_500)
    channel.keep()
    assert channel.certificate == first
    assert not channel.is_due()
    issuing.now = issuing.now.plus(seconds=RETRY_SECONDS)
    assert channel.is_due()


def test_a_suspended_agent_keeps_its_channel_to_be_refused_on_record(
    issuing: Issuing, desk: DeskThread
) -> None:
    channel = a_channel(issuing, desk)
    channel.keep()
    issuing.world.change_standing(Act.SUSPEND, issuing.world.now)
    issuing.now = MORNING.plus(seconds=2_500)
    channel.keep()
    issuing.now = MORNING.plus(seconds=3_700)
    with pytest.raises(InputError, match="credential is active"):
        channel.keep()


def test_without_any_certificate_the_fault_is_raised(
    issuing: Issuing, desk: DeskThread
) -> None:
    desk.close()
    with pytest.raises(TransientError):
        a_channel(issuing, desk).keep()


def test_a_desk_that_answers_nonsense_is_not_believed(issuing: Issuing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc")
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        channel = Channel(
            issuing.world.credential,
            issuing.world.agent,
            lambda: issuing.now,
            ChannelEnd.of_client(issuing.anchor.der),
            ChannelDesk(url=f"http://127.0.0.1:{port}", context=None),
        )
        with pytest.raises(InputError, match="want CERTIFICATE blocks"):
            channel.keep()
        thread.join()


def test_anothers_certificate_is_not_installed(issuing: Issuing) -> None:
    end = ChannelEnd.of_client(issuing.anchor.der)
    with pytest.raises(InputError, match="no key has been drawn"):
        end.install(issuing.anchor.der)
    end.draw_key()
    with pytest.raises(DistrustError, match="not our key's certificate"):
        end.install(issuing.certify(), issuing.anchor.der)
