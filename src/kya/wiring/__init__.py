"""Configuration to running services: the only importer of the adapters."""
