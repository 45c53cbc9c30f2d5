"""The report that a board and a regulator read: a value first, then pages."""
