"""The gateway's routes in OpenAPI 3.1: the framework's own, and the bare ones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from kya import __version__
from kya.api.bare_routes import BARE
from kya.api.description import (
    OPENAPI,
    PROBLEM_SCHEMA,
    Json,
    Operation,
    problem_components,
    problem_references,
)
from kya.api.prices import FeedsTold
from kya.codec.told_past import ExecutionTold, OrderTold

DESCRIPTION_PATH: Final = "/v1/openapi.json"
TITLE: Final = "kya gateway"
_SUMMARY: Final = "Signed orders in, signed decisions out, and the log of both."
_DESCRIPTION: Final = (
    "On loopback in the clear, else over TLS 1.3 with a channel certificate on both"
    " sides. Agents read, submit orders and start sessions; what else changes"
    " something is for services. What is signed decides, in both directions."
)
_NOT_FOUND: Final = frozenset({"agent_head", "order_outcome", "incidents"})
"""The framework's routes that are asked for what may not be on record."""


def described(routes: Sequence[BaseRoute]) -> Json:
    """Return the document; the framework has read `routes` already."""
    document = get_openapi(
        title=TITLE,
        version=__version__,
        openapi_version=OPENAPI,
        summary=_SUMMARY,
        description=_DESCRIPTION,
        routes=routes,
    )
    for methods in document["paths"].values():
        for operation in methods.values():
            _answer_as_we_do(operation)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        del schemas[name]
    return assembled(document, BARE, (OrderTold, ExecutionTold, FeedsTold))


def assembled(
    document: Mapping[str, Any],
    operations: Iterable[Operation],
    structs: Sequence[type],
) -> Json:
    """Return the document with these operations, problems, and schemas of values."""
    paths: dict[str, dict[str, object]] = dict(document.get("paths", {}))
    for operation in operations:
        known = paths.setdefault(operation.path.replace(":path}", "}"), {})
        known[operation.method] = operation.described()
    _, schemas = msgspec.json.schema_components(
        structs, ref_template="#/components/schemas/{name}"
    )
    components: Mapping[str, Any] = document.get("components", {})
    return {
        **document,
        "paths": dict(sorted(paths.items())),
        "components": {
            **components,
            "schemas": dict(
                sorted(
                    {
                        **components.get("schemas", {}),
                        **schemas,
                        "Problem": PROBLEM_SCHEMA,
                    }.items()
                )
            ),
            "responses": problem_components(),
        },
    }


def _answer_as_we_do(operation: dict[str, Any]) -> None:
    """Put our problems in the place of the framework's, and say what it is for."""
    operation["summary"] = operation.pop("description")
    more = ("404",) if operation["operationId"] in _NOT_FOUND else ()
    answers: dict[str, object] = operation["responses"]
    answers.pop("422", None)
    operation["responses"] = {**answers, **problem_references(more)}
