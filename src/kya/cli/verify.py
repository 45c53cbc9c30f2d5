"""`kya verify`."""


def verify() -> None:
    """Check evidence."""
