"""Requests that a description expects, and that it does not, made from itself."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from requests import Request as Prepared
from requests.exceptions import RequestException
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

BASE: Final = "http://edge.example"
CHECKS: Final = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
]
PATIENT: Final = [
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
    HealthCheck.too_slow,
]
UNROUTED: Final = frozenset({404, 405, 307})
"""What a path that leads nowhere is answered, whatever it was made from."""

Ask = Callable[[httpx.Request], Coroutine[Any, Any, httpx.Response]]


@schemathesis.serializer("application/ocsp-request")
def _octets(_context: object, value: object) -> bytes:
    """Bytes are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


def try_every_route(
    description: Mapping[str, object],
    runner: asyncio.Runner,
    ask: Ask,
    *,
    examples: int,
    seed: bool,
) -> int:
    """Send so many requests of both kinds to each route; return how many there were.

    Each answer must be one that the description has, and no fault of the server's.
    """
    document = json.loads(json.dumps(description))
    schema = schemathesis.openapi.from_dict(document)
    sent = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        for mode in _modes(operation.definition.raw):
            made = operation.as_strategy(generation_mode=mode)

            @settings(
                max_examples=examples,
                database=None,
                deadline=None,
                derandomize=seed,
                phases=[Phase.generate],
                suppress_health_check=PATIENT,
            )
            @given(made)
            def tried(case: Case[Any]) -> None:
                nonlocal sent
                request = _request(case)
                answer = runner.run(ask(request))
                answer.request = request
                sent += 1
                _require_described(case, answer)

            tried()
    return sent


def _modes(described: Mapping[str, object]) -> list[GenerationMode]:
    """A route without a parameter or a body can only be asked as it should be."""
    if "parameters" in described or "requestBody" in described:
        return list(GenerationMode)
    return [GenerationMode.POSITIVE]


def _request(case: Case[Any]) -> httpx.Request:
    """The case as bytes for a server; what no client can send is passed over."""
    wanted: dict[str, Any] = case.as_transport_kwargs(base_url=BASE)
    fields = ("method", "url", "headers", "params", "data", "json", "files")
    try:
        prepared = Prepared(**{f: wanted[f] for f in fields if f in wanted}).prepare()
        content = prepared.body or b""
        assert isinstance(content, str | bytes)
        return httpx.Request(
            prepared.method or "",
            prepared.url or "",
            headers=_headers(prepared.headers),
            content=content.encode() if isinstance(content, str) else content,
        )
    except (RequestException, UnicodeError, httpx.InvalidURL, ValueError):
        assume(condition=False)
        raise


def _headers(sent: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """Headers as bytes; lengths are what the body says."""
    found: list[tuple[bytes, bytes]] = []
    for name, value in sent.items():
        raw = value if isinstance(value, bytes) else str(value).encode("latin-1")
        if name.lower() not in {"content-length", "transfer-encoding"}:
            found.append((name.encode("latin-1"), raw))
    return found


def _require_described(case: Case[Any], answer: httpx.Response) -> None:
    """Raise unless the answer is one of the description's, or that of no route."""
    described = case.operation.definition.raw["responses"].keys()
    if str(answer.status_code) not in described:
        assert answer.status_code in UNROUTED, (answer.request, answer.status_code)
        return
    case.validate_response(answer, checks=CHECKS)
