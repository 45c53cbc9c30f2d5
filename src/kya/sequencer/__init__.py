"""The one writer: gives each entry its place, durably, and publishes the tree."""
