"""The control plane: statements, chain heads, outcomes, the log and its files."""

import re

import httpx
import pytest

from kya.adapters.store_memory import Fault as DiskFault
from kya.adapters.venue_paper import Fault
from kya.api.notes import REVOCATION_BYTES_MAX
from kya.authority import acts
from kya.codec.note import SignedNote, verify
from kya.core.credential import ReasonCode
from kya.core.lifecycle import Act
from kya.core.power_events import RevocationScheduled
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tile import encode_entries
from tests.api.edge import at_the_edge, name_of
from tests.gateway.house import House
from tests.world import AGENT


def a_suspension(house: House, seconds: int = 0) -> bytes:
    at = house.clock.instant.plus(seconds=seconds)
    return acts.change_standing(
        house.world.authority, house.world.credential, Act.SUSPEND, "test", at
    )


@at_the_edge()
async def test_a_statement_is_answered_with_its_index(
    house: House, client: httpx.AsyncClient
) -> None:
    response = await client.post("/v1/entries", content=a_suspension(house))
    assert response.status_code == 201
    assert response.json() == {"index": house.sequencer.size - 1}
    assert house.kinds() == ["standing"]


@at_the_edge()
async def test_a_statement_ahead_of_time_is_a_400(
    house: House, client: httpx.AsyncClient
) -> None:
    response = await client.post("/v1/entries", content=a_suspension(house, seconds=3))
    assert name_of(response) == (400, "input")


@at_the_edge()
async def test_a_statement_by_the_wrong_hand_is_a_401(
    house: House, client: httpx.AsyncClient
) -> None:
    note = acts.change_standing(
        house.world.agent, house.world.credential, Act.SUSPEND, "x", house.clock.instant
    )
    response = await client.post("/v1/entries", content=note)
    assert name_of(response) == (401, "unattributable")


@at_the_edge()
async def test_an_order_is_no_statement(
    house: House, client: httpx.AsyncClient
) -> None:
    response = await client.post("/v1/entries", content=house.note())
    assert name_of(response) == (400, "input")
    assert house.kinds() == []


@at_the_edge()
async def test_the_chain_head_is_told(house: House, client: httpx.AsyncClient) -> None:
    await house.submit()
    held = house.sequencer.state.credentials[house.world.credential]
    response = await client.get(f"/v1/agents/{AGENT}")
    assert response.json() == {
        "agent": AGENT,
        "seq": 1,
        "prev": house.order().prev,
        "credential": house.world.credential,
        "serial": f"{held.serial:X}",
        "standing": "active",
        "revoked_from": None,
        "session_seq": 0,
        "session_prev": "0" * 64,
    }


@at_the_edge()
async def test_the_chain_head_tells_an_end_to_come_and_one_that_has(
    house: House, client: httpx.AsyncClient
) -> None:
    due = house.clock.instant.plus(seconds=60)
    note = acts.schedule(
        house.world.authority,
        RevocationScheduled(
            credential=house.world.credential,
            code=ReasonCode.SUPERSEDED,
            reason="test",
            due=due,
            at=house.clock.instant,
        ),
    )
    assert (await client.post("/v1/entries", content=note)).status_code == 201
    before = (await client.get(f"/v1/agents/{AGENT}")).json()
    assert (before["standing"], before["revoked_from"]) == ("active", str(due))
    house.clock.instant = due
    after = (await client.get(f"/v1/agents/{AGENT}")).json()
    assert (after["standing"], after["revoked_from"]) == ("revoked", str(due))


@at_the_edge()
async def test_a_revocation_and_its_list_are_one_request(
    house: House, client: httpx.AsyncClient
) -> None:
    body = encode_entries(house.revocation())
    response = await client.post("/v1/revocations", content=body)
    assert response.status_code == 201
    assert response.json() == {"index": house.sequencer.size - 2}
    assert house.kinds() == ["standing", "crl"]
    assert house.sequencer.durable_size == house.sequencer.size


@at_the_edge()
async def test_a_revocation_without_its_list_has_no_way_in(
    house: House, client: httpx.AsyncClient
) -> None:
    act, listing = house.revocation()
    for path, body in (
        ("/v1/entries", act),
        ("/v1/entries", listing),
        ("/v1/revocations", encode_entries((listing, act))),
        ("/v1/revocations", encode_entries((act,))),
        ("/v1/revocations", encode_entries((act, listing, listing))),
        ("/v1/revocations", encode_entries((act, a_suspension(house)))),
        ("/v1/revocations", encode_entries((act, listing))[:-1]),
        ("/v1/revocations", act + listing),
        ("/v1/revocations", b""),
    ):
        response = await client.post(path, content=body)
        assert response.status_code in {400, 401}
    assert house.kinds() == []
    assert house.sequencer.state.unlisted is None


@at_the_edge()
async def test_a_revocation_may_be_as_large_as_two_entries(
    house: House, client: httpx.AsyncClient
) -> None:
    assert house.kinds() == []
    for size, status in ((REVOCATION_BYTES_MAX, 400), (REVOCATION_BYTES_MAX + 1, 413)):
        response = await client.post("/v1/revocations", content=bytes(size))
        assert response.status_code == status


@at_the_edge(faults={"c-1": Fault.TIMEOUT})
async def test_an_order_s_outcome_is_told_and_waited_for(
    house: House, client: httpx.AsyncClient
) -> None:
    answer = await house.submit()
    early = await client.get(f"/v1/orders/{AGENT}/1")
    assert early.json()["venue"] in {None, "unknown"}
    late = await client.get(f"/v1/orders/{AGENT}/1", params={"wait": 1})
    assert late.json() == {
        "agent": AGENT,
        "seq": 1,
        "order_index": answer.index,
        "outcome": "allowed",
        "venue": "filled",
        "report_index": house.sequencer.size - 1,
    }


@at_the_edge()
async def test_what_is_not_on_record_is_a_404(
    house: House, client: httpx.AsyncClient
) -> None:
    del house
    for path in ("/v1/agents/nobody", f"/v1/orders/{AGENT}/1", "/log/tile/0/000"):
        assert name_of(await client.get(path)) == (404, "not-found")
    assert name_of(await client.get("/nowhere")) == (404, "http")


@pytest.mark.parametrize("seq", ["0", "-1", "+1", "x", "1" * 17, "1.0", "01"])
def test_a_seq_that_cannot_be_is_a_400(seq: str) -> None:
    @at_the_edge()
    async def test(house: House, client: httpx.AsyncClient) -> None:
        del house
        response = await client.get(f"/v1/orders/{AGENT}/{seq}")
        assert name_of(response) == (400, "malformed")

    test()


@at_the_edge(peer="127.0.0.1")
async def test_the_log_is_published_and_served_as_files(
    house: House, client: httpx.AsyncClient
) -> None:
    await house.submit()
    await house.reports()
    response = await client.post("/v1/log/publish")
    assert response.status_code == 200
    note = SignedNote.parse(response.content)
    assert verify(note, [house.world.log.key])
    checkpoint = Checkpoint.from_note(note)
    assert checkpoint.size == house.sequencer.size
    assert (await client.get("/log/checkpoint")).content == response.content
    width = checkpoint.size
    tile = await client.get(f"/log/tile/0/000.p/{width}")
    assert len(tile.content) == 32 * width
    assert "immutable" in tile.headers["cache-control"]
    entries = await client.get(f"/log/tile/entries/000.p/{width}")
    assert house.sequencer.entry(0) in entries.content
    sizes = (await client.get("/v1/log")).json()
    assert sizes == {
        "origin": house.sequencer.origin,
        "size": width,
        "durable": width,
        "published": width,
    }


@at_the_edge()
async def test_a_log_never_published_has_no_checkpoint(
    house: House, client: httpx.AsyncClient
) -> None:
    assert name_of(await client.get("/log/checkpoint")) == (404, "not-found")
    assert (await client.get("/v1/log")).json()["published"] == 0
    assert house.sequencer.published is None


@at_the_edge(peer="192.0.2.9")
async def test_publishing_is_asked_for_on_the_machine_itself_only(
    house: House, client: httpx.AsyncClient
) -> None:
    assert name_of(await client.post("/v1/log/publish")) == (403, "forbidden")
    assert house.sequencer.published is None


@pytest.mark.parametrize(
    "path",
    ["../wal/0", "%2e%2e/%2e%2e/keys/root.pem", "0/000/..", "0/0x1", "8/000.p/256x"],
)
def test_no_other_file_is_served(path: str) -> None:
    @at_the_edge(peer="127.0.0.1")
    async def test(house: House, client: httpx.AsyncClient) -> None:
        await house.sequencer.publish()
        response = await client.get(f"/log/tile/{path}")
        assert name_of(response)[0] == 404

    test()


@at_the_edge()
async def test_health_ends_with_the_log(
    house: House, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    house.disk.plan = lambda _name: DiskFault.FAILED
    await client.post("/v1/orders", content=house.note())
    assert name_of(await client.get("/healthz")) == (503, "unavailable")


@at_the_edge()
async def test_a_fault_of_ours_is_a_500_that_tells_strangers_nothing(
    house: House, client: httpx.AsyncClient
) -> None:
    secret = "/srv/secret"

    async def broken(_name: str) -> None:
        raise ZeroDivisionError(secret)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kya.gateway.inquiry.Inquiry.head", lambda _, name: broken(name))
        response = await client.get(f"/v1/agents/{AGENT}")
    assert name_of(response) == (500, "fault")
    assert secret not in response.text
    assert house.kinds() == []


@at_the_edge()
async def test_no_page_of_the_framework_is_served(
    house: House, client: httpx.AsyncClient
) -> None:
    del house
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(path)).status_code == 404
    described = (await client.get("/v1/openapi.json")).json()
    assert {"/v1/log", "/healthz"} <= set(described["paths"])
    assert not re.search("https?://", str(described))
