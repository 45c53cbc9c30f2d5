"""A small, complete world of keys, certificates and notes for tests.

Everything is made by the real code with keys in memory, from fixed seeds, so that a
test shows only what differs from a valid world.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from kya.adapters.kms_memory import MemorySigner
from kya.authority import acts, ceremony
from kya.authority.revocations import revocation_list
from kya.codec import canonical
from kya.codec.decisions import render_decision
from kya.codec.mandates import render_mandate
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.codec.registrations import render_registration
from kya.codec.reports import render_report
from kya.codec.sessions import (
    parse_session,
    render_anchor,
    render_runtime,
    render_session,
    render_start,
)
from kya.codec.statements import Issuance, Opening
from kya.core.case_of import Inputs, case_of
from kya.core.credential import ReasonCode, Role
from kya.core.decide import decide
from kya.core.fold import apply
from kya.core.incident_policy import IncidentPolicy
from kya.core.instant import Instant, TimeOfDay
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Currency, Money, Price
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.order_events import OrderSubmitted, VenueReported, VenueStatus
from kya.core.overlay import OverlayAnswer
from kya.core.override import Override
from kya.core.power_events import ClockSource, RevocationScheduled, StandingChanged
from kya.core.price import ReferencePrice
from kya.core.registration import Attestor, Enrolment, Registration
from kya.core.runtime import Runtime
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.session import RegionAnchor, RegionSource, Session
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted
from kya.pki.authenticate import authenticate
from kya.pki.certificate import not_before, parse_certificate
from kya.pki.entries import Entry
from kya.pki.identity import TrustDomain
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.request import make_request
from kya.pki.session import source_of

EUR = Currency("EUR")
ORIGIN = "cryptoex.example/kya/2026"
AGENT = "algo_trader_v2"
IN_MEMORY = "memory, software, exportable: yes"
"""Where keys of tests are kept, as certificates and the log say it."""
FOUNDED = Instant.parse("2026-04-24T09:00:00.000000Z")
MORNING = Instant.parse("2026-05-15T09:15:00.000000Z")  # a Friday, live
RUNTIME = Runtime.of(
    {name: sha256(name.encode()).hexdigest() for name in ("image", "model")}
)
INSTALLATION = ceremony.Installation(
    operator="CryptoEX AG",
    trust_domain=TrustDomain("cryptoex.example"),
    crl_url="http://crl.cryptoex.example/issuing.crl",
)


def eur(text: str) -> Money:
    """Return euros, `25000.00`."""
    return Money.parse(text, EUR)


def the_scope(**changes: object) -> Scope:
    """Return the story's scope, changed as told."""
    scope = Scope(
        currency=EUR,
        markets=frozenset({"EUR/USD", "GBP/EUR"}),
        venues=frozenset({"SIMA", "SIMB", "SIMC"}),
        regions=frozenset({"eu-west-1"}),
        order_max=eur("25000.00"),
        daily_max=eur("500000.00"),
        daily_max_per=DailyMaxPer.MARKET_AND_SIDE,
        window=TradingWindow(
            TimeOfDay.parse("08:00:00.000000"), TimeOfDay.parse("17:00:00.000000")
        ),
        calendar=Calendar.MONDAY_TO_FRIDAY,
        region_evidence=RegionEvidence.SELF_ASSERTED,
        live_from=Instant.parse("2026-05-15T00:00:00.000000Z"),
    )
    return replace(scope, **changes)  # type: ignore[arg-type]


def the_mandate(
    scope: Scope | None = None,
    agent: str = AGENT,
    incidents: IncidentPolicy | None = None,
) -> Mandate:
    """Return the story's mandate for this scope, and this policy if there is one."""
    return Mandate(
        operator="CryptoEX AG",
        agent=agent,
        scope=scope or the_scope(),
        resolved_at=FOUNDED,
        valid_from=FOUNDED,
        valid_until=Instant.parse("2027-06-01T00:00:00.000000Z"),
        resolution=sha256(b"resolution").hexdigest(),
        grace_seconds=300,
        incidents=incidents,
    )


def signer_for(name: str, algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> MemorySigner:
    """Return the key that a name determines."""
    return MemorySigner.from_seed(algorithm, sha256(name.encode()).digest())


_FOUNDED: Final[dict[bytes, dict[str, Any]]] = {}
"""The beginnings of worlds by their mandate: what a world adds, it adds to a copy."""


@dataclass(kw_only=True)
class World:
    """One installation with a log under way: `state` is the fold of `entries`."""

    scope: Scope = field(default_factory=the_scope)
    incidents: IncidentPolicy | None = None
    entries: list[bytes] = field(default_factory=list)
    state: State = field(default_factory=State)
    now: Instant = FOUNDED
    orders: dict[int, Order] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin as every world of this mandate begins; it is founded once a process."""
        mandate = render_mandate(the_mandate(self.scope, incidents=self.incidents))
        if mandate not in _FOUNDED:
            self._found()
            _FOUNDED[mandate] = dict(vars(self))
        vars(self).update(_FOUNDED[mandate])
        self.entries, self.orders = list(self.entries), dict(self.orders)

    def _found(self) -> None:
        """Found the CA and open the log, with one agent enrolled and able to trade."""
        self.root_key = signer_for("root", KeyAlgorithm.P384)
        issuer_key = signer_for("issuer")
        self.root = ceremony.found_root(
            self.root_key,
            INSTALLATION.operator,
            "Kakunin Root CA",
            ceremony.Validity.lasting(2**64 + 1, FOUNDED, ceremony.ROOT_SECONDS),
        )
        self.root_list = ceremony.found_root_list(self.root, self.root_key, FOUNDED)
        certificate = ceremony.found_issuer(
            self.root,
            self.root_key,
            issuer_key.public_key(),
            INSTALLATION,
            ceremony.Validity.lasting(2**64 + 2, FOUNDED, ceremony.ISSUER_SECONDS),
        )
        self.issuer = ceremony.Issuer(
            installation=INSTALLATION, certificate=certificate, signer=issuer_key
        )
        self.authority = NoteSigner("authority", signer_for("authority"))
        self.gateway = NoteSigner("gateway", signer_for("gateway"))
        self.log = NoteSigner(ORIGIN, signer_for("log", KeyAlgorithm.ED25519))
        self.directors = tuple(
            NoteSigner(name, signer_for(name)) for name in ("anna", "bernd")
        )
        self.operators = tuple(
            NoteSigner(name, signer_for(name)) for name in ("alice", "bob")
        )
        self.risk = NoteSigner("rita", signer_for("rita"))
        self.agent = NoteSigner(AGENT, signer_for(AGENT))
        self._serial = 2**64 + 3
        self._open()
        self._grant(the_mandate(self.scope, incidents=self.incidents))

    def _grant(self, mandate: Mandate) -> None:
        """Put the mandate on record, and the agent's certificate under it."""
        self.mandate = mandate
        self.append(acts.resolve(self.mandate, *self.directors))
        self.certificate = self.issue_agent(self.agent)

    def _open(self) -> None:
        """Open the log and put the services and people on record."""
        authority = self._service(Role.AUTHORITY, self.authority)
        opening = Opening(
            origin=self.log.name,
            root=sha256(self.root).hexdigest(),
            issuer=self.issuer.certificate,
            authority=authority,
            clock=ClockSource.SYSTEM,
            at=self.now,
            root_crl=self.root_list,
        )
        self.append(acts.open_log(self.authority, opening))
        self.enrol(self._service(Role.GATEWAY, self.gateway))
        self.enrol(self._service(Role.LOG, self.log, "kya-2026"))
        for director in self.directors:
            self.enrol(self._service(Role.DIRECTOR, director))
        for operator in self.operators:
            self.enrol(self._service(Role.OPERATOR, operator))

    def person(
        self, name: str, signer: MemorySigner, role: Role = Role.OPERATOR
    ) -> bytes:
        """Return the certificate of one more person, an operator unless told."""
        return self._service(role, NoteSigner(name, signer))

    def _service(
        self, role: Role, signer: NoteSigner, name: str | None = None
    ) -> bytes:
        """Return the certificate of a service or person."""
        return ceremony.issue_service(
            self.issuer,
            role,
            name or signer.name,
            signer.signer.public_key(),
            self._validity(),
        )

    def _validity(self) -> ceremony.Validity:
        """Return 365 days, from the issuer's first instant, under the next serial."""
        self._serial += 1
        start = not_before(parse_certificate(self.issuer.certificate))
        return ceremony.Validity.lasting(self._serial, start, ceremony.LEAF_SECONDS)

    def issue_agent(self, agent: NoteSigner, replaces: str | None = None) -> bytes:
        """Return the agent's new certificate, registered and put on record."""
        enrolment = self.register(agent.name)
        return self.certify(agent, enrolment, replaces)

    def register(self, agent: str = AGENT, **changes: object) -> Enrolment:
        """Put a registration on record; return what a certificate is issued upon."""
        registration = self.registration(agent, **changes)
        self.append(acts.register(registration, *self.operators))
        return Enrolment(
            registration=canonical.digest(render_registration(registration)),
            attestor=registration.attestor,
            shown=registration.selectors,
        )

    def registration(self, agent: str = AGENT, **changes: object) -> Registration:
        """Return the agent's next registration, with a token of its own."""
        registration = Registration(
            agent=agent,
            mandate=canonical.digest(render_mandate(self.mandate)),
            attestor=Attestor.TOKEN,
            selectors=(),
            token=sha256(b"token %d" % len(self.entries)).hexdigest(),
            at=self.now,
            expires_at=self.now.plus(seconds=3_600),
        )
        return replace(registration, **changes)  # type: ignore[arg-type]

    def certify(
        self, agent: NoteSigner, enrolment: Enrolment, replaces: str | None = None
    ) -> bytes:
        """Return the agent's new certificate, put on record upon this enrolment."""
        key = ceremony.HeldKey.proven(make_request(agent.signer), IN_MEMORY)
        certificate = ceremony.issue_agent(
            self.issuer, self.mandate, key, self._validity()
        )
        self.record(certificate, enrolment, replaces)
        return certificate

    def record(
        self, certificate: bytes, enrolment: Enrolment, replaces: str | None = None
    ) -> None:
        """Put an agent's certificate on record upon this enrolment."""
        issuance = Issuance(
            certificate=certificate,
            custody=IN_MEMORY,
            replaces=replaces,
            at=self.now,
            enrolment=enrolment,
        )
        self.append(acts.certify(self.authority, issuance))

    def enrol(self, certificate: bytes) -> None:
        """Put the certificate of a service or person on record."""
        self.append(acts.enrol(self.authority, certificate, IN_MEMORY, self.now))

    @property
    def credential(self) -> str:
        """The digest of the agent's newest certificate."""
        return self.state.issued_to[AGENT][-1]

    def renewed_issuer(self, start: Instant) -> bytes:
        """Return a new certificate for the issuing CA's own key."""
        self._serial += 1
        return ceremony.found_issuer(
            self.root,
            self.root_key,
            self.issuer.signer.public_key(),
            INSTALLATION,
            ceremony.Validity.lasting(self._serial, start, ceremony.ISSUER_SECONDS),
        )

    def renew_issuer(self, at: Instant, certificate: bytes | None = None) -> None:
        """Put a new certificate of the issuing CA on record, and issue under it."""
        certificate = certificate or self.renewed_issuer(at)
        self.append(acts.renew_issuer(self.authority, certificate, at))
        self.issuer = replace(self.issuer, certificate=certificate)

    def order(self, **changes: object) -> Order:
        """Return the agent's next order, valid unless changed."""
        past = self.state.agents[AGENT].past
        order = Order(
            agent=AGENT,
            credential=self.credential,
            seq=past.seq + 1,
            prev=past.prev,
            client_order_id=f"c-{past.seq + 1}",
            market="EUR/USD",
            side=Side.BUY,
            type=OrderType.MARKET,
            amount=eur("20000.00"),
            limit_price=None,
            time_in_force=TimeInForce.IOC,
            venue="SIMA",
            region="eu-west-1",
            created_at=max(self.now, MORNING),
        )
        return replace(order, **changes)  # type: ignore[arg-type]

    def order_note(self, order: Order | None = None) -> bytes:
        """Return an order as its agent signs it."""
        return sign_note(render_order(order or self.order()), self.agent).render()

    def append(self, raw: bytes) -> Entry:
        """Put one note on record after authenticating it; return it as an entry."""
        entry = Entry.read(raw)
        authenticate(entry, self.state, self.root)
        self.state = apply(self.state, entry.event)
        self.entries.append(raw)
        return entry

    def trade(
        self,
        order: Order | None = None,
        received_at: Instant | None = None,
        price: ReferencePrice | None = None,
        conversion: ReferencePrice | None = None,
        answers: tuple[OverlayAnswer, ...] = (),
    ) -> str:
        """Put an order and its decision on record; return the outcome's value."""
        order = order or self.order()
        self.orders[order.seq] = order
        self.now = received_at or order.created_at
        entry = self.append(self.order_note(order))
        if not isinstance(entry.event, OrderSubmitted):
            raise TypeError
        inputs = Inputs(self.now, price, conversion, answers)
        decision = decide(case_of(self.state, entry.event, inputs))
        line = render_decision(decision, entry.event.leaf)
        self.append(sign_note(line, self.gateway).render())
        return decision.outcome.value

    def session(self, **changes: object) -> Session:
        """Return the agent's next session, valid unless changed."""
        former = self.state.agents[AGENT].session_started
        session = Session(
            agent=AGENT,
            credential=self.credential,
            seq=1 if former is None else former.session.seq + 1,
            prev=NO_DIGEST if former is None else former.line_digest,
            runtime=RUNTIME,
            region="eu-west-1",
            evidence=None,
            created_at=max(self.now, MORNING),
        )
        return replace(session, **changes)  # type: ignore[arg-type]

    def session_note(self, session: Session | None = None) -> bytes:
        """Return a session as its agent signs it."""
        line = render_session(session or self.session())
        return sign_note(line, self.agent).render()

    def start(self, note: bytes | None = None, at: Instant | None = None) -> Entry:
        """Put a session in force as the gateway does."""
        note = note or self.session_note()
        line = SignedNote.parse(note).text
        session = parse_session(line)
        self.now = at or session.created_at
        event = SessionStarted(
            session=session,
            line_digest=canonical.digest(line),
            note=note,
            source=source_of(session, self.state),
            at=self.now,
        )
        return self.append(sign_note(render_start(event), self.gateway).render())

    def pin(self, runtime: Runtime, at: Instant, *signers: NoteSigner) -> Entry:
        """Pin the agent's runtime, by both operators unless others are named."""
        for operator in self.operators:
            if operator.name not in self.state.issued_to:
                self.enrol(self._service(Role.OPERATOR, operator))
        event = RuntimePinned(agent=AGENT, runtime=runtime, at=at)
        people = signers or self.operators
        return self.append(sign_note(render_runtime(event), *people).render())

    def override(self, order: Order, **changes: object) -> Override:
        """Return an override of the order's maximum, for the minute around it."""
        override = Override(
            agent=order.agent,
            order=canonical.digest(render_order(order)),
            controls=("order.amount",),
            reason="test",
            at=order.created_at.plus(seconds=-30),
            expires_at=order.created_at.plus(seconds=30),
        )
        return replace(override, **changes)  # type: ignore[arg-type]

    def set_aside(self, override: Override, *signers: NoteSigner) -> Entry:
        """Put an override on record, by an operator and risk unless told otherwise."""
        if self.risk.name not in self.state.issued_to:
            self.enrol(self._service(Role.RISK, self.risk))
        people = signers or (self.operators[0], self.risk)
        return self.append(acts.override(override, *people))

    def anchor(self, **changes: object) -> str:
        """Put a region anchor on record; return its digest."""
        anchor = RegionAnchor(
            credential=self.credential,
            source=RegionSource.KMS_KEY,
            subject="arn:aws:kms:eu-west-1:111122223333:key/1",
            region="eu-west-1",
            certificate=b"",
            at=self.now,
        )
        anchor = replace(anchor, **changes)  # type: ignore[arg-type]
        note = sign_note(render_anchor(anchor), self.authority).render()
        event = self.append(note).event
        if not isinstance(event, RegionAnchored):
            raise TypeError
        return event.digest

    def report(
        self,
        seq: int,
        status: VenueStatus = VenueStatus.FILLED,
        detail: str = "",
        filled: Money | None = None,
    ) -> None:
        """Put the venue's answer to an allowed order on record."""
        self.append(self.report_note(seq, status, detail, filled))

    def report_note(
        self,
        seq: int,
        status: VenueStatus = VenueStatus.FILLED,
        detail: str = "",
        filled: Money | None = None,
    ) -> bytes:
        """Return the venue's answer to an allowed order as the gateway signs it."""
        submitted = self.state.agents[AGENT].unanswered[seq]
        if status is VenueStatus.FILLED and filled is None:
            filled = submitted.order.amount
        event = VenueReported(
            agent=AGENT,
            seq=seq,
            order=submitted.leaf,
            venue=submitted.order.venue,
            status=status,
            filled=filled,
            price=Price.parse("1.38111") if filled else None,
            price_source="test" if filled else "",
            detail=detail,
            at=self.now,
        )
        return sign_note(render_report(event), self.gateway).render()

    def change_standing(self, act: Act, at: Instant, reason: str = "test") -> None:
        """Suspend, reinstate or revoke the agent's credential; list revocations."""
        if act is Act.REVOKE:
            self.revoke(at, reason=reason)
            return
        if act is Act.REINSTATE:
            note = acts.reinstate(self.credential, reason, at, *self.operators)
        else:
            note = acts.change_standing(
                self.authority, self.credential, act, reason, at
            )
        self.append(note)

    def revoke(
        self,
        at: Instant,
        code: ReasonCode = ReasonCode.CESSATION_OF_OPERATION,
        reason: str = "test",
    ) -> None:
        """Revoke the agent's credential and publish the list, as neighbours."""
        event = self.revocation(at, code, reason)
        for note in self.revocation_notes(self.state, event):
            self.append(note)

    def revocation_notes(
        self, state: State, event: StandingChanged
    ) -> tuple[bytes, bytes]:
        """Return the note that revokes and that of its list, to follow this state."""
        crl = revocation_list(self.issuer, apply(state, event), event.at)
        number = state.crl_number + 1
        return (
            acts.sign_standing(self.authority, event),
            acts.publish_revocations(self.authority, crl, number, event.at),
        )

    def revocation(
        self,
        at: Instant,
        code: ReasonCode = ReasonCode.CESSATION_OF_OPERATION,
        reason: str = "test",
    ) -> StandingChanged:
        """Return the revocation of the agent's credential, without its list."""
        return StandingChanged(
            credential=self.credential, act=Act.REVOKE, code=code, reason=reason, at=at
        )

    def schedule(
        self,
        due: Instant,
        at: Instant,
        code: ReasonCode = ReasonCode.CESSATION_OF_OPERATION,
    ) -> None:
        """Have the agent's credential revoked from an instant on."""
        event = RevocationScheduled(
            credential=self.credential, code=code, reason="test", due=due, at=at
        )
        self.append(acts.schedule(self.authority, event))


def line_digest(note: bytes) -> str:
    """Return the SHA-256 of the line that a note holds."""
    return canonical.digest(note.partition(b"\n")[0] + b"\n")
