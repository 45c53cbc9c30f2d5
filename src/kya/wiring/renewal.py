"""New certificates for the CAs of an installation at work, under the keys they have."""

from kya.authority import acts
from kya.pki.ca_request import CaKind, make_ca_request
from kya.pki.channel import verify_channel_ca
from kya.pki.renewal import verify_renewal
from kya.wiring.desk import Desk
from kya.wiring.founding import CAS, as_asked, asked_of
from kya.wiring.installation import AUTHORITY, Opened, store_certificate


def ask_again(opened: Opened) -> tuple[bytes, ...]:
    """Return the PKCS #10 requests of both CAs, in DER, under the keys they have."""
    requests: list[bytes] = []
    for kind in CaKind:
        signer = opened.cabinet.open(CAS[kind])
        asked = asked_of(opened.config, kind, signer)
        requests.append(make_ca_request(asked, signer))
    return tuple(requests)


def renew(desk: Desk, certificates: list[bytes]) -> None:
    """Put the issuing CA's new certificate on record, then use both of them.

    Where this is interrupted, doing it again finishes it. DistrustError unless both
    hold under the installation's root; the gateway asks the same of the issuing CA's.
    """
    opened, now = desk.opened, desk.clock()
    held, root = as_asked(opened, certificates), opened.certificate("root")
    issuing = held[CaKind.ISSUING]
    verify_channel_ca(held[CaKind.CHANNEL], root, now)
    known = desk.state().issuers
    if issuing not in known:
        verify_renewal(issuing, known, root, now)
        note = acts.renew_issuer(opened.note_signer(AUTHORITY), issuing, now)
        desk.remote.append(note)
        desk.remote.publish()  # Whoever looks at the log next finds it there.
    # Commit point: it is on record, and only the files of this machine are behind.
    for kind, certificate in held.items():
        store_certificate(opened.data, CAS[kind], certificate)
