"""What a mandate is judged under before there is a certificate: one that says the same.

The other parts of a case, what came before and the prices, whoever supposes it brings.
"""

from typing import Final

from kya.core.baseline import Likeness
from kya.core.behaviour_score import NOTHING_UNUSUAL
from kya.core.credential import Credential, Grant, Role, Standing
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.order import Order
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence
from kya.core.session import Session, Shown
from kya.core.tokens import NO_DIGEST

SUPPOSED_LIKENESS: Final = Likeness(
    NO_DIGEST, Instant.parse("9999-12-31T23:59:59.999999Z"), NOTHING_UNUSUAL
)
"""An order like all others of an agent whose baseline is locked, and never too old."""


def supposed_credential(mandate: Mandate) -> Credential:
    """Return a certificate for all of the mandate's validity, in good standing."""
    return Credential(
        digest=NO_DIGEST,
        role=Role.AGENT,
        name=mandate.agent,
        serial=1,
        spki=b"",
        not_before=mandate.valid_from,
        not_after=mandate.valid_until,
        standing=Standing.ACTIVE,
        since=mandate.valid_from,
        grant=Grant(mandate=NO_DIGEST, scope=mandate.scope, scope_digest=NO_DIGEST),
    )


def supposed_session(order: Order, evidence: RegionEvidence) -> Session:
    """Return a session that shows the order's region as well as is asked for."""
    is_attested = evidence is RegionEvidence.ATTESTED
    return Session(
        agent=order.agent,
        credential=order.credential,
        seq=1,
        prev=NO_DIGEST,
        runtime=Runtime(()),
        region=order.region,
        evidence=(
            Shown(anchor=NO_DIGEST, document=b"", signature=b"")
            if is_attested
            else None
        ),
        created_at=order.created_at,
    )
