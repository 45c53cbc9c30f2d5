"""The HTTP edge: bytes in, bytes out, every fault translated once."""
