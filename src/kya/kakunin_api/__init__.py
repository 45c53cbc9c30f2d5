"""Kakunin's published routes, answered from our log: a road for those who move in."""
