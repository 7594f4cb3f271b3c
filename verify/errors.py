"""Errors for people: what was wrong, where, and what to do."""

from __future__ import annotations

from pathlib import Path

__all__ = ["InputError", "RoutesDisagree"]


class InputError(Exception):
    """Bad input from a user or a file: one or two lines, with file and line where known."""

    def __init__(self, message: str, file: str | Path | None = None, line: int | None = None):
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        where = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        super().__init__(where + message)


class RoutesDisagree(Exception):
    """Two independent routes gave different answers: never a verdict, always an alarm."""
