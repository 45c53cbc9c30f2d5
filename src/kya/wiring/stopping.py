"""Signals that end a process in good order."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def stop_signals() -> "Generator[asyncio.Event]":
    """Yield what is set once the process is told to stop."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        yield told
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
