import json
import socket
import ssl
import stat
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest
from cryptography.x509 import ocsp

from kya.adapters.channel_tls import ChannelEnd
from kya.adapters.clock import SystemClock
from kya.agent.chain import Identity, Instruction
from kya.agent.channel import Channel
from kya.agent.client import Agent
from kya.agent.dial import Question, ask
from kya.config import GatewaySection, read_config, render_config
from kya.core.errors import InputError, TransientError
from kya.core.money import Money
from kya.core.order import Side
from kya.pki.crl import verify_crl
from kya.wiring.agent_host import AgentHost
from kya.wiring.agent_journal import journal_at
from kya.wiring.installation import open_installation
from kya.wiring.listening import WILDCARD
from kya.wiring.tls import gateway_tls, hosts_of
from tests.cli.terminal import founded_at, kya_process, starting, up
from tests.pki.test_ocsp import request
from tests.wiring.secured import (
    EUR,
    SECONDS,
    Secured,
    exchanged,
    identity_in,
    now,
    outcome_in,
    problem_in,
    secured,
)

# ----------------------------------------------------------------- configuration


@pytest.mark.parametrize("host", [WILDCARD, "192.0.2.1", "gateway.example", ""])
@pytest.mark.parametrize("mode", ["off", "proxy"])
def test_without_tls_of_its_own_it_listens_on_loopback(host: str, mode: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="is for a loopback host"):
        msgspec.convert({"host": host, "tls": mode}, GatewaySection)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost"])
@pytest.mark.parametrize("mode", ["off", "proxy"])
def test_loopback_is_enough_for_it(host: str, mode: str) -> None:
    section = msgspec.convert({"host": host, "tls": mode}, GatewaySection)
    assert section.host == host


@pytest.mark.parametrize("seconds", [0, 1_201])
def test_a_connection_may_not_outlive_a_renewal(seconds: int) -> None:
    raw = {"connection_seconds_max": seconds}
    with pytest.raises(msgspec.ValidationError, match="want 1 to 1200"):
        msgspec.convert(raw, GatewaySection)


def test_a_socket_is_for_a_proxy() -> None:
    with pytest.raises(msgspec.ValidationError, match="socket is for"):
        msgspec.convert({"socket": "x"}, GatewaySection)


def test_names_and_addresses_stand_in_the_gateways_certificate() -> None:
    section = GatewaySection(
        host=WILDCARD, tls="mutual", names=("gw.example", "192.0.2.7", "gw.example")
    )
    assert hosts_of(section) == (
        ip_address("127.0.0.1"),
        "gw.example",
        ip_address("192.0.2.7"),
    )


def test_a_host_that_strangers_reach_does_not_start_without_tls(tmp_path: Path) -> None:
    founded_at(tmp_path)
    path = tmp_path / "kya.toml"
    path.write_text(path.read_text().replace('"127.0.0.1"', '"0.0.0.0"'))
    refused = kya_process("up", "--data", tmp_path)
    assert refused.code == 2
    assert 'tls = "off" is for a loopback host, got 0.0.0.0' in refused.err


def test_an_older_installation_gets_its_channel_ca_with_the_roots_key(
    tmp_path: Path,
) -> None:
    founded_at(tmp_path)
    (tmp_path / "trust/channel.pem").unlink()
    (tmp_path / "keys/channel.pem").unlink()
    root = (tmp_path / "keys/root.pem").rename(tmp_path / "root-elsewhere.pem")
    refused = kya_process("up", "--data", tmp_path, "--tls", "--port", "0")
    assert refused.code == 2
    assert "bring it back for one start" in refused.err
    root.rename(tmp_path / "keys/root.pem")
    with up(tmp_path, "--tls") as running:
        assert running.url.startswith("https://")


def test_a_channel_ca_of_another_root_is_not_used(tmp_path: Path) -> None:
    founded_at(tmp_path / "ours")
    with up(tmp_path / "theirs") as running:
        running.stop()
    stranger = (tmp_path / "theirs/trust/channel.pem").read_bytes()
    (tmp_path / "ours/trust/channel.pem").write_bytes(stranger)
    refused = kya_process("up", "--data", tmp_path / "ours", "--tls", "--port", "0")
    assert refused.code == 1
    assert "channel: " in refused.err


def test_the_gateway_renews_its_own_end(tmp_path: Path) -> None:
    founded_at(tmp_path)
    opened = open_installation(tmp_path)
    tls = gateway_tls(opened, SystemClock())
    first = served_by(tls.orders)
    assert served_by(tls.orders) == first
    tls.renew()
    assert served_by(tls.orders) != first


def served_by(end: ChannelEnd) -> str:
    """The serials that this end's context would show, by a handshake in memory."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(there, here)
    server = end.context.wrap_bio(here, there, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    der = client.getpeercert(binary_form=True)
    return sha256(der or b"").hexdigest()


# --------------------------------------------------------------------- behaviour


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A gateway whose connections end after two seconds."""
    data = tmp_path_factory.mktemp("brief") / "data"
    config = read_config(founded_at(data))
    section = msgspec.structs.replace(
        config.gateway, tls="mutual", connection_seconds_max=2
    )
    config = msgspec.structs.replace(config, gateway=section)
    (data / "kya.toml").write_text(render_config(config))
    with secured(data, "bot", "rival", arguments=()) as running_again:
        yield running_again


def test_a_connection_ends_at_its_age_between_two_requests(brief: Secured) -> None:
    # Another agent than the next test's, which may come first, and has its own journal.
    bot = brief.bots["rival"]
    connection = brief.connection(brief.end("rival").context)
    begun = time.monotonic()
    assert exchanged(connection, bot.order()) == 200
    raw = connection.sock
    raw.settimeout(SECONDS)
    assert raw.recv(1) == b""
    assert 1.5 < time.monotonic() - begun < 8
    connection.close()


def test_a_client_loses_no_order_when_connections_end(brief: Secured) -> None:
    bot = brief.bots["bot"]
    host = AgentHost(brief.directory("bot"))
    identity = Identity(agent="bot", credential=bot.credential, region="eu-west-1")
    with (
        closing(journal_at(host.directory)) as journal,
        Agent(identity, bot.signer, journal, now, host.link(now)) as agent,
    ):
        end = time.monotonic() + 5
        count = 0
        while time.monotonic() < end:
            count += 1
            answer = agent.submit(
                Instruction(
                    client_order_id=f"long-{count}",
                    market="EUR/USD",
                    side=Side.BUY,
                    amount=Money.parse("1.00", EUR),
                    venue="SIMA",
                )
            )
            assert answer.allowed
            if count % 50 == 0:
                channel = host_channel(agent)
                channel.renew()
        assert count > 50


def _told_without_a_certificate(house: Secured) -> None:
    """Who has no certificate learns which are revoked, in plain HTTP, and no more."""
    issuer = house.opened.certificate("issuer")
    for path in ("/crl", "/crl/1"):
        reply = house.ask_status("GET", path)
        assert verify_crl(reply.accepted().body, issuer).contents.number >= 1
    serial = house.desk.credential_of("bot").serial
    asked = house.ask_status("POST", "/ocsp", request(issuer, serial)).accepted()
    said = ocsp.load_der_ocsp_response(asked.body)
    assert said.certificate_status is ocsp.OCSPCertStatus.GOOD
    for path in ("/v1/log", "/v1/agents/bot", "/log/checkpoint", "/healthz"):
        assert house.ask_status("GET", path).status == 404
    assert house.ask_status("POST", "/v1/orders", b"an order").status == 404


def test_everybody_is_told_who_is_revoked(brief: Secured) -> None:
    assert brief.status_url.startswith("http://")
    _told_without_a_certificate(brief)


def test_openssl_asks_the_responder_without_a_certificate(
    brief: Secured,
) -> None:
    trust, agent = brief.running.data / "trust", brief.directory("bot")
    done = subprocess.run(
        [
            "openssl", "ocsp", "-issuer", trust / "issuer.pem",
            "-cert", agent / "certificate.pem", "-CAfile", trust / "root.pem",
            "-url", f"{brief.status_url}/ocsp",
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Response verify OK" in done.stderr
    assert "certificate.pem: good" in done.stdout


def host_channel(agent: Agent) -> Channel:
    """The channel of a client, to renew it under way."""
    channel = agent._link.channel  # noqa: SLF001
    if channel is None:
        raise AssertionError("a client without a channel")
    return channel


# ------------------------------------------------------------------------- proxy


def in_proxy_mode(data: Path, path: str) -> None:
    """Found an installation that stands behind a proxy."""
    config = read_config(founded_at(data))
    section = msgspec.structs.replace(
        config.gateway, tls="proxy", port=0, channel_port=0, status_port=0, socket=path
    )
    config = msgspec.structs.replace(config, gateway=section)
    (data / "kya.toml").write_text(render_config(config))


def header_of(house: Secured, name: str = "bot") -> str:
    end = ChannelEnd.of_client(house.anchor)
    return f":{b64encode(house.leaf(end.draw_key(), name)).decode()}:"


@pytest.fixture(scope="module", params=["loopback", "socket"])
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    """A gateway behind a proxy, for which the tests stand."""
    data = tmp_path_factory.mktemp("p") / "data"
    path = str(data / "kya.sock") if request.param == "socket" else ""
    in_proxy_mode(data, path)
    with secured(data, "bot", "rival", arguments=()) as house:
        yield house


def test_a_proxy_names_the_peer(proxied: Secured) -> None:
    bot = proxied.bots["bot"]
    header = header_of(proxied)
    reply = proxied.ask(None, "POST", "/v1/orders", bot.order(), client_cert=header)
    assert outcome_in(reply) == "allowed"


def test_a_proxy_that_names_nobody_gets_nothing(proxied: Secured) -> None:
    for path in ("/healthz", "/v1/log", "/v1/orders", "/log/checkpoint"):
        reply = proxied.ask(None, "GET", path)
        assert problem_in(reply) == (401, "no-channel")


def test_an_order_of_another_agent_is_not_taken_from_a_proxy(proxied: Secured) -> None:
    bot = proxied.bots["bot"]
    note = bot.order()
    header = header_of(proxied, "rival")
    refused = proxied.ask(None, "POST", "/v1/orders", note, client_cert=header)
    assert problem_in(refused) == (403, "wrong-channel")
    header = header_of(proxied)
    reply = proxied.ask(None, "POST", "/v1/orders", note, client_cert=header)
    assert outcome_in(reply) == "allowed"


def test_an_agent_behind_a_proxy_publishes_nothing(proxied: Secured) -> None:
    header = header_of(proxied)
    reply = proxied.ask(None, "POST", "/v1/log/publish", client_cert=header)
    assert problem_in(reply) == (403, "wrong-channel")


def test_only_a_certificate_of_the_channel_ca_is_a_peer(proxied: Secured) -> None:
    identity = b64encode(identity_in(proxied.directory("bot"))).decode()
    good = header_of(proxied)
    for value in (
        f":{identity}:",
        good.strip(":"),
        good + ":",
        f"{good}, {good}",
        ":!!!!:",
        "::",
        ":" + good[5:],
    ):
        reply = proxied.ask(None, "GET", "/healthz", client_cert=value)
        assert problem_in(reply) == (401, "no-channel")


def test_two_headers_name_nobody(proxied: Secured) -> None:
    header = header_of(proxied)
    question = Question(
        method="GET",
        path="/healthz",
        headers={"client-cert": header, "Client-Cert": header},
    )
    reply = ask(proxied.running.url, question, None, SECONDS)
    assert problem_in(reply) == (401, "no-channel")


def test_a_bot_gets_its_certificate_behind_a_proxy(proxied: Secured) -> None:
    link = AgentHost(proxied.directory("bot")).link(now)
    link.keep()
    if link.channel is None:
        raise AssertionError("no channel")
    header = f":{b64encode(link.channel.certificate).decode()}:"
    reply = proxied.ask(None, "GET", "/v1/agents/bot", client_cert=header)
    assert json.loads(reply.accepted().body)["agent"] == "bot"


def test_everybody_is_told_who_is_revoked_behind_a_proxy(proxied: Secured) -> None:
    _told_without_a_certificate(proxied)


def test_a_socket_is_for_its_owner_and_group(tmp_path: Path) -> None:
    data, path = tmp_path / "d", tmp_path / "s"
    in_proxy_mode(data, str(path))
    with up(data) as running:
        assert running.url == f"unix:{path}"
        for name in ("s", "s.channel", "s.status"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o660
        running.kill()
    with up(data) as running:  # What a kill left there is in nobody's way.
        assert running.stop() == 0
    assert not path.exists()


def test_a_file_in_the_way_of_a_socket_stays(tmp_path: Path) -> None:
    data, path = tmp_path / "d", tmp_path / "s"
    in_proxy_mode(data, str(path))
    path.write_text("something else")
    with starting(data) as process:
        assert process.wait(30) == 4
    assert path.read_text() == "something else"


# ----------------------------------------------------------------- loopback, off


def test_without_tls_a_header_that_names_a_peer_is_refused(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        for name in ("client-cert", "Client-Cert-Chain"):
            question = Question(method="GET", path="/healthz", headers={name: ":AA==:"})
            reply = ask(running.url, question, None, SECONDS)
            assert problem_in(reply) == (400, "client-cert")


def test_an_address_of_another_kind_is_asked_wrongly() -> None:
    question = Question(method="GET", path="/")
    for url in ("ftp://127.0.0.1", "https://127.0.0.1:1", "nothing"):
        with pytest.raises(InputError, match="want http, unix, or https"):
            ask(url, question, None, 1)


def test_nobody_listening_is_the_worlds_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    question = Question(method="GET", path="/")
    for url in (f"http://127.0.0.1:{port}", f"unix:{tmp_path}/none"):
        with pytest.raises(TransientError):
            ask(url, question, None, 1)
