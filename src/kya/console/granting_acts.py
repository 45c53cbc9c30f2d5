"""Acts that grant power: mandates, registrations, runtimes; what is signed for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kya.authority.mandate_words import shown_by
from kya.authority.quorum import Quorum
from kya.authority.registering import read_wanted
from kya.codec import canonical
from kya.codec.mandate_drafts import draft_fields
from kya.codec.mandate_faults import field_faults
from kya.codec.mandates import parse_mandate, render_mandate
from kya.codec.registrations import render_registration
from kya.codec.sessions import render_runtime
from kya.console.kinds import TWO_OPERATORS, Drafted, Wanted, seconds_of, two_operators
from kya.console.mandates import newest_of, words_of
from kya.core.counterexample import counterexample
from kya.core.credential import Credential, Role
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.limits import MANDATE_DIRECTORS_MIN
from kya.core.mandate import Mandate, warnings_about
from kya.core.narrowing import comparisons, is_within
from kya.core.power_events import AgentRegistered, MandateGranted
from kya.core.runtime import Runtime
from kya.core.state import State
from kya.core.workload_events import RuntimePinned
from kya.pki.stopping import require_people

_SHA256: Final = "sha256:"


@dataclass(frozen=True, slots=True)
class OfMandates:
    """Drafts mandates for a firm that has a rule of its own who signs them."""

    quorum: Quorum

    def __call__(
        self, wanted: Wanted, state: State, now: Instant
    ) -> tuple[Drafted, MandateGranted]:
        """Return a mandate that directors have written down as JSON."""
        mandate = _written(wanted, now)
        line, former = render_mandate(mandate), newest_of(state, mandate.agent)
        least = max(self.quorum.signatures_min, MANDATE_DIRECTORS_MIN)
        drafted = Drafted(
            kind=wanted.kind,
            text=line,
            words=(f"We grant {mandate.agent} this mandate.", _beside(mandate, former)),
            facts=tuple(words_of(mandate)),
            cautions=(*warnings_about(mandate), *_wider_words(former, mandate)),
            rule=f"{least} of {self.quorum} sign.",
            require_enough=self._require_enough,
        )
        return drafted, MandateGranted(digest=canonical.digest(line), mandate=mandate)

    def _require_enough(self, signers: tuple[Credential, ...]) -> None:
        """Raise unless the log's rule and the firm's are kept."""
        require_people(signers, Role.DIRECTOR, MANDATE_DIRECTORS_MIN)
        self.quorum.require(signer.name for signer in signers)


def of_registration(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, AgentRegistered]:
    """Return that an agent's host may fetch a certificate, for whoever has the token.

    The token itself stays in the browser that has made it: here is its SHA-256.
    """
    mandate = newest_of(state, wanted.subject)
    if mandate is None:
        raise InputError(f"{wanted.subject}: no mandate is on record")
    asked = read_wanted(wanted.more.get("attest", "").split(), seconds_of(wanted))
    registration = asked.registration(mandate, wanted.more.get("token", ""), now)
    line = render_registration(registration)
    shown = ", ".join(registration.selectors) or "nothing but the token"
    drafted = Drafted(
        kind=wanted.kind,
        text=line,
        words=(
            f"Whoever has the token fetches a certificate for {registration.agent}.",
            f"Once, until {registration.expires_at}; its host shows {shown}.",
            f"Under mandate {registration.mandate}",
        ),
        cautions=tuple(_wider_words(_under_now(state, wanted.subject), mandate)),
        rule=TWO_OPERATORS,
        require_enough=two_operators,
        token=registration.token,
    )
    digest = canonical.digest(line)
    return drafted, AgentRegistered(digest=digest, registration=registration)


def of_pin(wanted: Wanted, state: State, now: Instant) -> tuple[Drafted, RuntimePinned]:
    """Return which runtime an agent may run from now on."""
    digests: dict[str, str] = {}
    for text in wanted.more.get("runtime", "").split():
        name, _, value = text.partition(f"={_SHA256}")
        if not value or name in digests:
            msg = f"runtime: want NAME={_SHA256}…, each once, got {text!r}"
            raise InputError(msg)
        digests[name] = value
    event = RuntimePinned(agent=wanted.subject, runtime=Runtime.of(digests), at=now)
    words = [f"From now on {wanted.subject} may run this release, and no other:"]
    words += [f"{name} {digest}" for name, digest in event.runtime.components]
    agent, cautions = state.agents.get(wanted.subject), tuple[str, ...]()
    if agent is not None and agent.baseline is not None:
        cautions = ("Its baseline says nothing of it until two people lock it again.",)
    drafted = Drafted(
        kind=wanted.kind,
        text=render_runtime(event),
        words=tuple(words),
        cautions=cautions,
        rule=TWO_OPERATORS,
        require_enough=two_operators,
    )
    return drafted, event


def _written(wanted: Wanted, now: Instant) -> Mandate:
    """Return the mandate of a form; InputError names all that is wrong with it."""
    fields = draft_fields(wanted.more.get("draft", "").encode(), None, now)
    resolution = wanted.more.get("resolution", "").strip()
    if resolution:
        fields["resolution"] = resolution
    faults = field_faults(fields)
    if faults:
        raise InputError("; ".join(faults))
    return parse_mandate(canonical.encode_line(fields))


def _beside(mandate: Mandate, former: Mandate | None) -> str:
    """Return what the mandate is beside the one before, in one sentence."""
    if former is None:
        return f"It is the first mandate of {mandate.agent}."
    if is_within(former, mandate):
        return "It is within the former mandate: every limit is equal or narrower."
    return "It is not within the former mandate."


def _wider_words(former: Mandate | None, mandate: Mandate) -> Iterator[str]:
    """Yield every limit that is not within the former mandate, shown by an order."""
    if former is None or former == mandate:
        return
    found = [
        each for each in comparisons(former, mandate) if not each.relation.is_within
    ]
    for limit, relation in found:
        example = shown_by(limit, counterexample(former, mandate, limit))
        yield f"{limit} is {relation.value} than in the former mandate: {example}"


def _under_now(state: State, agent: str) -> Mandate | None:
    """Return the mandate of the agent's newest certificate, None if it has none."""
    held = state.agents.get(agent)
    if held is None:
        return None
    return state.mandates.get(state.credentials[held.credential].granted.mandate)
