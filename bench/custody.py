"""How fast a token signs for us: through the port, against its own interface.

The token is SoftHSM, so that the figures compare and say nothing of your hardware. Raw
and ours take turns in one process, a slice each: their ratio is what the one thread,
the queue before it and the DER cost, whatever the neighbours do meanwhile.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pkcs11 import Mechanism, ObjectClass
from pkcs11.types import SignMixin

from bench.figure import Figure, at_least, p50, shown
from bench.scale import Scale
from kya.adapters.kms_pkcs11 import Pkcs11Signer, TokenKey
from kya.adapters.kms_pkcs11_token import Login, on_the_thread
from kya.pki.signer import pinned

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "0451"
CALLERS = 4
SLICE = 400
SLICES = 15
RATIO_MIN = 0.5
MESSAGE = b'{"_type":"kya/order/v1"}\n' + bytes(375)  # As long as an order.


def run(_scale: Scale) -> list[Figure]:
    """Return rates and ratios; nothing, with a word, where there is no SoftHSM."""
    if not MODULE.is_file():
        print("custody: SoftHSM is not here: apt-get install softhsm2", file=sys.stderr)
        return []
    with TemporaryDirectory(prefix="custody-") as folder:
        key = _token(Path(folder))
        signer = Pkcs11Signer.generate(key, PIN)
        slices = [_slice(key, signer) for _ in range(SLICES)]
    raw, alone, together, checked = (p50(rates) for rates in zip(*slices, strict=True))
    # What the signer gives when it is asked for all it can give.
    ratio = p50([max(figures[1:3]) / figures[0] for figures in slices])
    runs = f"{SLICES} x {SLICE} signatures, in turns"
    callers = f"{CALLERS} callers"
    return [
        shown("PKCS #11 raw, one loop on its thread", raw, "/s", runs),
        shown("PKCS #11 signer, 1 caller", alone, "/s", runs),
        shown(f"PKCS #11 signer, {callers}", together, "/s", runs),
        shown(
            f"PKCS #11 signer, checked under its key, {callers}", checked, "/s", runs
        ),
        at_least(f"PKCS #11 signer, 1 or {callers} / raw", ratio, "x", RATIO_MIN, runs),
    ]


def _slice(key: TokenKey, signer: Pkcs11Signer) -> tuple[float, float, float, float]:
    """Return signatures per second: raw, one caller, several, several and checked."""
    return (
        on_the_thread(lambda: _raw_rate(key)),
        _rate(signer.sign, 1),
        _rate(signer.sign, CALLERS),
        _rate(pinned(signer).sign, CALLERS),
    )


def _rate(sign: Callable[[bytes], bytes], callers: int) -> float:
    """Return signatures per second of so many callers, each in its own loop."""

    def loop(count: int) -> None:
        for _ in range(count):
            sign(MESSAGE)

    with ThreadPoolExecutor(callers) as threads:
        start = perf_counter()
        for _ in threads.map(loop, [SLICE // callers] * callers):
            pass
        return SLICE / (perf_counter() - start)


def _raw_rate(key: TokenKey) -> float:
    """Return what the token's own interface gives, called in a loop."""
    session = Login.to(key.module, key.token, PIN).session()
    private = session.get_key(ObjectClass.PRIVATE_KEY, label=key.label)
    if not isinstance(private, SignMixin):
        raise TypeError("the key does not sign")
    digest = sha256(MESSAGE).digest()
    start = perf_counter()
    for _ in range(SLICE):
        private.sign(digest, mechanism=Mechanism.ECDSA)
    return SLICE / (perf_counter() - start)


def _token(folder: Path) -> TokenKey:
    """Return a key's place in a new token of this folder."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    label = "bench"
    pins = ["--so-pin", PIN * 2, "--pin", PIN]
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
        capture_output=True,
        check=True,
    )
    return TokenKey(module=MODULE, token=label, label="agent")
