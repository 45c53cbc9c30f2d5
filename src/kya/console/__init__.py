"""The console: pages for people, folded from the published log, with no power of its own."""
