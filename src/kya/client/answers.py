"""What an answer says: the value that was asked for, or a problem as an exception."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar

import msgspec

from kya.client.questions import Question
from kya.client.wishes import ProblemTold
from kya.core.errors import DistrustError, InputError, KyaError, TransientError

T = TypeVar("T")

_NOT_LET_IN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOT_NOW: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT})


class ProblemError(KyaError):
    """The server has answered with a problem; `retry_seconds` if it says when."""

    def __init__(self, problem: ProblemTold, retry_seconds: int | None = None) -> None:
        super().__init__(f"{problem.title}: {problem.detail}")
        self.problem = problem
        self.retry_seconds = retry_seconds

    @property
    def name(self) -> str:
        """The problem's name, such as `not-found`."""
        return self.problem.type.rpartition("/")[2]


class WrongRequestError(ProblemError, InputError):
    """Ask for something else, or in another way."""


class NotLetInError(ProblemError, DistrustError):
    """The token opens nothing, or not this; or nobody enrolled has signed the note."""


class NotNowError(ProblemError, TransientError):
    """Ask the same again, later."""


class Answer(NamedTuple):
    """Status, headers in small letters, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def value_of(question: Question[T], answer: Answer) -> T:
    """Return what was asked for; ProblemError, or TransientError for no answer of kya.

    Fields that this version does not know are passed over.
    """
    try:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return msgspec.json.decode(answer.body, type=question.kind)
        problem = msgspec.json.decode(answer.body, type=ProblemTold)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"{question.path}: status {answer.status}, and no answer of kya: {error}"
        raise TransientError(msg) from error
    raise _error_of(problem, answer)


def _error_of(problem: ProblemTold, answer: Answer) -> ProblemError:
    """Return the exception that says what to do next."""
    retry = answer.headers.get("retry-after", "")
    seconds = int(retry) if retry.isascii() and retry.isdigit() else None
    if answer.status in _NOT_LET_IN:
        return NotLetInError(problem, seconds)
    if answer.status in _NOT_NOW or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotNowError(problem, seconds)
    return WrongRequestError(problem, seconds)
