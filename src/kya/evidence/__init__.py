"""From the log to a package that a stranger can check."""
