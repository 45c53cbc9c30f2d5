import json
from typing import Any

import pytest

from kya.codec.note import VerifierKey
from tests.tlog.builders import SHARED


def groups(name: str) -> list[dict[str, Any]]:
    path = SHARED / "wycheproof" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no vectors at {path}")
    found: list[dict[str, Any]] = json.loads(path.read_text())["testGroups"]
    return found


@pytest.mark.parametrize(
    ("name", "count"), [("ecdsa_secp256r1_sha256_test", 484), ("ed25519_test", 151)]
)
def test_judges_every_signature_as_wycheproof_does(name: str, count: int) -> None:
    wrong: list[str] = []
    judged = 0
    for group in groups(name):
        key = VerifierKey.from_spki("wycheproof", bytes.fromhex(group["publicKeyDer"]))
        for case in group["tests"]:
            text, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            if key.verifies(text, signature) != (case["result"] == "valid"):
                wrong.append(f"{case['tcId']} {case['flags']} {case['comment']}")
            judged += 1
    assert wrong == []
    assert judged == count
