"""What servers that the gateway calls must show: feeds of prices, targets of alerts."""

import ssl
from pathlib import Path

from kya.core.errors import InputError


def trust_of(ca_file: str, data: Path) -> ssl.SSLContext:
    """Return what checks a server: one CA if named, else those of the system."""
    path = str(data / ca_file) if ca_file else None
    try:
        context = ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"{path}: want certificates in PEM ({error})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
