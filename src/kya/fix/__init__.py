"""FIX 4.4 as messages and as a session: bytes in, messages and effects out."""
