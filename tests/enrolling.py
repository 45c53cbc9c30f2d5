"""Register and enrol an agent of a running installation, as its people and host do."""

from kya.authority.registering import Wanted
from kya.pki.signer import Signer
from kya.wiring.desk import Desk
from kya.wiring.enrolment import applicant, office_of, register

OPERATORS = ("alice", "bob")


def enrol(
    desk: Desk,
    agent: str,
    signer: Signer,
    *,
    serial: int | None = None,
    wanted: Wanted | None = None,
) -> bytes:
    """Return the certificate that the agent's key gets, on record."""
    registered = register(desk, agent, OPERATORS, wanted)
    office = office_of(desk) if serial is None else office_of(desk, lambda: serial)
    return applicant(agent, signer, registered.token).enrol(office)
