"""Reports: one set of data, ``report.json``, written in every format that people read.

``write`` takes the data and a folder. Equal data give equal bytes in every file and none is
rewritten when its content is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["FORMATS", "schema", "write"]

FORMATS = ("markdown", "latex", "pdf", "html", "junit", "graph", "figures", "json")


def write(report: dict[str, Any], out: Path, formats: Iterable[str] = FORMATS,
          previous: Path | None = None,
          tell: Callable[[str], None] = lambda message: None) -> list[Path]:  # fmt: skip
    """Write the report in the given formats below ``out``; ``report.json`` last.

    Args:
        report: the data of ``report.json``.
        out: the folder, created when missing; existing files with equal content stay untouched.
        formats: some of ``FORMATS``.
        previous: a folder with an earlier report; its PDF and figures are taken over when what
            they are made from has not changed. ``out`` itself by default.
        tell: receives a sentence about each optional thing that could not be made.

    Returns:
        The paths of all files of the report, written or unchanged.

    Raises:
        ValueError: for an unknown format.
    """
    from verify.report.writer import write_report

    chosen = list(formats)
    unknown = [f for f in chosen if f not in FORMATS]
    if unknown:
        raise ValueError(f"unknown report format {unknown[0]!r}: choose from {', '.join(FORMATS)}")
    return write_report(report, Path(out), chosen, Path(previous or out), tell)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``report.json``."""
    import json
    from importlib.resources import files

    text = files("verify.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
