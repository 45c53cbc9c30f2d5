"""How a route is described in OpenAPI 3.1: what it takes, and each way it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Json: TypeAlias = Mapping[str, object]

OPENAPI: Final = "3.1.0"
PROBLEM_TYPE: Final = "application/problem+json"
_RETRY: Final[Json] = {
    "Retry-After": {
        "description": "After how many seconds the same request may be sent again.",
        "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A status that is no success: its component's name, when it comes, one example."""

    component: str
    when: str
    example: str
    retry: bool = False


PROBLEMS: Final[Mapping[str, Answering]] = {
    "400": Answering(
        component="Malformed",
        when="The request is not what it should be; `detail` says what was wanted.",
        example="malformed",
    ),
    "401": Answering(
        component="Unattributable",
        when="Nobody enrolled has signed it, or nobody known has sent it.",
        example="unattributable",
    ),
    "403": Answering(
        component="Forbidden", when="Not for who asks.", example="forbidden"
    ),
    "404": Answering(
        component="NotFound", when="No such thing is on record.", example="not-found"
    ),
    "409": Answering(
        component="Conflict",
        when="It does not follow what is on record.",
        example="out-of-turn",
    ),
    "413": Answering(
        component="TooLarge",
        when="The body is larger than what can be stored; it was not read.",
        example="too-large",
    ),
    "422": Answering(
        component="KeyReused",
        when="The idempotency key was used for another body.",
        example="key-reused",
    ),
    "429": Answering(
        component="TooMany", when="Too many requests.", example="congested", retry=True
    ),
    "500": Answering(
        component="Fault", when="A fault of ours; a person must look.", example="fault"
    ),
    "503": Answering(
        component="Unavailable",
        when="Not now; send the same bytes again.",
        example="unavailable",
        retry=True,
    ),
}
"""What any route may answer instead of what it is asked for (RFC 9457)."""

EVERYWHERE: Final = ("400", "401", "403", "500", "503")
"""What every route can answer, whatever it is."""

PROBLEM_SCHEMA: Final[Json] = {
    "type": "object",
    "description": "A problem document (RFC 9457); `type` names it for programs.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": "^kya:problem/[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "expected_seq": {"type": "integer"},
        "expected_prev": {"type": "string"},
        "rule": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path; `problems` are those beside what every route has."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    answers: Json
    parameters: Sequence[Json] = ()
    takes: Json | None = None
    problems: Sequence[str] = ()
    scope: str = ""

    def described(self) -> dict[str, object]:
        """Return the operation object."""
        found: dict[str, object] = {
            "operationId": self.name,
            "summary": self.summary,
            "tags": [self.tag],
        }
        if self.scope:
            found["security"] = [{"token": [self.scope]}]
        if self.parameters:
            found["parameters"] = list(self.parameters)
        if self.takes is not None:
            found["requestBody"] = self.takes
        found["responses"] = {**self.answers, **problem_references(self.problems)}
        return found


def problem_references(more: Sequence[str] = ()) -> dict[str, object]:
    """Return the problems of an operation, each by a reference to its component."""
    return {
        status: {"$ref": f"#/components/responses/{PROBLEMS[status].component}"}
        for status in sorted({*EVERYWHERE, *more})
    }


def problem_components() -> dict[str, object]:
    """Return every problem's response, by the name of its component."""
    found: dict[str, object] = {}
    for status, answering in PROBLEMS.items():
        example = {
            "type": f"kya:problem/{answering.example}",
            "title": answering.when.partition(";")[0].rstrip("."),
            "status": int(status),
            "detail": answering.when,
        }
        response: dict[str, object] = {
            "description": answering.when,
            "content": {
                PROBLEM_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": example,
                }
            },
        }
        if answering.retry:
            response["headers"] = _RETRY
        found[answering.component] = response
    return found


def path_parameter(name: str, schema: Json, description: str = "") -> Json:
    """Return a part of the path."""
    found: dict[str, object] = {"name": name, "in": "path", "required": True}
    if description:
        found["description"] = description
    return {**found, "schema": schema}


def query_parameter(name: str, schema: Json, description: str = "") -> Json:
    """Return a parameter of the query; every one may be left out."""
    found: dict[str, object] = {"name": name, "in": "query", "required": False}
    if description:
        found["description"] = description
    return {**found, "schema": schema}


def body(media: str, schema: Json, example: object = None) -> Json:
    """Return a body that a request must have."""
    return {"required": True, "content": _content(media, schema, example)}


def answer(
    description: str,
    media: str,
    schema: Json,
    *,
    example: object = None,
    headers: Json | None = None,
) -> Json:
    """Return a response that has a body."""
    found: dict[str, object] = {
        "description": description,
        "content": _content(media, schema, example),
    }
    if headers is not None:
        found["headers"] = headers
    return found


def header(description: str, schema: Json) -> Json:
    """Return a header of a response."""
    return {"description": description, "schema": schema}


def _content(media: str, schema: Json, example: object) -> dict[str, object]:
    """Return one representation."""
    found: dict[str, object] = {"schema": schema}
    if example is not None:
        found["example"] = example
    return {media: found}
