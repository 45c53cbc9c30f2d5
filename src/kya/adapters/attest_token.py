"""Shows nothing: whoever has the one-time token is believed. For development.

The certificate's entry says `self_asserted`, and so does every package.
"""

from kya.authority.attestation import Asked


class TokenAttestation:
    """Agrees, and has seen nothing but the token."""

    def shown(self, asked: Asked) -> tuple[str, ...]:
        """Return no selector."""
        del asked
        return ()
