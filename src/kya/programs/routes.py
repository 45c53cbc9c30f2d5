"""Every route of the API for programs: what it says of itself, and who answers it.

One table serves requests, asks for scopes and makes the description, so that none of
the three can say what another does not.
"""

from enum import Enum
from typing import Any, Final

import msgspec

from kya.api.description import (
    Json,
    Operation,
    answer,
    body,
    header,
    path_parameter,
    query_parameter,
)
from kya.client import in_force as set_beside
from kya.client import models, wishes
from kya.core import tokens
from kya.core.credential import Role
from kya.core.decision import Outcome
from kya.core.incident import IncidentState
from kya.core.limits import ENTRY_BYTES_MAX
from kya.programs import answers, evidence, in_force
from kya.programs.asking import NUMBER, Answer, Served
from kya.programs.limits import CURSOR_CHARS_MAX, PAGE_DEFAULT, PAGE_MAX
from kya.programs.passing import KEY
from kya.programs.tokens import TokenScope

_JSON: Final = "application/json"
_RATE: Final[Json] = {
    "Kya-Log-Size": header(
        "How many entries of the log were known.", {"type": "string"}
    ),
    "RateLimit": header("What is left of the token's rate.", {"type": "string"}),
    "RateLimit-Policy": header("The token's rate.", {"type": "string"}),
}


def reference(kind: Any) -> Json:  # noqa: ANN401  a struct, or a list of one
    """Return the reference to the schema of a value."""
    schemas, _ = msgspec.json.schema_components(
        [kind], ref_template="#/components/schemas/{name}"
    )
    return schemas[0]


_CURSOR: Final = query_parameter(
    "cursor",
    {"type": "string", "minLength": 1, "maxLength": CURSOR_CHARS_MAX},
    "`next` of the page before; it goes with the same filters.",
)
_LIMIT: Final = query_parameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT},
)
_PAGED: Final = (_LIMIT, _CURSOR)
_NAME: Final[Json] = {"type": "string", "pattern": f"^{tokens.NAME.pattern}$"}
_DIGEST: Final[Json] = {"type": "string", "pattern": f"^{tokens.DIGEST.pattern}$"}
_NUMBER: Final[Json] = {"type": "string", "pattern": f"^(?:{NUMBER.pattern})$"}
_INSTANT: Final[Json] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
}


def _one_of(name: str, members: type[Enum]) -> Json:
    """Return a parameter that names one member."""
    return query_parameter(name, {"type": "string", "enum": [m.value for m in members]})


def _get(
    path: str,
    answered_by: Answer,
    scope: TokenScope,
    kind: Any,  # noqa: ANN401  a struct, or a list of one
    *parameters: Json,
) -> Served:
    """Return a route that reads; its name and summary are those of its function."""
    summary = (answered_by.__doc__ or "").strip()
    operation = Operation(
        method="get",
        path=path,
        name=answered_by.__name__,
        summary=summary,
        tag=scope.value.partition(":")[2],
        parameters=parameters,
        answers={"200": answer(summary, _JSON, reference(kind), headers=_RATE)},
        problems=("404", "429") if "{" in path else ("429",),
        scope=scope.value,
    )
    return Served(
        operation=operation,
        answer=answered_by,
        kinds=(kind,),
        even_doubted=path == _LOG,
    )


_LOG: Final = "/v1/log"
_AGENT: Final = path_parameter("agent", _NAME)
_READS: Final = (
    _get(
        "/v1/agents",
        answers.agents,
        TokenScope.AGENTS,
        models.Page[models.AgentSummary],
        *_PAGED,
    ),
    _get(
        "/v1/agents/{agent}", answers.agent, TokenScope.AGENTS, models.AgentTold, _AGENT
    ),
    _get(
        "/v1/baselines",
        answers.baselines,
        TokenScope.AGENTS,
        models.Page[models.BaselineTold],
        *_PAGED,
    ),
    _get(
        "/v1/mandates",
        answers.mandates,
        TokenScope.AGENTS,
        models.Page[models.MandateTold],
        *_PAGED,
    ),
    _get(
        "/v1/sessions",
        in_force.sessions,
        TokenScope.AGENTS,
        models.Page[set_beside.SessionTold],
        *_PAGED,
    ),
    _get(
        "/v1/people",
        answers.people,
        TokenScope.AGENTS,
        models.Page[models.PersonTold],
        _one_of("role", Role),
        *_PAGED,
    ),
    _get(
        "/v1/orders",
        evidence.orders,
        TokenScope.ORDERS,
        models.Page[models.OrderSummary],
        query_parameter("agent", _NAME),
        _one_of("outcome", Outcome),
        query_parameter("from", _INSTANT, "Received then or later."),
        query_parameter("to", _INSTANT, "Received before then."),
        *_PAGED,
    ),
    _get(
        "/v1/orders/{agent}/{seq}",
        evidence.order,
        TokenScope.ORDERS,
        models.OrderTold,
        _AGENT,
        path_parameter("seq", _NUMBER),
    ),
    _get(
        "/v1/incidents",
        answers.incidents,
        TokenScope.INCIDENTS,
        models.Page[models.IncidentSummary],
        query_parameter("agent", _NAME),
        _one_of("state", IncidentState),
        *_PAGED,
    ),
    _get(
        "/v1/incidents/{incident}",
        answers.incident,
        TokenScope.INCIDENTS,
        models.IncidentTold,
        path_parameter("incident", _DIGEST),
    ),
    _get(
        "/v1/halts",
        answers.halts,
        TokenScope.INCIDENTS,
        models.Page[models.HaltTold],
        *_PAGED,
    ),
    _get(
        "/v1/overrides",
        in_force.overrides,
        TokenScope.INCIDENTS,
        models.Page[set_beside.OverrideTold],
        *_PAGED,
    ),
    _get(
        "/v1/place-limits",
        in_force.place_limits,
        TokenScope.INCIDENTS,
        models.Page[set_beside.PlaceLimitsTold],
        *_PAGED,
    ),
    _get(
        "/v1/overlays",
        in_force.overlays,
        TokenScope.INCIDENTS,
        models.Page[set_beside.OverlayTold],
        *_PAGED,
    ),
    _get(
        "/v1/happenings",
        answers.happenings,
        TokenScope.INCIDENTS,
        models.Page[models.Happening],
        *_PAGED,
    ),
    _get("/v1/needs", answers.needs, TokenScope.INCIDENTS, list[models.Need]),
    _get(_LOG, evidence.log, TokenScope.EVIDENCE, models.LogTold),
    _get(
        "/v1/log/entries/{index}",
        evidence.entry,
        TokenScope.EVIDENCE,
        models.LoggedEntry,
        path_parameter("index", _NUMBER),
    ),
    _get(
        "/v1/certificates/{credential}",
        evidence.certificate,
        TokenScope.EVIDENCE,
        models.LoggedEntry,
        path_parameter("credential", _DIGEST),
    ),
    _get(
        "/v1/witnesses", evidence.witnesses, TokenScope.EVIDENCE, models.WitnessesTold
    ),
)

_WISH: Final[Json] = {
    "agent": "algo_trader_v2",
    "market": "EUR/USD",
    "side": "BUY",
    "amount": "20000.00",
    "currency": "EUR",
    "venue": "SIMA",
    "region": "eu-west-1",
}
_CHECK: Final = Served(
    operation=Operation(
        method="post",
        path="/v1/checks",
        name="check",
        summary=(evidence.check.__doc__ or "").strip(),
        tag="orders",
        takes=body(_JSON, reference(wishes.Wish), _WISH),
        answers={
            "200": answer(
                "What would be decided now.",
                _JSON,
                reference(wishes.CheckTold),
                headers=_RATE,
            )
        },
        problems=("413", "429"),
        scope=TokenScope.ORDERS.value,
    ),
    answer=evidence.check,
    kinds=(wishes.Wish, wishes.CheckTold),
)
_KEY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name that the program makes up for this note, kept for a day.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
}
_SUBMIT: Final = Served(
    operation=Operation(
        method="post",
        path="/v1/entries",
        name="submit",
        summary=(evidence.submit.__doc__ or "").strip(),
        tag="submit",
        parameters=(_KEY,),
        takes=body("text/plain", {"type": "string", "maxLength": ENTRY_BYTES_MAX}),
        answers={
            "201": answer(
                "It is on record from this entry on.",
                _JSON,
                reference(wishes.Recorded),
                headers=_RATE,
            )
        },
        problems=("409", "413", "422", "429"),
        scope=TokenScope.SUBMIT.value,
    ),
    answer=evidence.submit,
    kinds=(wishes.Recorded,),
)

ROUTES: Final = (*_READS, _CHECK, _SUBMIT)
