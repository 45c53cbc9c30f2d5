"""Sound documents for every parser: where the damage starts from."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kya.codec import canonical
from kya.codec.channels import ChannelRequest, render_channel_request
from kya.codec.decisions import render_decision
from kya.codec.drop_copies import render_drop_copy, render_unexplained
from kya.codec.erasures import render_erasure
from kya.codec.halts import render_halt, render_rearm, render_resume
from kya.codec.mandates import render_mandate
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.codec.overlays import render_overlay
from kya.codec.overrides import render_override
from kya.codec.place_limits import render_place_limits
from kya.codec.price_fields import price_fields
from kya.codec.registrations import render_refusal, render_registration
from kya.codec.reports import render_equivocation, render_report
from kya.codec.rolls import render_continuation, render_roll
from kya.codec.sessions import render_anchor, render_runtime, render_session
from kya.codec.sign_ins import SignIn, render_sign_in
from kya.codec.standings import (
    render_revocation_list,
    render_schedule,
    render_standing,
)
from kya.codec.statements import (
    Issuance,
    Opening,
    render_certificate,
    render_issuer,
    render_log,
)
from kya.core.case import Case
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.credential import ReasonCode, Role
from kya.core.decide import decide
from kya.core.erasure import Ground, TextErased
from kya.core.instant import Instant
from kya.core.levels import Level, Place
from kya.core.matching import Unexplained
from kya.core.money import Currency, Money, Price
from kya.core.order import Action, Order, OrderType
from kya.core.power_events import ClockSource
from kya.core.price import MarketState
from kya.core.roll import LogContinued, LogRolled
from kya.pki import der
from kya.pki.builder_key import BuilderKey
from kya.pki.crl import Revocation, RevocationContents, issue_crl
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.ocsp import CertificateId, Question
from kya.pki.request import make_request
from kya.pki.scope_extension import AgentScope
from kya.pki.signer import pinned
from tests import builders
from tests.drop_copies import an_execution
from tests.fuzz.parsers import question
from tests.fuzz.world import a_channel
from tests.pki import world as pki
from tests.rolling import NEXT, last_checkpoint
from tests.tlog.builders import a_note, cosign
from tests.witness.worlds import Watched
from tests.world import ORIGIN, World

START: Final = pki.at("2026-05-15T00:00:00")
COMMON_NAME: Final = x509.NameOID.COMMON_NAME
_SHA1: Final = bytes.fromhex("06052b0e03021a")


def _crl(*serials: int) -> bytes:
    revocations = tuple(
        Revocation(serial=serial, at=START, reason=reason)
        for serial, reason in zip(serials, ReasonCode, strict=False)
    )
    contents = RevocationContents(
        number=7,
        this_update=START,
        next_update=START.plus(seconds=604_800),
        revocations=revocations,
    )
    return issue_crl(contents, pki.world().issuing, pki.CA_KEY)


def _below(signed: bytes) -> bytes:
    """What is signed: the first member of every such structure."""
    (outer,) = der.elements(signed)
    first, *_ = der.elements(outer.content)
    return der.encode(first.tag, first.content)


def _asked(serial: int) -> CertificateId:
    hashes = (b"n" * 20, b"k" * 20)
    encoded = der.sequence(
        der.sequence(_SHA1, der.encode(der.NULL, b"")),
        *(der.encode(der.OCTET_STRING, each) for each in hashes),
        der.integer(serial),
    )
    return CertificateId(
        encoded=encoded,
        algorithm=_SHA1,
        name_hash=hashes[0],
        key_hash=hashes[1],
        serial=serial,
    )


def _question(nonce: bytes | None, *serials: int) -> bytes:
    return question(Question(certificates=tuple(map(_asked, serials)), nonce=nonce))


def _agents() -> Mapping[str, bytes]:
    issuing = pki.world().issuing
    return {
        "agent": pki.world().agent,
        "director": pki.signed(pki.leaf_request(Role.DIRECTOR, "director-1"), issuing),
        "issuing": issuing,
        "root": pki.world().root,
    }


def _channels() -> Mapping[str, bytes]:
    host = "gateway.cryptoex.example"
    return {
        "agent": a_channel(Role.AGENT),
        "gateway": a_channel(Role.GATEWAY, host),
    }


def _statements() -> Mapping[str, bytes]:
    at, digest = builders.FIRST_LIVE_ORDER_AT, builders.a_digest("former")
    submitted = builders.an_order_submitted()
    return {
        "order": render_order(builders.an_order()),
        "cancel": render_order(_acting_on_the_first(Action.CANCEL)),
        "replace": render_order(_acting_on_the_first(Action.REPLACE)),
        "decision": render_decision(decide(builders.a_case()), submitted.leaf),
        "priced": render_decision(decide(_priced_case()), submitted.leaf),
        "mandate": render_mandate(builders.a_mandate()),
        "limited": render_mandate(
            builders.a_mandate(scope=builders.a_scope(limits=builders.every_limit()))
        ),
        "report": render_report(builders.its_report(submitted)),
        "equivocation": render_equivocation(builders.an_equivocation(submitted)),
        "standing": render_standing(builders.a_standing_changed()),
        "crl": render_revocation_list(builders.a_list_published(crl=_crl())),
        "log": render_log(_opening(at)),
        "certificate": render_certificate(
            Issuance(
                certificate=_world().certificate,
                custody="a file",
                replaces=digest,
                at=at,
            )
        ),
        "issuer": render_issuer(builders.an_issuer_renewed()),
        "schedule": render_schedule(builders.a_revocation_scheduled()),
        "registration": render_registration(
            builders.an_agent_registered().registration
        ),
        "refusal": render_refusal(builders.a_refusal()),
        "session": render_session(
            builders.a_session(evidence=builders.some_evidence(digest))
        ),
        "runtime": render_runtime(builders.a_runtime_pinned()),
        "override": render_override(builders.an_override()),
        "halt": render_halt(builders.a_halt()),
        "sign-in": render_sign_in(
            SignIn(at=at, challenge=digest, console="https://kya.example", name="olga")
        ),
        "drop-copy": render_drop_copy(_copied(at)),
        "unexplained": render_unexplained(_unexplained(at)),
        "place-limits": render_place_limits(builders.place_limits(open_orders=5)),
        "overlay": render_overlay(builders.an_overlay()),
        "resume": render_resume(
            builders.a_trading_resumed(builders.a_halt_ordered()).resume
        ),
        "rearm": render_rearm(builders.a_latch_rearmed().rearm),
        "roll": render_roll(
            LogRolled(origin=ORIGIN, successor=NEXT, reason="a new year", at=at)
        ),
        "continuation": render_continuation(
            LogContinued(
                origin=NEXT, checkpoint=last_checkpoint(_world(), size=2), at=at
            )
        ),
        "erasure": render_erasure(TextErased(text=digest, ground=Ground.ERROR, at=at)),
        "anchor": render_anchor(builders.a_region_anchor()),
        "channel": render_channel_request(
            ChannelRequest(
                holder="algo_trader_v2",
                credential=digest,
                key=pki.AGENT_KEY.public_key(),
                nonce="n" * 32,
                at=at,
            )
        ),
    }


def _acting_on_the_first(action: Action) -> Order:
    """The agent's second order, which takes back or replaces its first one."""
    price = Price.parse("1.1721")
    return builders.an_order(
        seq=2, action=action, target=1, type=OrderType.LIMIT, limit_price=price
    )


def _copied(at: Instant) -> DropCopied:
    lines = (an_execution(1), an_execution(2, client_id=""))
    return DropCopied(venue="SIMA", after=800, executions=lines, until=at, at=at)


def _unexplained(at: Instant) -> ExecutionUnexplained:
    found = Unexplained("by-hand", 801, an_execution(1), "an order of this client id")
    place = Place(Level.VENUE, "SIMA")
    return ExecutionUnexplained(venue="SIMA", found=found, place=place, at=at)


def _priced_case() -> Case:
    """An order in dollars under every limit: a price, a second one, and a worth."""
    scope = builders.a_scope(limits=builders.every_limit())
    credential = builders.a_credential(scope=scope)
    dollars = builders.an_order(
        credential=credential.digest, amount=Money(1_172_100, Currency("USD"))
    )
    second = builders.a_price(market="GBP/EUR", state=MarketState.AUCTION)
    return builders.a_case(
        dollars,
        credential=credential,
        price=builders.a_price(),
        conversion=second,
    )


def _opening(at: Instant) -> Opening:
    return Opening(
        origin="log.example/2026",
        root=builders.a_digest("root"),
        issuer=pki.world().issuing,
        root_crl=pki.world().issuing,  # Which list it is, no reader of lines asks.
        authority=pki.signed(
            pki.leaf_request(Role.AUTHORITY, "authority"), pki.world().issuing
        ),
        clock=ClockSource.SYSTEM,
        at=at,
    )


@cache
def _world() -> World:
    return World()


_LOG: Final = NoteSigner("log.example/2026", pki.LOG_KEY)
_AGENT: Final = NoteSigner("algo_trader_v2", pki.AGENT_KEY)


def _notes() -> Mapping[str, bytes]:
    text = b"Two lines.\n\nAnd a blank one between.\n"
    order = render_order(builders.an_order())
    cancel = render_order(_acting_on_the_first(Action.CANCEL))
    checkpoint = b"log.example/2026\n3\nAAAA\n"
    cosigned = a_note(checkpoint)
    return {
        "order": sign_note(order, _AGENT).render(),
        "cancel": sign_note(cancel, _AGENT).render(),
        "two": sign_note(text, _AGENT, _LOG).render(),
        "cosigned": SignedNote(
            checkpoint, (*cosigned.signatures, cosign(checkpoint))
        ).render(),
    }


def _add_checkpoints() -> Mapping[str, bytes]:
    watched = Watched()
    return {
        "first": watched.request(0, 3),
        "same": watched.request(3, 3),
        "grown": watched.request(3, 300),
    }


def _entries() -> Mapping[str, bytes]:
    return {
        name: sign_note(line, _AGENT).render()
        for name, line in _statements().items()
        if name not in {"channel", "session", "sign-in"}  # which are no entries
    }


def _all_below(signed: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {name: _below(each) for name, each in signed.items()}


def _requests() -> Mapping[str, bytes]:
    key = BuilderKey.of(pinned(pki.AGENT_KEY))
    wanted = x509.SubjectAlternativeName([x509.DNSName("else.example")])
    named = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(COMMON_NAME, "somebody else")]))
        .add_extension(wanted, critical=False)
        .sign(key, key.hash_algorithm)
    )
    return {
        "ours": make_request(pki.AGENT_KEY),
        "named": named.public_bytes(Encoding.DER),
    }


def _lists() -> Mapping[str, bytes]:
    return {
        "empty": _crl(),
        "four": _crl(1, 127, 128, pki.SERIAL),
    }


def _scopes() -> Mapping[str, bytes]:
    return {
        "story": pki.SCOPE.encode(),
        "empty": AgentScope(b"{}", bytes(32)).encode(),
        "largest": AgentScope(b"{" + b" " * 4_094 + b"}", bytes(32)).encode(),
    }


def _questions() -> Mapping[str, bytes]:
    return {
        "one": _question(None, pki.SERIAL),
        "nonce": _question(b"n" * 32, pki.SERIAL),
        "three": _question(b"n", 0, 128, 2**159 - 1),
    }


def _price_lines() -> Mapping[str, bytes]:
    """Lines of a price feed."""
    quoted = builders.a_price()
    halted = replace(quoted, state=MarketState.HALTED)
    return {
        name: canonical.encode_line(price_fields(price))
        for name, price in (("open", quoted), ("halted", halted))
    }


_MADE: Final[Mapping[str, Callable[[], Mapping[str, bytes]]]] = {
    "scope_extension": _scopes,
    "certificate": _agents,
    "certificate_signed": lambda: _all_below(_agents()),
    "channel": _channels,
    "channel_signed": lambda: _all_below(_channels()),
    "crl": _lists,
    "crl_signed": lambda: _all_below(_lists()),
    "ocsp_request": _questions,
    "request": _requests,
    "request_signed": lambda: _all_below(_requests()),
    "note": _notes,
    "add_checkpoint": _add_checkpoints,
    "statement": _statements,
    "entry": _entries,
    "price_line": _price_lines,
}


@cache
def seeds_of(name: str) -> Mapping[str, bytes]:
    """Return the sound documents of one parser, each under what it is."""
    return _MADE[name]()
