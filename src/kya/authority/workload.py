"""What people say of a workload: which runtime may run, and what shows a region."""

import re
from typing import Final

from kya.codec.sessions import render_anchor, render_runtime
from kya.core.errors import InputError, shown
from kya.core.session import RegionAnchor
from kya.core.workload_events import RuntimePinned
from kya.pki.note_signer import NoteSigner, sign_note

# The region stands in the name that the service gives the key, not in one of ours:
# arn:aws:kms:eu-west-1:111122223333:key/… and projects/…/locations/europe-west3/….
_AWS_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:key/.+")
_GCP_KEY: Final = re.compile(r"projects/[^/]+/locations/([a-z0-9-]+)/keyRings/.+")
_EVERYWHERE: Final = frozenset({"global"})


def pin_runtime(event: RuntimePinned, *operators: NoteSigner) -> bytes:
    """Return the runtime under the signatures of these operators."""
    return sign_note(render_runtime(event), *operators).render()


def anchor_region(authority: NoteSigner, anchor: RegionAnchor) -> bytes:
    """Return the note that puts a region anchor on record."""
    return sign_note(render_anchor(anchor), authority).render()


def region_of_key(resource: str) -> str:
    """Return the region in the full name that a service gives a key.

    InputError for a name without one, and for a place that is everywhere. That the key
    may be used from anywhere is another matter: it says where the key is.
    """
    for pattern in (_AWS_KEY, _GCP_KEY):
        found = pattern.fullmatch(resource)
        if found is not None and found[1] not in _EVERYWHERE:
            return found[1]
    raise InputError(
        f"key {shown(resource)}: want the ARN of an AWS KMS key or the resource name of"
        " a Google Cloud KMS key in one region"
    )
