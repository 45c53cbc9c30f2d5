"""Every parser that meets bytes of strangers, and how to write what it has read.

`*_signed` take what is below a signature and sign it with the genuine key before it is
read: damage that a signature would hide then reaches the reader behind it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kya.codec import (
    canonical,
    channels,
    decisions,
    drop_copies,
    erasures,
    halts,
    mandates,
    orders,
    overlays,
    overrides,
    place_limits,
    price_lines,
    registrations,
    reports,
    rolls,
    sessions,
    sign_ins,
    standings,
)
from kya.codec import statements as said
from kya.codec.note import SignedNote
from kya.codec.price_fields import price_fields
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.pki import der
from kya.pki.certificate import (
    SIGNATURE_ALGORITHMS,
    identity_of,
    key_identifier,
    not_after,
    not_before,
    parse_certificate,
    public_key_of,
    scope_of,
)
from kya.pki.channel import verify_channel
from kya.pki.crl import RevocationContents, issue_crl, verify_crl
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.ocsp import Question, read_question
from kya.pki.path import VerifiedCertificate, verify_chain
from kya.pki.request import proven_public_key
from kya.pki.scope_extension import AgentScope
from kya.pki.signer import Signer
from kya.witness.request import AddCheckpoint
from tests.fuzz import der_tree, text_damage
from tests.fuzz.world import ANCHOR, CHANNEL_KEY
from tests.pki.world import AGENT_KEY, CA_KEY, NOON, world

Damage = Callable[[bytes, Random], bytes]
OURS: Final = (InputError, DistrustError)
"""All that a parser may raise: fix what you sent, or do not believe it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How bytes are read, damaged, and, where a value has bytes, written again."""

    read: Callable[[bytes], Any]
    damage: Damage
    write: Callable[[Any], bytes] | None = None
    is_exact: bool = False  # One value has one spelling.


def statement(line: bytes) -> tuple[str, Any]:
    """What any line says, and its type."""
    kind = canonical.type_of(line)
    if kind not in STATEMENTS:
        raise MalformedError(f"statement: no such type: {kind!r}")
    return kind, STATEMENTS[kind][0](line)


def written(found: tuple[str, Any]) -> bytes:
    """The line that says it."""
    kind, value = found
    return STATEMENTS[kind][1](value)


STATEMENTS: Final[
    Mapping[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes]]]
] = {
    orders.ORDER_TYPE: (orders.parse_order, orders.render_order),
    decisions.DECISION_TYPE: (decisions.parse_decision, canonical.encode_line),
    reports.REPORT_TYPE: (reports.parse_report, reports.render_report),
    reports.EQUIVOCATION_TYPE: (
        reports.parse_equivocation,
        reports.render_equivocation,
    ),
    mandates.MANDATE_TYPE: (mandates.parse_mandate, mandates.render_mandate),
    said.LOG_TYPE: (said.parse_log, said.render_log),
    said.CERTIFICATE_TYPE: (said.parse_certificate, said.render_certificate),
    said.ISSUER_TYPE: (said.parse_issuer, said.render_issuer),
    standings.SCHEDULE_TYPE: (standings.parse_schedule, standings.render_schedule),
    registrations.REGISTRATION_TYPE: (
        registrations.parse_registration,
        registrations.render_registration,
    ),
    registrations.REFUSAL_TYPE: (
        registrations.parse_refusal,
        registrations.render_refusal,
    ),
    sessions.SESSION_TYPE: (sessions.parse_session, sessions.render_session),
    overrides.OVERRIDE_TYPE: (overrides.parse_override, overrides.render_override),
    sign_ins.SIGN_IN_TYPE: (sign_ins.parse_sign_in, sign_ins.render_sign_in),
    halts.HALT_TYPE: (halts.parse_halt, halts.render_halt),
    halts.RESUME_TYPE: (halts.parse_resume, halts.render_resume),
    halts.REARM_TYPE: (halts.parse_rearm, halts.render_rearm),
    rolls.ROLL_TYPE: (rolls.parse_roll, rolls.render_roll),
    rolls.CONTINUATION_TYPE: (rolls.parse_continuation, rolls.render_continuation),
    erasures.ERASURE_TYPE: (erasures.parse_erasure, erasures.render_erasure),
    drop_copies.DROP_COPY_TYPE: (
        drop_copies.parse_drop_copy,
        drop_copies.render_drop_copy,
    ),
    drop_copies.UNEXPLAINED_TYPE: (
        drop_copies.parse_unexplained,
        drop_copies.render_unexplained,
    ),
    place_limits.PLACE_LIMITS_TYPE: (
        place_limits.parse_place_limits,
        place_limits.render_place_limits,
    ),
    overlays.OVERLAY_TYPE: (overlays.parse_overlay, overlays.render_overlay),
    sessions.RUNTIME_TYPE: (sessions.parse_runtime, sessions.render_runtime),
    sessions.ANCHOR_TYPE: (
        sessions.parse_anchor,
        lambda found: sessions.render_anchor(found.anchor),
    ),
    standings.STANDING_TYPE: (standings.parse_standing, standings.render_standing),
    standings.CRL_TYPE: (
        standings.parse_revocation_list,
        standings.render_revocation_list,
    ),
    channels.CHANNEL_REQUEST_TYPE: (
        channels.parse_channel_request,
        channels.render_channel_request,
    ),
}


def certificate(raw: bytes) -> bytes:
    """Every question that is asked of a certificate before anybody believes it."""
    found = parse_certificate(raw)
    # Not every certificate has these, and each says so in its own words.
    asks: tuple[Callable[[x509.Certificate], object], ...] = (
        public_key_of,
        identity_of,
        scope_of,
        key_identifier,
        not_before,
        not_after,
    )
    for ask in asks:
        with suppress(*OURS):
            ask(found)
    return found.public_bytes(Encoding.DER)


def chain(leaf: bytes) -> VerifiedCertificate:
    """What a leaf under the genuine issuing CA is believed to be."""
    return verify_chain(leaf, [world().issuing], world().root, NOON)


def revocations(raw: bytes) -> RevocationContents:
    """What the genuine issuing CA has revoked."""
    return verify_crl(raw, world().issuing).contents


def revocation_list(contents: RevocationContents) -> bytes:
    """The list that says it."""
    return issue_crl(contents, world().issuing, CA_KEY)


def question(value: Question) -> bytes:
    """The OCSP request that asks it, without what the reader passes over."""
    asked = [der.sequence(each.encoded) for each in value.certificates]
    more = () if value.nonce is None else (der.within(2, _with_nonce(value.nonce)),)
    return der.sequence(der.sequence(der.sequence(*asked), *more))


def _with_nonce(nonce: bytes) -> bytes:
    oid = bytes.fromhex("06092b0601050507300102")
    inner = der.encode(der.OCTET_STRING, nonce)
    return der.sequence(der.sequence(oid, der.encode(der.OCTET_STRING, inner)))


def _under(key: Signer, tbs: bytes) -> bytes:
    """The three members of everything that X.509 signs."""
    oid = SIGNATURE_ALGORITHMS[KeyAlgorithm.P256]
    identifier = der.sequence(der.object_identifier(oid))
    return der.sequence(tbs, identifier, der.bit_string(key.sign(tbs)))


def _der_or_bytes(raw: bytes, chance: Random) -> bytes:
    """Damage to the tree, and now and then to its bytes."""
    if chance.randrange(5):
        return der_tree.damaged(raw, chance)
    return text_damage.damaged_bytes(raw, chance)


PARSERS: Final[Mapping[str, Parser]] = {
    "scope_extension": Parser(
        read=AgentScope.decode,
        write=AgentScope.encode,
        is_exact=True,
        damage=_der_or_bytes,
    ),
    "certificate": Parser(
        read=certificate, write=lambda der: der, is_exact=True, damage=_der_or_bytes
    ),
    "certificate_signed": Parser(
        read=lambda tbs: chain(_under(CA_KEY, tbs)), damage=_der_or_bytes
    ),
    "channel": Parser(
        read=lambda leaf: verify_channel(leaf, ANCHOR, NOON), damage=_der_or_bytes
    ),
    "channel_signed": Parser(
        read=lambda tbs: verify_channel(_under(CHANNEL_KEY, tbs), ANCHOR, NOON),
        damage=_der_or_bytes,
    ),
    "crl": Parser(read=revocations, write=revocation_list, damage=_der_or_bytes),
    "crl_signed": Parser(
        read=lambda tbs: revocations(_under(CA_KEY, tbs)), damage=_der_or_bytes
    ),
    "ocsp_request": Parser(read=read_question, write=question, damage=_der_or_bytes),
    "request": Parser(read=proven_public_key, damage=_der_or_bytes),
    "request_signed": Parser(
        read=lambda asked: PublicKey(proven_public_key(_under(AGENT_KEY, asked))),
        damage=_der_or_bytes,
    ),
    "note": Parser(
        read=SignedNote.parse,
        write=SignedNote.render,
        is_exact=True,
        damage=text_damage.damaged_note,
    ),
    "add_checkpoint": Parser(
        read=AddCheckpoint.parse,
        write=AddCheckpoint.render,
        is_exact=True,
        damage=text_damage.damaged_note,
    ),
    "statement": Parser(
        read=statement,
        write=written,
        is_exact=True,
        damage=text_damage.damaged_line,
    ),
    "entry": Parser(
        read=Entry.read,
        write=lambda entry: entry.note.render(),
        is_exact=True,
        damage=text_damage.damaged_note,
    ),
    "price_line": Parser(
        read=price_lines.read_price_line,
        write=lambda price: canonical.encode_line(price_fields(price)),
        damage=text_damage.damaged_line,
    ),
}
