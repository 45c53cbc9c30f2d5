"""The numbered steps of a verification, in the order in which they run."""
