"""Where an agent's host keeps what the agent has signed."""

from pathlib import Path

from kya.adapters.agent_journal import FileJournal


def journal_at(directory: Path) -> FileJournal:
    """Return the journal of the agent whose host this directory is."""
    return FileJournal.open(directory / "journal")
