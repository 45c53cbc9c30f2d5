"""`kya up`: gateway, authority and log on this machine, on 127.0.0.1."""

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from kya.cli.output import DATA_DEFAULT, Data, answer, talk
from kya.config import (
    CONFIG_FILE,
    Config,
    GatewaySection,
    InstallationSection,
    LogSection,
    TlsMode,
    port_above,
)
from kya.config_venues import VenueSection
from kya.core.errors import InputError
from kya.pki.ca_request import root_name
from kya.wiring.clock import system_clock
from kya.wiring.founding import ASKED_FILE, found

Operator = Annotated[
    str, typer.Option(help="Who runs this; stands in every certificate.")
]
Domain = Annotated[str, typer.Option(help="SPIFFE trust domain; also names the log.")]
OPERATOR_DEFAULT: Final = "Example Operator"
DOMAIN_DEFAULT: Final = "kya.example"


def up(
    data: Data = DATA_DEFAULT,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            help="Port on 127.0.0.1, 0 for a free one; that of kya.toml unless given.",
        ),
    ] = None,
    operator: Operator = OPERATOR_DEFAULT,
    trust_domain: Domain = DOMAIN_DEFAULT,
    *,
    tls: Annotated[
        bool, typer.Option("--tls", help="TLS 1.3 with a certificate on both sides.")
    ] = False,
) -> None:
    """Start the gateway on a data directory, which is founded on first use."""
    # The server's packages are an extra: only this verb needs them.
    from kya.wiring.service import run  # noqa: PLC0415

    clock = system_clock()
    if (data / ASKED_FILE).exists():
        msg = f"{data}: waits for its CAs' certificates; want `kya ca install`"
        raise InputError(msg)
    if not (data / CONFIG_FILE).exists():
        now = clock.clock.now()
        config = first_config(operator, trust_domain, port, str(now)[:4])
        found(data, _with_tls(config) if tls else config, now)
        talk(f"founded {data}: root, issuing CA, keys in encrypted files")
        talk("development custody: whoever copies the directory has the keys")
    mode: TlsMode | None = "mutual" if tls else None
    run(data, clock, port, lambda url: _announce(url, data), mode)


def _with_tls(config: Config) -> Config:
    """Return the configuration of a gateway that speaks TLS at every start."""
    mode: TlsMode = "mutual"
    section = msgspec.structs.replace(config.gateway, tls=mode)
    return msgspec.structs.replace(config, gateway=section)


def _announce(url: str, data: Path) -> None:
    """Say where the gateway is, at once, for a script may wait for this line."""
    answer(f"kya is up at {url} (data: {data})")
    sys.stdout.flush()


def first_config(
    operator: str, trust_domain: str, port: int | None, year: str
) -> Config:
    """Return the configuration of a new installation with three paper venues."""
    return Config(
        installation=InstallationSection(
            operator=operator,
            trust_domain=trust_domain,
            root_name=root_name(operator),
            crl_url=f"http://crl.{trust_domain}/issuing.crl",
            ocsp_url=f"http://ocsp.{trust_domain}/ocsp",
        ),
        log=LogSection(origin=f"{trust_domain}/log/{year}"),
        gateway=GatewaySection() if port is None else _at_port(port),
        venues={name: VenueSection() for name in ("SIMA", "SIMB", "SIMC")},
    )


def _at_port(port: int) -> GatewaySection:
    """Return the section of a gateway whose other listeners are right above."""
    above = port_above(port)
    return GatewaySection(port=port, channel_port=above, status_port=port_above(above))
