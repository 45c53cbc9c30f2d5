"""On what it was measured."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend


def facts() -> dict[str, str]:
    """Return what a reader must know to compare."""
    return {
        "processor": f"{_model()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cryptography": f"{version('cryptography')} ({backend.openssl_version_text()})",
        "load average": f"{os.getloadavg()[0]:.1f}",
    }


def _model() -> str:
    """Return the processor's name (proc(5), cpuinfo)."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
