"""The agent's side of enrolment: prove a new key, show where it runs, ask once."""

from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final, Protocol

from kya.agent.dial import Question, ask
from kya.codec.enrolments import EnrolmentRequest, render_enrolment_request
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, blocks_of_pem
from kya.pki.request import make_request
from kya.pki.signer import Signer

ENROLMENT_PATH: Final = "/v1/enrolment"
TIMEOUT_SECONDS: Final = 30.0
"""The authority asks its key store and, where there is one, somebody who attests."""

Evidence = Callable[[str, bytes], str]
"""Returns what shows where the agent runs, for a nonce and the key to be certified."""


def no_evidence(nonce: str, key: bytes) -> str:
    """Return nothing: the token is all, or the authority asks others by itself."""
    del nonce, key
    return ""


class Office(Protocol):
    """Who issues agents' certificates: far away, or in this process."""

    def nonce(self) -> str:
        """Return a nonce for one request, soon."""
        ...

    def enrol(self, raw: bytes) -> bytes:
        """Return the certificate in DER that the signed request gets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """An agent that has a new key and the token of its registration.

    `custody` is where the key is kept, in words for the log.
    """

    agent: str
    signer: Signer
    custody: str
    token: str
    evidence: Evidence = no_evidence

    def enrol(self, office: Office) -> bytes:
        """Return the certificate in DER, which is on record."""
        return office.enrol(self.request(office.nonce()))

    def request(self, nonce: str) -> bytes:
        """Return the note that asks, signed by the new key itself."""
        request = EnrolmentRequest(
            agent=self.agent,
            token=self.token,
            nonce=nonce,
            request=make_request(self.signer),
            custody=self.custody,
            evidence=self.evidence(nonce, self.signer.public_key()),
        )
        signer = NoteSigner(self.agent, self.signer)
        return sign_note(render_enrolment_request(request), signer).render()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOffice:
    """An enrolment office over HTTP; `context` trusts the CA above its certificate."""

    url: str
    context: SSLContext | None

    def nonce(self) -> str:
        """Return a nonce of the office's."""
        return self._ask("GET", b"").decode("ascii", "replace")

    def enrol(self, raw: bytes) -> bytes:
        """Return the certificate; InputError, naming the rule, if none is issued."""
        return blocks_of_pem(CERTIFICATE, self._ask("POST", raw))[0]

    def _ask(self, method: str, body: bytes) -> bytes:
        """Return the body of a good reply; the fault that another one means."""
        question = Question(method=method, path=ENROLMENT_PATH, body=body)
        return ask(self.url, question, self.context, TIMEOUT_SECONDS).accepted().body
