"""The name under which a venue knows an order: derived from what is on record of it."""

_CLIENT_ID_CHARS = 32


def client_id_of(leaf: str) -> str:
    """Return the venue's name of the order with this leaf hash.

    Half of the hash is far from colliding, and venues accept 32 characters.
    """
    return leaf[:_CLIENT_ID_CHARS]
