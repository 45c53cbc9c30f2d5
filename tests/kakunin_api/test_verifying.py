"""A message is valid when every part of it holds, and for no other reason."""

from base64 import b64decode, b64encode
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.kakunin_api.record import Record
from kya.pki.note_signer import sign_note
from tests.kakunin_api.hall import Hall
from tests.kakunin_api.test_routes import ORDER, SIGN, at_work
from tests.world import AGENT, World

LIMIT = {**ORDER, "limitPrice": "1.1", "clientOrderId": "mine", "venue": "SIMB"}


class Said:
    """A server without patience, an order that it signed, and questions about it."""

    def __init__(self, payload: dict[str, Any]) -> None:
        # A second passes with every question, so that none is one too many.
        self.hall = Hall(at_work(), seconds=count(0.0).__next__)
        self.payload = payload
        answer = self.hall.ask("POST", SIGN, json={"payload": payload}).json()["data"]
        self.hall.look()
        self.signature = answer["signature"]
        self.serial = self.hall.shown(f"/agents/{AGENT}")["certificate_serial"]

    def verdict(self, **changes: object) -> Any:  # noqa: ANN401  parsed JSON
        """What is said of the message with these changes."""
        asked = {
            "agent_id": AGENT,
            "payload": self.payload,
            "signature": self.signature,
            "certificate_serial": self.serial,
        }
        answer = self.hall.ask("POST", "/verify/message", None, json=asked | changes)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture(scope="module")
def said() -> Said:
    """A limit order that says everything there is to say."""
    return Said(LIMIT)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing: what is not on record is not there."""
    monkeypatch.setattr("kya.kakunin_api.asking.LISTED_SECONDS", 0.0)


def test_the_message_as_it_was_signed_is_valid(said: Said) -> None:
    verdict = said.verdict()
    assert (verdict["valid"], verdict["reason"]) == (True, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "100.01"),
        ("side", "sell"),
        ("market", "GBP/EUR"),
        ("limitPrice", "1.11"),
        ("timeInForce", "GTC"),
        ("venue", "SIMA"),
        ("clientOrderId", "another"),
        ("currency", "USD"),
        ("action", "withdraw"),
        ("stop_loss", "1"),
    ],
)
def test_a_payload_that_asks_for_anything_else_is_not(
    said: Said, field: str, value: str
) -> None:
    changed = {**LIMIT, field: value}
    asked = {
        "agent_id": AGENT,
        "payload": changed,
        "signature": said.signature,
        "certificate_serial": said.serial,
    }
    answer = said.hall.ask("POST", "/verify/message", None, json=asked)
    # What is no order at all is refused before anything is compared.
    assert answer.status_code == 422 or not answer.json()["data"]["valid"]


def test_a_payload_that_leaves_the_price_out_is_another_order(said: Said) -> None:
    market = {name: value for name, value in LIMIT.items() if name != "limitPrice"}
    assert said.verdict(payload=market)["reason"].startswith("limit_price")


@given(st.data())
def test_no_changed_byte_is_valid(said: Said, data: st.DataObject) -> None:
    raw = bytearray(b64decode(said.signature))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    verdict = said.verdict(signature=b64encode(bytes(raw)).decode())
    assert not verdict["valid"]


@pytest.mark.parametrize("signature", [None, "", "?", 7, ["x"], "AAAA", "x" * 200_000])
def test_what_is_no_note_is_no_signature(said: Said, signature: object) -> None:
    if isinstance(signature, str) and len(signature) > 60_000:
        assert (
            said.hall.ask(
                "POST", "/verify/message", None, json={"signature": signature}
            ).status_code
            == 413
        )
        return
    assert not said.verdict(signature=signature)["valid"]


def test_a_second_signature_beside_the_agents_is_refused() -> None:
    said = Said(ORDER)
    world = said.hall.world
    [text] = {
        entry for entry in world.entries if b64encode(entry).decode() == said.signature
    }
    note = sign_note(text.partition(b"\n\n")[0] + b"\n", world.agent, world.gateway)
    raw = b64encode(note.render()).decode()
    assert said.verdict(signature=raw)["reason"] == "want the agent's signature alone"


def test_an_order_that_says_the_same_under_a_used_number_is_not_the_one() -> None:
    said = Said(ORDER)
    world = said.hall.world
    order = world.orders[1]
    twin = replace(order, created_at=order.created_at.plus(micros=1))
    raw = b64encode(world.order_note(twin)).decode()
    assert said.verdict(signature=raw)["reason"] == (
        "another order is on record under its number"
    )


def test_nothing_is_valid_under_a_certificate_that_is_over() -> None:
    said = Said(ORDER)
    said.hall.world.change_standing(Act.SUSPEND, said.hall.world.now)
    said.hall.look()
    verdict = said.verdict()
    assert (verdict["valid"], verdict["certificate_status"]) == (False, "revoked")
    expired = Said(ORDER)
    expired.hall.now = Instant.parse("2028-01-01T00:00:00.000000Z")
    verdict = expired.verdict()
    assert (verdict["valid"], verdict["certificate_status"]) == (False, "expired")


def test_an_order_too_old_to_be_listed_is_not_guessed_at() -> None:
    said = Said(ORDER)
    said.hall.service.record.rows.clear()
    assert "too old" in said.verdict()["reason"]


@pytest.mark.parametrize("text", ["", "x", "0x1F", "1_0", "+1", "٣", "F" * 65, "::"])
def test_a_text_that_is_no_serial_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="hexadecimal"):
        Record().of_serial(text)


def test_a_serial_is_found_in_any_of_its_spellings() -> None:
    record, world = Record(), World()
    for raw in world.entries:
        record.take(raw)
    credential = world.state.credentials[world.credential]
    plain = f"{credential.serial:X}"
    for spelt in (plain, plain.lower(), f"00{plain}", "-".join(plain), ":".join(plain)):
        assert record.of_serial(spelt) == credential
    assert record.of_serial(f"{plain}0") is None
