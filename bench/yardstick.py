"""What everything is measured by: one signature check, and one sync of the disk."""

import os
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

BATCHES = 9
CHECKS_EACH = 500
SYNCS = 300
MESSAGE = bytes(512)
WRITTEN = bytes(2_048)


def check_seconds() -> float:
    """Return how long one core takes to verify one P-256 signature of a short text."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    algorithm = ec.ECDSA(SHA256())
    signature = key.sign(MESSAGE, algorithm)
    verify = key.public_key().verify
    batches: list[float] = []
    for _ in range(BATCHES):
        start = perf_counter()
        for _ in range(CHECKS_EACH):
            verify(signature, MESSAGE, algorithm)
        batches.append((perf_counter() - start) / CHECKS_EACH)
    return median(batches)


def sync_seconds(folder: Path) -> list[float]:
    """Return how long each of many fdatasyncs of a little more takes in this folder."""
    samples: list[float] = []
    with NamedTemporaryFile(dir=folder, prefix=".sync-") as file:
        for _ in range(SYNCS):
            start = perf_counter()
            os.write(file.fileno(), WRITTEN)
            os.fdatasync(file.fileno())
            samples.append(perf_counter() - start)
    return samples
