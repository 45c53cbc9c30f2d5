"""The description of the gateway's routes: it is the code's, and leaves none out."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Route

from kya.api.app import create_app, gateway_description
from kya.api.bare_routes import BARE
from kya.api.history import history_routes
from kya.api.log_files import witnessed_route
from kya.api.ocsp import Statuses, status_routes
from kya.api.openapi import DESCRIPTION_PATH
from kya.api.prices import price_routes
from kya.gateway.history import History
from tests.api.edge import at_the_edge
from tests.architecture.source import ROOT
from tests.gateway.house import House, in_house

PUBLISHED = ROOT / "spec" / "openapi.json"


@cache
def document() -> Any:  # noqa: ANN401  parsed JSON
    return json.loads(json.dumps(gateway_description()))


def operations(described: Any) -> list[tuple[str, str, Any]]:  # noqa: ANN401
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_what_is_published_is_what_the_code_says() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == document()


@at_the_edge()
async def test_a_gateway_says_it_itself(
    house: House, client: httpx.AsyncClient
) -> None:
    del house
    assert (await client.get(DESCRIPTION_PATH)).json() == document()


def all_routes(house: House) -> Sequence[BaseRoute]:
    """Every route of a gateway as the wiring puts it together."""
    statuses = Statuses(
        answering=lambda raw, _state: raw,
        state=lambda: house.sequencer.state,
        listed=house.gateway.inquiry.revocation_list,
    )
    more = (
        *price_routes(list),
        *history_routes(History(house.sequencer), {}),
        *status_routes(statuses),
        witnessed_route(bytes),
    )
    app = create_app(gateway=house.gateway, sequencer=house.sequencer, more=more)
    return app.control.router.routes


@in_house()
async def test_every_bare_route_is_described_and_no_other(house: House) -> None:
    """The framework describes its own."""
    served = {
        (route.path, method.lower())
        for route in all_routes(house)
        if isinstance(route, Route) and route.path != DESCRIPTION_PATH
        for method in route.methods or ()
    }
    described = {(each.path, each.method) for each in BARE}
    assert {each for each in served if each[1] != "head"} == described
    told = {(path, method) for path, method, _ in operations(document())}
    assert {(path.replace(":path}", "}"), method) for path, method in described} < told


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(document())
    for part in text.split('"$ref": "#/')[1:]:
        found = document()
        for name in part.partition('"')[0].split("/"):
            found = found[name]
        assert found


def test_every_operation_says_what_it_is_for_and_how_it_refuses() -> None:
    names = [operation["operationId"] for _, _, operation in operations(document())]
    assert len(set(names)) == len(names) > 20
    for path, _, operation in operations(document()):
        assert operation["summary"].endswith("."), path
        assert {"400", "500", "503"} <= operation["responses"].keys(), path
        assert "422" not in operation["responses"], path


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/entries"])
def test_a_note_has_a_limit_and_an_example(path: str) -> None:
    (content,) = document()["paths"][path]["post"]["requestBody"]["content"].values()
    assert content["schema"]["maxLength"] == 65_535
    assert "\n\n— " in content["example"]
