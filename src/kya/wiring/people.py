"""People at the desk: named by role and name, each with a signer."""

from collections.abc import Sequence

from kya.core.credential import PEOPLE, Role
from kya.core.errors import InputError
from kya.pki.note_signer import NoteSigner
from kya.wiring.desk import Desk

People = Sequence[tuple[Role, str]]


def read_people(texts: Sequence[str]) -> list[tuple[Role, str]]:
    """Return the people of `risk:rita` and `operator:alice`; InputError otherwise."""
    roles = {role.value: role for role in PEOPLE}
    found: list[tuple[Role, str]] = []
    for text in texts:
        role, is_given, name = text.partition(":")
        if not is_given or role not in roles:
            msg = f"--as {text}: want ROLE:NAME, ROLE one of {', '.join(sorted(roles))}"
            raise InputError(msg)
        found.append((roles[role], name))
    return found


def signers_of(desk: Desk, people: People) -> list[NoteSigner]:
    """Return each one's signer; who is not enrolled yet is enrolled."""
    return [desk.person(role, name) for role, name in people]
