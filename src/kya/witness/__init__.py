"""A witness of logs, and a log's client of its witnesses. No storage, no network."""
