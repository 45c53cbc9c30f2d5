"""The description of the API for programs: made of the table that serves it."""

import json
from typing import Any

from kya.client.wishes import Wish
from kya.codec.orders import OrderLine
from kya.programs.app import programs_description
from kya.programs.routes import ROUTES
from kya.programs.tokens import TokenScope
from tests.architecture.source import ROOT

PUBLISHED = ROOT / "spec" / "openapi-programs.json"
SPECIFIED = ROOT / "spec" / "api.md"


def document() -> Any:  # noqa: ANN401  parsed JSON
    return json.loads(json.dumps(programs_description()))


def test_what_is_published_is_what_the_code_says() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == document()


def test_every_route_names_its_scope_and_its_problems() -> None:
    for served in ROUTES:
        operation = served.operation
        told = document()["paths"][operation.path][operation.method]
        assert told["security"] == [{"token": [operation.scope]}]
        assert {"401", "403", "429", "503"} <= told["responses"].keys()


def test_every_reference_leads_somewhere() -> None:
    found = document()
    for part in json.dumps(found).split('"$ref": "#/components/')[1:]:
        kind, name = part.partition('"')[0].split("/")
        assert name in found["components"][kind]


def test_every_route_and_scope_is_specified() -> None:
    text = SPECIFIED.read_text("utf-8")
    for served in ROUTES:
        operation = served.operation
        assert f"`{operation.method.upper()} {operation.path}`" in text
    assert [s.value for s in TokenScope if f"`{s.value}`" not in text] == []


def test_a_wish_can_say_all_that_an_order_can() -> None:
    """What the agent's chain and key add is nobody's to wish."""
    added = {"type_", "client_order_id", "created_at", "credential", "prev", "seq"}
    orders = set(OrderLine.__struct_fields__) - added
    assert orders == set(Wish.__struct_fields__) - {"prices"}
