"""The description of a key that lives in a token or a key service.

The authority asks the service itself, about the key that its own configuration names
for the agent. Whether a key was imported or can be exported is asked when it is opened;
a key that is not fit is refused there, in the words of its back end.
"""

import re
from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import InputError
from kya.pki.signer import Exportable, Signer

_REGIONS: Final = (
    re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+"),
    re.compile(r"projects/[^/]+/locations/([a-z0-9-]+)/keyRings/.+"),
)
"""Where the name of a key says its region: an ARN of AWS, a resource of Google."""


@runtime_checkable
class _Named(Protocol):
    """A signer whose key has a name of the service's own."""

    @property
    def resource(self) -> str:
        """The name."""
        ...


class KmsAttestation:
    """Shows where the key lives, by what its service says to the authority."""

    def __init__(self, open_key: Callable[[str], Signer | None]) -> None:
        """Open the key of an agent with this; None where none is configured."""
        self._open_key = open_key

    def shown(self, asked: Asked) -> tuple[str, ...]:
        """Return back end, origin and, where its name says so, the key's region."""
        try:
            signer = self._open_key(asked.agent)
        except InputError as error:
            raise NotAttestedError(f"kms: {error}") from error
        if signer is None:
            raise NotAttestedError(f"kms: no key of {asked.agent} is configured")
        if signer.public_key() != asked.key:
            raise NotAttestedError("kms: the service holds another key than the one")
        custody = signer.describe()
        if custody.exportable is not Exportable.NO:
            raise NotAttestedError(f"kms: a key of {custody.backend} can be exported")
        # Every signer that says so has asked whether the key was made there, too.
        selectors = [f"backend={custody.backend}", "exportable=no", "origin=service"]
        if isinstance(signer, _Named):
            selectors += [f"region={region}" for region in regions_in(signer.resource)]
        return tuple(sorted(selectors))


def regions_in(resource: str) -> list[str]:
    """Return the region that the name of a key says, if it says one."""
    matches = (pattern.fullmatch(resource) for pattern in _REGIONS)
    return [found[1] for found in matches if found]
