"""Logins to PKCS #11 tokens, and the one thread of this process that speaks to them.

Two threads inside one library at the same time crash the process: python-pkcs11
initialises it without CKF_OS_LOCKING_OK (PKCS #11 v3.1 §5.4.1), and a library that is
not asked for locks need not have any. So every call, of every library, for every key,
waits its turn on one thread that never ends.
"""

import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Final, Generic, Literal, TypeVar

import pkcs11
from pkcs11 import PKCS11Error, Session, Token, exceptions

from kya.core.errors import InputError, TransientError

T = TypeVar("T")

ANSWER_SECONDS_MAX: Final = 10
"""A token signs within milliseconds, the queue before it included; a smart card that
is being plugged in again takes some seconds."""

# A wrong PIN is not tried twice: tokens lock themselves after a few.
PIN_FAULTS: Final = (
    exceptions.PinExpired,
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
)
_CONFIGURATION_FAULTS: Final = (
    *PIN_FAULTS,
    exceptions.MultipleObjectsReturned,
    exceptions.MultipleTokensReturned,
    exceptions.NoSuchKey,
    exceptions.NoSuchToken,
    exceptions.TokenNotRecognised,
    exceptions.UserPinNotInitialized,
)
_WORDS: Final[dict[type[PKCS11Error], str]] = {
    exceptions.DeviceRemoved: "the token was taken away",
    exceptions.MultipleObjectsReturned: "two keys have this label",
    exceptions.MultipleTokensReturned: "two tokens have this label",
    exceptions.NoSuchKey: "no such key in the token",
    exceptions.NoSuchToken: "no token with this label is plugged in",
    exceptions.ObjectHandleInvalid: "the key is gone: token unplugged?",
    exceptions.PinExpired: "the PIN has expired; set a new one",
    exceptions.PinIncorrect: "wrong PIN; it will not be tried again",
    exceptions.PinLocked: "the PIN is locked after too many wrong ones",
    exceptions.SessionClosed: "the session was closed",
    exceptions.SessionHandleInvalid: "the session was closed",
    exceptions.TokenNotPresent: "the token was taken away",
    exceptions.UserPinNotInitialized: "the token has no user PIN yet",
}


def on_the_thread(work: Callable[[], T]) -> T:
    """Return what the work returns there; TransientError if the token hangs."""
    if os.getpid() != _PROCESS:
        raise InputError(
            "pkcs11: a forked process cannot use the token; start a new one"
        )
    turn = _Turn(work)
    _TURNS.put(turn)
    return turn.outcome()


class _Turn(Generic[T]):
    """One call that waits in the queue, its caller asleep on one bare lock.

    A future would do, and costs about as much as the signature itself.
    """

    __slots__ = ("_abandoned", "_fault", "_over", "_value", "_work")
    _value: T

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._abandoned = False
        self._fault: BaseException | None = None
        self._over = Lock()
        self._over.acquire()  # Until the thread is done with it.

    def outcome(self) -> T:
        """Wait, and return or raise what the work did."""
        if not self._over.acquire(timeout=ANSWER_SECONDS_MAX):
            self._abandoned = True
            raise TransientError(
                f"pkcs11: no answer from the token within {ANSWER_SECONDS_MAX} s"
            )
        if self._fault is not None:
            raise self._fault
        return self._value

    def take(self) -> None:
        """Do the work, unless nobody waits for it any more."""
        with self:
            if not self._abandoned:
                self._value = self._work()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: object, fault: BaseException | None, trace: object
    ) -> Literal[True]:
        # Every fault belongs to the caller: it is raised where the call was made.
        self._fault = fault
        self._over.release()
        return True


def _serve(turns: "SimpleQueue[_Turn[Any]]") -> None:
    """Take one turn after the other, for as long as the process lives."""
    while True:
        turns.get().take()


# Begun when the module is imported, since an import happens once in a process.
_PROCESS: Final = os.getpid()
_TURNS: Final[SimpleQueue[_Turn[Any]]] = SimpleQueue()
Thread(target=_serve, args=(_TURNS,), name="pkcs11", daemon=True).start()


def fault_at(where: str, fault: PKCS11Error) -> InputError | TransientError:
    """Return the fault in words: InputError where the configuration is to blame."""
    said = f"{type(fault).__name__} {fault}".rstrip()
    words = _WORDS.get(type(fault), f"the token answered {said}")
    if isinstance(fault, _CONFIGURATION_FAULTS):
        return InputError(f"{where}: {words}")
    return TransientError(f"{where}: {words}")


class Library:
    """One loaded module, and how often it was started. Only on the thread."""

    __slots__ = ("_module", "starts")
    _loaded: Final[dict[Path, "Library"]] = {}

    def __init__(self, module: Path) -> None:
        """Load the module; use `of`."""
        self._module = module
        self.starts = 1

    @classmethod
    def of(cls, module: Path) -> "Library":
        """Return the module, loaded at most once in this process."""
        if not module.is_file():
            raise InputError(f"pkcs11 module {module}: no such file")
        # Resolved: under two names it would be started twice, which it refuses.
        place = module.resolve()
        return cls._loaded.setdefault(place, cls(place))

    def token(self, label: str) -> Token:
        """Return the token; by its label, since slots are numbered anew at will."""
        try:
            library = pkcs11.lib(str(self._module))
        except PKCS11Error as error:
            where = f"pkcs11 module {self._module}"
            if type(error) is PKCS11Error:  # What the dynamic loader said.
                raise InputError(f"{where}: cannot be loaded: {error}") from error
            raise TransientError(
                f"{where}: cannot be started: {type(error).__name__} {error}".rstrip()
            ) from error
        return library.get_token(token_label=label)

    def restart(self) -> None:
        """End every session and look at the slots afresh.

        Sessions and keys are numbers, and after a restart the same numbers may name
        other sessions and other keys. Whoever holds one compares `starts` first.
        """
        self.starts += 1
        with suppress(PKCS11Error):  # `token` starts it, or says why not.
            pkcs11.lib(str(self._module)).reinitialize()


class Login:
    """One logged-in session with one token, for all its keys. Only on the thread.

    Trusted with: the PIN, while this process runs. It is needed again when the token
    comes back after it was unplugged.
    """

    __slots__ = (
        "_label",
        "_library",
        "_pin",
        "_refused",
        "_session",
        "_starts",
        "openings",
    )
    _open: Final[dict[tuple[Library, str], "Login"]] = {}

    def __init__(self, library: Library, label: str, pin: str) -> None:
        """Log in; use `to`."""
        self._library = library
        self._label = label
        self._pin = pin
        self._refused: PKCS11Error | None = None
        self._session: Session | None = None
        self._starts = 0
        self.openings = 0

    @classmethod
    def to(cls, module: Path, label: str, pin: str) -> "Login":
        """Return the login, shared: PKCS #11 knows one for each token and process."""
        library = Library.of(module)
        known = cls._open.get((library, label))
        if known is not None and known._refused is None:  # noqa: SLF001  our own class
            return known._same(pin)  # noqa: SLF001  our own class
        login = cls(library, label, pin)
        login.session()
        cls._open[library, label] = login
        return login

    def _same(self, pin: str) -> "Login":
        """Return this login to whoever knows its PIN, too; InputError otherwise."""
        if not hmac.compare_digest(self._pin.encode(), pin.encode()):
            raise InputError(f"token {self._label!r}: in use here under another PIN")
        return self

    def session(self) -> Session:
        """Return the session; a new one, counted in `openings`, if the old is lost."""
        if self._refused is not None:
            raise self._refused
        if self._session is None or self._starts != self._library.starts:
            try:
                self._session = self._begun()
            except PIN_FAULTS as fault:
                self._refused = fault
                raise
            self._starts = self._library.starts
            self.openings += 1
        return self._session

    def writing(self) -> Session:
        """Return a second session, which may store keys; the caller closes it."""
        self.session()
        return self._library.token(self._label).open(rw=True)

    def lose(self) -> None:
        """Give the session up after a fault; the next call begins another."""
        session, self._session = self._session, None
        if session is not None and self._starts == self._library.starts:
            with suppress(PKCS11Error):
                session.close()

    def _begun(self) -> Session:
        """Log in; if that fails, restart the library, which may not see a new token."""
        try:
            return self._library.token(self._label).open(user_pin=self._pin)
        except PIN_FAULTS:
            raise
        except (PKCS11Error, TransientError):
            self._library.restart()
            return self._library.token(self._label).open(user_pin=self._pin)
