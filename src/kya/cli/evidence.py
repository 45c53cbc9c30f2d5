"""`kya evidence`."""

import typer

app = typer.Typer()
