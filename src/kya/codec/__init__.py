"""Bytes to values and back; strict, canonical, one spelling accepted."""
