"""How the command line shows a certificate that is on record."""

from kya.cli.output import answer, answer_json
from kya.core.credential import Credential


def show_credential(credential: Credential, *, as_json: bool) -> None:
    """Print what is on record of a credential."""
    ends = credential.withdrawal
    facts = {
        "agent": credential.name,
        "certificate": credential.digest,
        "serial": f"{credential.serial:X}",
        "not_before": str(credential.not_before),
        "not_after": str(credential.not_after),
        "standing": credential.standing.value,
        "since": str(credential.since),
        "mandate": credential.grant.mandate if credential.grant else "",
    }
    if ends is not None:
        facts |= {"revoked": f"from {ends.due} on", "code": ends.code.value}
    if as_json:
        answer_json(facts)
        return
    for key, value in facts.items():
        answer(f"{key:<12}{value}")
