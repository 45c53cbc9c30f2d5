"""The request for an agent's certificate, as a line of a signed note."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.limits import EVIDENCE_CHARS_MAX

ENROLMENT_REQUEST_TYPE: Final = "kya/enrolment_request/v1"


class EnrolmentRequestLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/enrolment_request/v1`: a host asks for its agent's certificate."""

    type_: Literal["kya/enrolment_request/v1"] = msgspec.field(name="_type")
    agent: str
    custody: str
    evidence: str
    nonce: str
    request: str
    token: str


_DECODER: Final = msgspec.json.Decoder(EnrolmentRequestLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRequest:
    """Who asks, with which token, and what is shown; never an entry of the log.

    `request` is PKCS#10 in DER, not yet understood; its key signs the note. `evidence`
    is what the registration's attestor reads, empty where it needs none. `custody` is
    where the host says that it keeps the key.
    """

    agent: str
    token: str
    nonce: str
    request: bytes
    custody: str
    evidence: str

    def __post_init__(self) -> None:
        """Refuse what cannot be a name, a token or a nonce of ours."""
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require_text("nonce", self.nonce)
        tokens.require_text("custody", self.custody)
        if tokens.DIGEST.fullmatch(self.token) is None:
            # Never repeated, not even when it is malformed: it may be nearly right.
            raise MalformedError("token: want the 64 hexadecimal digits as printed")
        if not (len(self.evidence) <= EVIDENCE_CHARS_MAX and self.evidence.isascii()):
            raise MalformedError(
                f"evidence: want at most {EVIDENCE_CHARS_MAX} ASCII characters"
            )


def parse_enrolment_request(line: bytes) -> EnrolmentRequest:
    """Return the request; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "enrolment request", _request_from)


def render_enrolment_request(request: EnrolmentRequest) -> bytes:
    """Return the line that the agent's new key signs."""
    return canonical.encode_line(
        EnrolmentRequestLine(
            type_=ENROLMENT_REQUEST_TYPE,
            agent=request.agent,
            custody=request.custody,
            evidence=request.evidence,
            nonce=request.nonce,
            request=base64_text.encode(request.request),
            token=request.token,
        )
    )


def _request_from(wire: EnrolmentRequestLine) -> EnrolmentRequest:
    """Return the request of its fields."""
    return EnrolmentRequest(
        agent=wire.agent,
        token=wire.token,
        nonce=wire.nonce,
        request=base64_text.decode("request", wire.request),
        custody=wire.custody,
        evidence=wire.evidence,
    )
