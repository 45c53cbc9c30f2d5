"""`kya demo`."""


def demo() -> None:
    """Check evidence."""
