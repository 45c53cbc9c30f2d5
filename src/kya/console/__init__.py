"""The console: pages for people, folded from the published log; it holds no key."""
