"""kya: bind an autonomous trading agent to what its board allowed, provably."""

__version__ = "0.1.0"
