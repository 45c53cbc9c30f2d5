"""What an agent's host has to say of itself: `workload.toml` in its directory.

    [runtime]
    image = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    model = "/opt/bot/model.onnx"

    [region]
    source = "aws-instance-identity"
    anchor = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"

A path is hashed at each start of a session; relative ones are below the directory. The
anchor is what `kya agent anchor` has printed.
"""

from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.region_aws import HOST, InstanceIdentity
from kya.agent.runtime import PREFIX
from kya.agent.workload import RecordedRegion, RegionProof, Workload
from kya.core.errors import InputError
from kya.core.session import RegionSource

WORKLOAD_FILE: Final = "workload.toml"


class _Section(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
): ...


class RegionSection(_Section, frozen=True, kw_only=True):
    """Who shows the region, and under which anchor; `host` is for a stand-in."""

    source: RegionSource
    anchor: str
    host: str = HOST
    port: int = 80


class WorkloadFile(_Section, frozen=True, kw_only=True):
    """The whole file."""

    runtime: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    region: RegionSection | None = None


def workload_at(directory: Path) -> Workload | None:
    """Return what the host says of itself, None without a file; InputError if wrong."""
    path = directory / WORKLOAD_FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        found = msgspec.toml.decode(raw, type=WorkloadFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    components = {
        name: text if text.startswith(PREFIX) else str(directory / text)
        for name, text in found.runtime.items()
    }
    return Workload(components=components, region=_proof(found.region))


def _proof(section: RegionSection | None) -> RegionProof | None:
    """Return who shows the region."""
    if section is None:
        return None
    if section.source is RegionSource.AWS_INSTANCE_IDENTITY:
        return InstanceIdentity(
            anchor=section.anchor, host=section.host, port=section.port
        )
    return RecordedRegion(section.anchor)
