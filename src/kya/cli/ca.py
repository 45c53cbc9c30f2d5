"""`kya ca`: an installation's certificates, from a root here or elsewhere."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from kya.authority import acts
from kya.cli.desk import open_desk
from kya.cli.key import Key, reference_in
from kya.cli.output import (
    DATA_DEFAULT,
    Data,
    answer,
    read_bytes,
    talk,
    write_new,
)
from kya.cli.up import DOMAIN_DEFAULT, OPERATOR_DEFAULT, Domain, Operator, first_config
from kya.config import CONFIG_FILE, read_config
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki.ca_request import CaRequest, ca_name, read_ca_request, root_name
from kya.pki.certificate import not_after, parse_certificate
from kya.pki.pem import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    X509_CRL,
    blocks_of_pem,
    from_pem,
    to_pem,
)
from kya.pki.signer import Custody
from kya.wiring.clock import system_clock
from kya.wiring.founding import ask, found, install
from kya.wiring.installation import open_installation
from kya.wiring.renewal import ask_again, renew
from kya.wiring.root_desk import RootNames, RootPapers, found_root, open_root

app = typer.Typer(
    help="The certification authorities: found, ask the root, install.",
    no_args_is_help=True,
)
root_app = typer.Typer(
    help="The root, on a machine of its own: found, sign.", no_args_is_help=True
)
app.add_typer(root_app, name="root")

RootDirectory = Annotated[Path, typer.Option("--dir", help="The root's own directory.")]
Out = Annotated[Path, typer.Option(help="New file for the answer.")]
Yes = Annotated[bool, typer.Option("--yes", help="Sign without asking once more.")]


@app.command("init")
def init(
    operator: Operator = OPERATOR_DEFAULT,
    trust_domain: Domain = DOMAIN_DEFAULT,
    data: Data = DATA_DEFAULT,
) -> None:
    """Found an installation with its root on this machine, in one step."""
    now = _now()
    found(data, first_config(operator, trust_domain, None, str(now)[:4]), now)
    talk(f"{data / 'keys/root.pem'}: take it away; it is not needed to run")
    answer(f"{data}: founded for {operator}, trust domain {trust_domain}")


@app.command("request")
def request(
    out: Out,
    operator: Operator = OPERATOR_DEFAULT,
    trust_domain: Domain = DOMAIN_DEFAULT,
    data: Data = DATA_DEFAULT,
) -> None:
    """Begin an installation whose root is elsewhere: make its keys, ask the root."""
    config = first_config(operator, trust_domain, None, str(_now())[:4])
    _ask(out, ask(data, config))


@app.command("renew")
def renew_request(out: Out, data: Data = DATA_DEFAULT) -> None:
    """Ask the root for new certificates of both CAs, under the keys they have."""
    _ask(out, ask_again(open_installation(data)))


@app.command("install")
def install_certificates(
    certificates: Annotated[
        Path, typer.Argument(help="What the root has signed; `-` is stdin.")
    ],
    root: Annotated[Path, typer.Option(help="The root's certificate, root.pem.")],
    data: Data = DATA_DEFAULT,
) -> None:
    """Finish an installation, or its renewal, with what its root has signed."""
    signed, revocations = _signed_in(read_bytes(certificates, "certificates"))
    papers = RootPapers(
        certificate=from_pem(CERTIFICATE, read_bytes(root, "root")),
        revocations=revocations,
    )
    if (data / CONFIG_FILE).exists():
        _renew(data, papers.certificate, list(signed))
    else:
        install(data, papers, list(signed), _now())
    for each in signed:
        parsed = parse_certificate(each)
        talk(f"{parsed.subject.rfc4514_string()}, until {not_after(parsed)}")
    answer(f"{data}: certified for {read_config(data).installation.operator}")


@root_app.command("init")
def init_root(
    directory: RootDirectory,
    operator: Operator = OPERATOR_DEFAULT,
    name: Annotated[
        str | None, typer.Option(help="Common name; the operator's unless given.")
    ] = None,
    key: Key = None,
) -> None:
    """Make a root: its key here or where --key says, its certificate for ten years."""
    names = RootNames(
        operator=operator,
        common_name=root_name(operator) if name is None else name,
    )
    reference = None if key is None else reference_in(key)
    root = found_root(directory, names, reference, _now())
    talk(_kept(root.signer.describe()))
    answer(f"{directory / 'root.pem'}: hand it to whoever verifies")


@root_app.command("sign")
def sign(
    requests: Annotated[
        Path, typer.Argument(help="What `kya ca request` wrote; `-` is stdin.")
    ],
    directory: RootDirectory,
    out: Out,
    *,
    yes: Yes = False,
) -> None:
    """Show what an installation asks for and, once confirmed, sign it for 3 years."""
    raw = read_bytes(requests, "requests")
    asked = [read_ca_request(each) for each in blocks_of_pem(CERTIFICATE_REQUEST, raw)]
    for each in asked:
        for line in _asked(each):
            talk(line)
    if not yes and not typer.confirm("Sign this as the root?", err=True):
        raise InputError("nothing was signed")
    root, now = open_root(directory), _now()
    signed = [root.certify(each, now) for each in asked]
    blocks = [to_pem(CERTIFICATE, each) for each in signed]
    write_new(out, b"".join([*blocks, to_pem(X509_CRL, root.papers.revocations)]))
    answer(f"{out}: {len(signed)} certificates; bring them back with root.pem")


def _signed_in(raw: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """Return the certificates and the root's list of what `sign` wrote."""
    at = raw.find(b"-----BEGIN " + X509_CRL.encode())
    if at < 0:
        raise InputError("certificates: want the root's revocation list after them")
    return blocks_of_pem(CERTIFICATE, raw[:at]), from_pem(X509_CRL, raw[at:])


def _renew(data: Path, root: bytes, signed: list[bytes]) -> None:
    """Renew the CAs of an installation at work; its root stays what it is."""
    desk = open_desk(data)
    if desk.opened.certificate("root") != root:
        raise InputError(f"{data}: is under another root, and a root is not renewed")
    renew(desk, signed)
    talk("start the gateway again, for TLS under the new channel CA")


def _ask(out: Path, requests: tuple[bytes, ...]) -> None:
    """Write the requests, after showing what they ask for."""
    for each in requests:
        for line in _asked(read_ca_request(each)):
            talk(line)
    write_new(out, b"".join(to_pem(CERTIFICATE_REQUEST, each) for each in requests))
    answer(f"{out}: have it signed by the root, then `kya ca install`")


def _asked(asked: CaRequest) -> Iterator[str]:
    """Yield what a CA's request asks for, in words."""
    digest = sha256(asked.public_key).hexdigest()
    yield f"{asked.kind.value}: {ca_name(asked.kind, asked.operator)}"
    yield f"  operator      {asked.operator}"
    yield f"  trust domain  {asked.trust_domain}: may name whoever is in it"
    yield f"  revocations   {asked.crl_url}"
    yield f"  key           SHA-256 {digest}"


def _kept(custody: Custody) -> str:
    """Return where a key is kept, in words."""
    return f"root's key: {acts.custody_text(custody)}"


def _now() -> Instant:
    """Return the time of this machine."""
    return system_clock().clock.now()
