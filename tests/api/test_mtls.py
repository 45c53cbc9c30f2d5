"""Nobody submits an order but its agent, over a channel of the agent's own."""

import json
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization as pem

from kya.adapters.channel_tls import ChannelEnd, client_context
from kya.adapters.kms_memory import MemorySigner
from kya.agent.dial import Question, ask
from kya.codec.sessions import render_session
from kya.core.credential import Role
from kya.core.errors import TransientError
from kya.core.runtime import Runtime
from kya.core.session import Session
from kya.core.tokens import NO_DIGEST
from kya.pki.certificate import parse_certificate, public_key_of
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, to_pem
from tests.cli.terminal import founded_at
from tests.wiring.secured import (
    BOTS,
    SECONDS,
    Bot,
    Secured,
    chain_in,
    identity_in,
    now,
    outcome_in,
    problem_in,
    rule_in,
    secured,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    data = founded_at(tmp_path_factory.mktemp("mtls") / "data")
    with secured(data, *BOTS, "spare") as running:
        yield running


@pytest.fixture
def bot(house: Secured) -> Bot:
    return house.bots["bot"]


def raw_tls(house: Secured, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A TLS connection on which nothing was said yet."""
    address = urlsplit(house.running.url)
    plain = socket.create_connection((address.hostname, address.port), SECONDS)
    return context.wrap_socket(plain, server_hostname=address.hostname)


def is_shut_out(house: Secured, context: ssl.SSLContext) -> bool:
    """Tell whether the gateway ends the connection before any answer.

    In TLS 1.3 a client learns it with the first octet that it wants to read.
    """
    try:
        with raw_tls(house, context) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return connection.recv(1) == b""
    except (ssl.SSLError, ConnectionError):
        return True


# ------------------------------------------------------------------ connections


def test_an_agent_trades_over_its_own_channel(house: Secured, bot: Bot) -> None:
    assert outcome_in(house.submit(house.end().context, bot.order())) == "allowed"


def test_nothing_is_answered_without_a_client_certificate(house: Secured) -> None:
    assert is_shut_out(house, client_context(house.anchor))


def test_an_identity_certificate_opens_no_connection(
    house: Secured, bot: Bot, tmp_path: Path
) -> None:
    context = client_context(house.anchor)
    # A development key can leave its file, which is why this attack can be tried.
    key = _tls_files(house, bot, tmp_path)
    context.load_cert_chain(tmp_path / "chain.pem", key)
    assert is_shut_out(house, context)


def _tls_files(house: Secured, bot: Bot, directory: Path) -> Path:
    """The identity's certificate, its issuer's, and its private key, as files."""
    host = house.directory(bot.name)
    chain = (identity_in(host), house.opened.certificate("issuer"))
    (directory / "chain.pem").write_bytes(
        b"".join(to_pem(CERTIFICATE, der) for der in chain)
    )
    passphrase = (host / "keys/passphrase").read_bytes().strip()
    raw = (host / "keys/agent.pem").read_bytes()
    key = pem.load_pem_private_key(raw, passphrase)
    path = directory / "key.pem"
    path.write_bytes(
        key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    )
    return path


def test_an_expired_channel_certificate_opens_no_connection(house: Secured) -> None:
    for seconds in (2, 4, 8):  # On a busy machine, one is over before it is tried.
        context = house.end(seconds=seconds).context
        if not is_shut_out(house, context):
            break
    else:
        pytest.fail("no certificate opens a connection")
    time.sleep(seconds)
    assert is_shut_out(house, context)


def test_tls_1_2_is_refused(house: Secured) -> None:
    context = house.end().context
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        raw_tls(house, context)


def test_no_session_is_resumed(house: Secured) -> None:
    context = house.end().context
    with raw_tls(house, context) as first:
        first.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert first.recv(4096).startswith(b"HTTP/1.1 200")
        session = first.session
    assert session is None or not session.has_ticket
    address = urlsplit(house.running.url)
    plain = socket.create_connection((address.hostname, address.port), SECONDS)
    with context.wrap_socket(
        plain, server_hostname=address.hostname, session=session
    ) as second:
        assert not second.session_reused


def test_plain_http_on_the_tls_port_gets_nothing(house: Secured) -> None:
    address = urlsplit(house.running.url)
    with socket.create_connection((address.hostname, address.port), SECONDS) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answer = plain.recv(4096)
        except ConnectionError:
            answer = b""
    assert not answer.startswith(b"HTTP/")


def test_a_client_believes_no_other_ca(house: Secured) -> None:
    stranger = client_context(house.opened.certificate("issuer"))
    with pytest.raises(TransientError, match="CERTIFICATE_VERIFY_FAILED"):
        house.ask(stranger, "GET", "/healthz")


def test_a_client_does_not_take_another_agent_for_the_gateway(house: Secured) -> None:
    """An agent's certificate names no host, so it can be nobody's gateway."""
    listener = socket.create_server(("127.0.0.1", 0))
    impostor = ChannelEnd.of_issuer(house.anchor)
    impostor.install(house.leaf(impostor.draw_key(), "rival"), house.anchor)
    context = client_context(house.anchor)
    client_side, server_side = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(server_side, client_side, server_hostname="127.0.0.1")
    theirs = impostor.context.wrap_bio(client_side, server_side, server_side=True)
    listener.close()
    with pytest.raises(ssl.SSLWantReadError):
        ours.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        theirs.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        ours.do_handshake()


# ----------------------------------------------------------------------- orders


def test_an_order_of_another_agent_is_not_taken(house: Secured, bot: Bot) -> None:
    note = bot.order()
    refused = house.submit(house.end("rival").context, note)
    assert problem_in(refused) == (403, "wrong-channel")
    assert outcome_in(house.submit(house.end().context, note)) == "allowed"


def test_a_channel_for_the_agent_bound_to_anothers_identity_is_not_taken(
    house: Secured, bot: Bot
) -> None:
    rivals = house.bots["rival"].credential
    note = bot.order()
    refused = house.submit(house.end(binding=rivals).context, note)
    assert problem_in(refused) == (403, "wrong-channel")
    assert outcome_in(house.submit(house.end().context, note)) == "allowed"


def test_the_authoritys_channel_carries_no_order(house: Secured, bot: Bot) -> None:
    end = house.end("authority", binding=bot.credential, role=Role.AUTHORITY)
    note = bot.order()
    assert problem_in(house.submit(end.context, note)) == (403, "wrong-channel")
    assert outcome_in(house.submit(house.end().context, note)) == "allowed"


def test_a_channel_key_signs_no_order(house: Secured, bot: Bot) -> None:
    """Whoever steals a channel can open connections for an hour, and say nothing."""
    stolen = NoteSigner(bot.name, MemorySigner.generate(KeyAlgorithm.P256))
    leaf = house.leaf(stolen.key.spki, bot.name)
    assert public_key_of(parse_certificate(leaf)).spki == stolen.key.spki
    thief = replace(bot, signer=stolen)
    refused = house.submit(house.end().context, thief.order())
    assert problem_in(refused) == (401, "unattributable")


def test_a_channel_bound_to_a_replaced_identity_carries_no_new_order(
    house: Secured,
) -> None:
    spare = house.bots["spare"]
    old_end, old_order, before = house.end("spare"), spare.order(), spare.credential
    assert house.running.kya("agent", "revoke", "spare", "--reason", "test").code == 0
    # Over the old channel, under the old identity: decided, and on record.
    assert outcome_in(house.submit(old_end.context, old_order)) == "refused"
    assert house.running.enrol("spare", verb="replace").code == 0
    renewed = Bot.at("spare", house.directory("spare"))
    assert renewed.credential != before
    renewed = replace(renewed, seq=spare.seq, prev=spare.prev)
    house.bots["spare"] = renewed
    note = renewed.order()
    refused = house.submit(old_end.context, note)
    assert problem_in(refused) == (403, "wrong-channel")
    # What was signed before the replacement may be sent again over the new channel.
    again = house.submit(house.end("spare").context, old_order)
    assert outcome_in(again) == "refused"


def test_what_is_no_order_is_named(house: Secured) -> None:
    for raw in (b"", b"{", b"[]\n\n", b'{"agent":1}\n', b"\xff\n"):
        assert problem_in(house.submit(house.end().context, raw))[0] == 400


# --------------------------------------------------------------------- sessions


def session_of(bot: Bot) -> bytes:
    """The bot's first session, as it signs it now."""
    session = Session(
        agent=bot.name,
        credential=bot.credential,
        seq=1,
        prev=NO_DIGEST,
        runtime=Runtime(()),
        region="eu-west-1",
        evidence=None,
        created_at=now(),
    )
    return sign_note(render_session(session), bot.signer).render()


def test_a_session_comes_over_its_own_agents_channel(house: Secured) -> None:
    rival = house.bots["rival"]
    note = session_of(rival)
    refused = house.ask(house.end("bot").context, "POST", "/v1/sessions", note)
    assert problem_in(refused) == (403, "wrong-channel")
    taken = house.ask(house.end("rival").context, "POST", "/v1/sessions", note)
    assert taken.status == 200
    assert b"kya/session-start/v1" in taken.body


# --------------------------------------------------------------- who may do what


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/entries"),
        ("POST", "/v1/log/publish"),
        ("POST", "/v1/channel"),
        ("DELETE", "/v1/agents/bot"),
        ("PUT", "/v1/a-route-that-does-not-exist"),
    ],
)
def test_an_agent_changes_nothing_but_by_orders(
    house: Secured, method: str, path: str
) -> None:
    refused = house.ask(house.end().context, method, path)
    assert problem_in(refused) == (403, "wrong-channel")


def test_an_agent_reads_the_log(house: Secured) -> None:
    context = house.end().context
    for path in ("/healthz", "/v1/agents/bot", "/v1/log", "/log/checkpoint"):
        assert house.ask(context, "GET", path).status == 200


def test_a_header_that_names_a_certificate_is_refused(house: Secured) -> None:
    leaf = house.leaf(house.end().draw_key(), "bot")
    value = f":{b64encode(leaf).decode()}:"
    context = house.end("rival").context
    for header in ("Client_Cert", "CLIENT_CERT", "client_cert_chain"):
        refused = house.ask(context, "POST", "/v1/orders", b"x", **{header: value})
        assert problem_in(refused) == (400, "client-cert")


# ------------------------------------------------------------------- the issuer


def test_the_issuer_has_no_other_route(house: Secured) -> None:
    context = client_context(house.anchor)
    for method, path in (
        ("GET", "/healthz"),
        ("POST", "/v1/orders"),
        ("GET", "/v1/log"),
    ):
        question = Question(method=method, path=path)
        assert ask(house.desk_url, question, context, SECONDS).status == 404


def test_a_signed_request_gets_a_certificate_for_its_key(
    house: Secured, bot: Bot
) -> None:
    end = ChannelEnd.of_client(house.anchor)
    request = house.request(bot, end.draw_key())
    leaf, ca = chain_in(house.certified(request, bot.signer))
    assert ca == house.anchor
    end.install(leaf, ca)
    assert outcome_in(house.submit(end.context, bot.order())) == "allowed"


def test_a_nonce_is_good_for_one_certificate(house: Secured, bot: Bot) -> None:
    request = house.request(bot, ChannelEnd.of_client(house.anchor).draw_key())
    assert house.certified(request, bot.signer).status == 200
    again = house.certified(request, bot.signer)
    assert rule_in(again) == (403, "nonce_is_unused")


def test_a_request_under_another_key_gets_nothing(house: Secured, bot: Bot) -> None:
    request = house.request(bot, ChannelEnd.of_client(house.anchor).draw_key())
    refused = house.certified(request, house.bots["rival"].signer)
    assert rule_in(refused) == (403, "identity_key_has_signed")
    assert json.loads(refused.body)["detail"]
