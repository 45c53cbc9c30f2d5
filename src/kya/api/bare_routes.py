"""The routes without a model, described by hand: notes, files of the log, lists.

The framework builds no value of these requests, which is what makes them quick, and so
it cannot describe them.
"""

from re import Pattern
from typing import Final

from kya.api.description import (
    Json,
    Operation,
    answer,
    body,
    header,
    path_parameter,
    query_parameter,
)
from kya.api.history import LAST
from kya.api.notes import REVOCATION_BYTES_MAX
from kya.core import tokens
from kya.core.limits import ENTRY_BYTES_MAX, HISTORY_ORDERS_MAX
from kya.pki.ocsp import REQUEST_BYTES_MAX

_TEXT: Final = "text/plain"
_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_OCSP: Final = "application/ocsp-response"
_CRL: Final = "application/pkix-crl"
_DIGEST: Final = "0" * 64
ORDER_EXAMPLE: Final = (
    '{"_type":"kya/order/v1","agent":"algo_trader_v2","amount":"20000.00",'
    '"client_order_id":"order-1","created_at":"2026-05-15T09:15:00.000000Z",'
    f'"credential":"{_DIGEST}","currency":"EUR","market":"EUR/USD",'
    f'"prev":"{_DIGEST}","region":"eu-west-1","seq":1,"side":"BUY",'
    '"time_in_force":"IOC","type":"MARKET","venue":"SIMA"}\n'
    "\n\u2014 algo_trader_v2 T2Zm\n"
)
HALT_EXAMPLE: Final = (
    '{"_type":"kya/halt/v1","at":"2026-05-15T09:15:00.000000Z","place":"firm",'
    '"reason":"prices look wrong","state":"halted"}\n'
    "\n\u2014 alice T2Zm\n"
)


def _note(bytes_max: int = ENTRY_BYTES_MAX, example: str | None = None) -> Json:
    """Return the body of one signed note; no content type is looked at."""
    schema = {"type": "string", "maxLength": bytes_max}
    return body(_TEXT, schema, example)


_INDEX: Final = header("The index of the entry in the log.", {"type": "string"})
_RECORDED: Final[Json] = {
    "201": answer(
        "It is durable from this entry on.",
        _JSON,
        {
            "type": "object",
            "required": ["index"],
            "properties": {"index": {"type": "integer", "minimum": 0}},
        },
        example={"index": 8},
    )
}
_NOTE_PROBLEMS: Final = ("409", "413", "429")
_BASE64: Final = "^[A-Za-z0-9+/]+={0,2}$"


def _matching(pattern: Pattern[str]) -> Json:
    """Return the schema of a text that the whole pattern matches."""
    return {"type": "string", "pattern": f"^(?:{pattern.pattern})$"}


# Its slashes are parts of the path, which no pattern of a parameter can say.
_TILE_PATH: Final[Json] = {"type": "string", "minLength": 3, "maxLength": 64}
_AGENT: Final = path_parameter("agent", _matching(tokens.NAME))
_NEWEST: Final = query_parameter(
    "last",
    {"type": "integer", "minimum": 1, "maximum": HISTORY_ORDERS_MAX, "default": LAST},
    "How many, the newest; they come the oldest first.",
)


def _listed(struct: str) -> Json:
    """Return the answer that is a list of these."""
    reference = {"$ref": f"#/components/schemas/{struct}"}
    return {"200": answer("The newest.", _JSON, {"type": "array", "items": reference})}


def _file(description: str, media: str) -> Json:
    """Return the answer that is a file."""
    return {"200": answer(description, media, {"type": "string"})}


NOTES: Final = (
    Operation(
        method="post",
        path="/v1/orders",
        name="submit_order",
        summary="Submit one signed order; the answer is the signed decision.",
        tag="notes",
        takes=_note(example=ORDER_EXAMPLE),
        answers={
            "200": answer(
                "The decision note as it stands in the log, once it is durable.",
                _TEXT,
                {"type": "string"},
                headers={
                    "Kya-Log-Index": _INDEX,
                    "Kya-Outcome": header(
                        "What the note decides.",
                        {"type": "string", "enum": ["allowed", "denied", "refused"]},
                    ),
                    "Kya-Freshness": header(
                        "Whether the same order was judged before.",
                        {"type": "string", "enum": ["fresh", "repeated"]},
                    ),
                },
            )
        },
        problems=_NOTE_PROBLEMS,
    ),
    Operation(
        method="post",
        path="/v1/sessions",
        name="start_session",
        summary="Put an agent's signed session in force.",
        tag="notes",
        takes=_note(),
        answers={
            "200": answer(
                "The gateway's note that puts it in force.",
                _TEXT,
                {"type": "string"},
                headers={"Kya-Log-Index": _INDEX},
            )
        },
        problems=_NOTE_PROBLEMS,
    ),
    Operation(
        method="post",
        path="/v1/entries",
        name="record_statement",
        summary="Put one statement of people or of the authority on record.",
        tag="notes",
        takes=_note(example=HALT_EXAMPLE),
        answers=_RECORDED,
        problems=_NOTE_PROBLEMS,
    ),
    Operation(
        method="post",
        path="/v1/revocations",
        name="record_revocation",
        summary="Put a revocation and the list that results on record, or neither.",
        tag="notes",
        takes=body(_BYTES, {"type": "string", "maxLength": REVOCATION_BYTES_MAX}),
        answers=_RECORDED,
        problems=_NOTE_PROBLEMS,
    ),
)

PAST: Final = (
    Operation(
        method="get",
        path="/v1/agents/{agent}/orders",
        name="orders_of_agent",
        summary="An agent's newest orders, and what came of each.",
        tag="agents",
        parameters=(_AGENT, _NEWEST),
        answers=_listed("OrderTold"),
    ),
    Operation(
        method="get",
        path="/v1/agents/{agent}/executions",
        name="executions_of_agent",
        summary="The lines of the venues' own lists that are of the agent's orders.",
        tag="agents",
        parameters=(_AGENT, _NEWEST),
        answers=_listed("ExecutionTold"),
    ),
    Operation(
        method="get",
        path="/v1/venues/{venue}/balances",
        name="balances",
        summary="The account that the gateway uses at a venue, as the venue writes it.",
        tag="venues",
        parameters=(path_parameter("venue", _matching(tokens.VENUE)),),
        answers={"200": answer("The venue's own answer.", _JSON, {})},
        problems=("404",),
    ),
    Operation(
        method="get",
        path="/v1/prices",
        name="feeds",
        summary="How the feeds of prices are doing.",
        tag="venues",
        answers={
            "200": answer(
                "Every feed.", _JSON, {"$ref": "#/components/schemas/FeedsTold"}
            )
        },
    ),
)

FILES: Final = (
    Operation(
        method="get",
        path="/log/checkpoint",
        name="checkpoint",
        summary="The newest signed checkpoint (C2SP tlog-checkpoint).",
        tag="log",
        answers=_file("A signed note.", _TEXT),
        problems=("404",),
    ),
    Operation(
        method="get",
        path="/log/tile/{path:path}",
        name="tile",
        summary="A tile or a bundle (C2SP tlog-tiles); its path has slashes.",
        tag="log",
        parameters=(path_parameter("path", _TILE_PATH),),
        answers=_file("It never changes.", _BYTES),
        problems=("404",),
    ),
    Operation(
        method="get",
        path="/log/witnessed",
        name="witnessed_checkpoint",
        summary="The largest checkpoint that any witness has cosigned.",
        tag="log",
        answers=_file("A signed note with cosignatures.", _TEXT),
        problems=("404",),
    ),
    Operation(
        method="post",
        path="/ocsp",
        name="ask_ocsp",
        summary="Whether a certificate is revoked (RFC 6960).",
        tag="certificates",
        takes=body(
            "application/ocsp-request",
            {"type": "string", "maxLength": REQUEST_BYTES_MAX},
        ),
        answers=_file("Signed, or a refusal as OCSP says it.", _OCSP),
        problems=("413",),
    ),
    Operation(
        method="get",
        path="/ocsp/{request:path}",
        name="fetch_ocsp",
        summary="The same with the request in base64 in the path.",
        tag="certificates",
        parameters=(path_parameter("request", {"type": "string", "pattern": _BASE64}),),
        answers=_file("Signed, or a refusal as OCSP says it.", _OCSP),
    ),
    Operation(
        method="get",
        path="/crl",
        name="newest_revocation_list",
        summary="The newest revocation list on record, in DER (RFC 5280).",
        tag="certificates",
        answers=_file("Signed by the issuing CA.", _CRL),
        problems=("404",),
    ),
    Operation(
        method="get",
        path="/crl/{number}",
        name="numbered_revocation_list",
        summary="The revocation list of this number.",
        tag="certificates",
        parameters=(
            path_parameter(
                "number", {"type": "string", "pattern": "^[1-9][0-9]{0,15}$"}
            ),
        ),
        answers=_file("Signed by the issuing CA; it never changes.", _CRL),
        problems=("404",),
    ),
)

BARE: Final = (*NOTES, *PAST, *FILES)
