"""Binance's own words: what is answered in place of a result, and with which status."""

from collections.abc import Mapping
from typing import Final

import msgspec

from kya.core.errors import InputError

_BAD_REQUEST: Final = 400


class BinanceError(InputError):
    """An answer that holds a code and a sentence; `kya` is what is ours beside them."""

    def __init__(
        self,
        code: int,
        sentence: str,
        status: int = _BAD_REQUEST,
        kya: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.status = status
        self.kya = kya
        self.more: Mapping[str, object] = {}

    def with_more(self, **more: object) -> "BinanceError":
        """Return the error with more members in its answer."""
        self.more = more
        return self

    def shown(self) -> dict[str, object]:
        """Return what is answered."""
        ours = {} if self.kya is None else {"kya": self.kya}
        return {"code": self.code, "msg": self.sentence, **self.more, **ours}

    def rendered(self) -> bytes:
        """Return the answer as it is sent."""
        return rendered(self.shown())


INTERNAL: Final = -1000
UNAUTHORIZED: Final = -1002
TOO_MANY_ORDERS: Final = -1015
REFUSED_BY_FILTER: Final = -1013
TIMEOUT: Final = -1007
ORDER_REJECTED: Final = -2010
CANCEL_REJECTED: Final = -2011

NO_FUNDS: Final = "Account has insufficient balance for requested action."
NO_PRIVILEGE: Final = "The account has no operation privilege for this."
_STATUS_UNAUTHORIZED: Final = 401
_STATUS_FORBIDDEN: Final = 403
_STATUS_TIMEOUT: Final = 504
_STATUS_INTERNAL: Final = 500


def rendered(result: object) -> bytes:
    """Return a result as it is sent."""
    return msgspec.json.encode(result)


def malformed(name: str) -> BinanceError:
    """Return the error for a parameter that is missing or unreadable."""
    sentence = (
        f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )
    return BinanceError(-1102, sentence)


def not_taken(name: str) -> BinanceError:
    """Return the error for a parameter that has no meaning here."""
    return BinanceError(-1103, f"An unknown parameter was sent: '{name}'.")


def not_valid(name: str) -> BinanceError:
    """Return the error for a value that has no meaning here."""
    return BinanceError(-1130, f"Data sent for parameter '{name}' is not valid.")


def too_fine(name: str) -> BinanceError:
    """Return the error for a figure with more decimals than there are."""
    return BinanceError(-1111, f"Parameter '{name}' has too much precision.")


def no_symbol() -> BinanceError:
    """Return the error for a name that no market has."""
    return BinanceError(-1121, "Invalid symbol.")


def no_order() -> BinanceError:
    """Return the error of a question for an order that is not on record."""
    return BinanceError(-2013, "Order does not exist.")


def nothing_to_cancel() -> BinanceError:
    """Return the error of a cancel for an order that does not work."""
    return BinanceError(CANCEL_REJECTED, "Unknown order sent.")


def no_road(method: str, path: str) -> BinanceError:
    """Return the error for whatever is not answered here."""
    sentence = f"{NO_PRIVILEGE} kya: no road for {method} {path}"
    return BinanceError(UNAUTHORIZED, sentence, _STATUS_FORBIDDEN)


def not_permitted(why: str) -> BinanceError:
    """Return the error for what the gateway does not answer."""
    sentence = f"{NO_PRIVILEGE} kya: {why}"
    return BinanceError(UNAUTHORIZED, sentence, _STATUS_FORBIDDEN)


def no_key() -> BinanceError:
    """Return the error for an API key that nobody has."""
    return BinanceError(-2014, "API-key format invalid.", _STATUS_UNAUTHORIZED)


def wrong_signature() -> BinanceError:
    """Return the error for a signature that the key's secret did not make."""
    sentence = "Signature for this request is not valid."
    return BinanceError(-1022, sentence, _STATUS_UNAUTHORIZED)


def untimely() -> BinanceError:
    """Return the error for a request that is too old, or from a time to come."""
    sentence = "Timestamp for this request is outside of the recvWindow."
    return BinanceError(-1021, sentence)


def nobody_knows() -> BinanceError:
    """Return the error for what may have been done, and may not."""
    sentence = (
        "Timeout waiting for response from backend server. Send status unknown; "
        "execution status unknown."
    )
    return BinanceError(TIMEOUT, sentence, _STATUS_TIMEOUT)


def internal() -> BinanceError:
    """Return the error for a fault that no bot can mend."""
    sentence = "An unknown error occurred while processing the request."
    return BinanceError(INTERNAL, sentence, _STATUS_INTERNAL)
