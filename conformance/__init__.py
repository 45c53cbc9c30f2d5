"""A black-box suite for any verifier of evidence packages: see README.md."""
