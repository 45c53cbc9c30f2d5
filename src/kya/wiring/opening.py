"""The first entries of a log: its opening, and the services that will sign in it."""

from hashlib import sha256

from kya.authority import acts
from kya.authority.revocations import revocation_list
from kya.codec.statements import Opening
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.power_events import ClockSource
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.sequencer.sequencer import Sequencer
from kya.wiring.installation import AUTHORITY, GATEWAY, LOG, Opened


async def open_if_new(
    sequencer: Sequencer, opened: Opened, source: ClockSource, now: Instant
) -> None:
    """Append the first entries to a log that has none.

    InputError if the log was opened under another root than the installation's.
    """
    root = opened.certificate("root")
    if sequencer.size > 0:
        _require_root(sequencer, root)
        return
    authority = opened.note_signer(AUTHORITY)
    opening = Opening(
        origin=opened.config.log.origin,
        root=sha256(root).hexdigest(),
        issuer=opened.certificate("issuer"),
        authority=opened.certificate(AUTHORITY),
        clock=source,
        at=now,
        root_crl=opened.root_list(),
    )
    notes = [acts.open_log(authority, opening)]
    for name in (GATEWAY, LOG):
        custody = acts.custody_text(opened.cabinet.open(name).describe())
        certificate = opened.certificate(name)
        notes.append(acts.enrol(authority, certificate, custody, now))
    for note in notes:
        await _append(sequencer, root, note)
    crl = revocation_list(opened.issuer(), sequencer.state, now)
    await _append(sequencer, root, acts.publish_revocations(authority, crl, 1, now))


def _require_root(sequencer: Sequencer, root: bytes) -> None:
    """Raise unless the log was opened under this root."""
    first, given = sequencer.state.opened, sha256(root).hexdigest()
    if first is None or first.root != given:
        named = "none" if first is None else first.root
        msg = f"trust/root.pem: certificate {given}, but the log is under {named}"
        raise InputError(msg)


async def _append(sequencer: Sequencer, root: bytes, note: bytes) -> None:
    """Put a note on record by the same rules as everybody's."""
    entry = Entry.read(note)
    authenticate(entry, sequencer.state, root)
    await sequencer.append(entry)
