"""Write a report whole, or not at all when it would not change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verify.directory import REPORT, publish, staging, unwritable
from verify.report.model import dump

__all__ = ["write_report"]


def write_report(report: dict[str, Any], certificates: Mapping[str, str], out: Path) -> bool:
    """Put the report in all formats, and the certificates, into ``out``; say if that was needed.

    Raises:
        InputError: the directory cannot be written; the old report is still there.
    """
    text = dump(report)
    if _unchanged(text, certificates, out):
        return False
    folder = staging(out)
    try:
        for name, certificate in certificates.items():
            (folder / "certificates" / f"{name}.json").write_text(certificate, encoding="utf-8")
        _write_formats(report, folder)
        (folder / REPORT).write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(out, error) from None
    publish(out)
    return True


def _write_formats(report: dict[str, Any], folder: Path) -> None:
    try:
        from verify.report import write
    except ImportError:
        (folder / "index.md").write_text("the report is not written yet\n")
        return
    write(report, folder)


def _unchanged(text: str, certificates: Mapping[str, str], out: Path) -> bool:
    try:
        if (out / REPORT).read_text(encoding="utf-8") != text:
            return False
    except (OSError, ValueError):
        return False
    names = ["index.md", *(f"certificates/{name}.json" for name in certificates)]
    return all((out / name).is_file() for name in names)
