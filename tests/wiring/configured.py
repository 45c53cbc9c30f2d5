"""Configurations changed for a test, in memory and in a data directory."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from kya.config import CONFIG_FILE, Config, read_config, render_config
from kya.config_outside import AlertSection


def with_alerts(config: Config, alerts: Mapping[str, AlertSection]) -> Config:
    """The configuration, which tells these."""
    return msgspec.structs.replace(config, alerts=dict(alerts))


def tell(data: Path, **alerts: AlertSection) -> None:
    """Have the gateway of this directory tell these from its next start on."""
    config = with_alerts(read_config(data), alerts)
    (data / CONFIG_FILE).write_text(render_config(config))
