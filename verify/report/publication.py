"""Write a report whole, or not at all when it would not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from verify.directory import REPORT, publish, staging, unwritable
from verify.report import FORMATS, write
from verify.report.model import dump

__all__ = ["write_report"]

_MAIN_FILE = {
    "markdown": "index.md",
    "latex": "report.tex",
    "html": "report.html",
    "junit": "junit.xml",
    "graph": "graph.svg",
}


def write_report(
    report: dict[str, Any],
    certificates: Mapping[str, str],
    out: Path,
    formats: Sequence[str] = FORMATS,
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    """Put the report in all formats, and the certificates, into ``out``; say if that was needed.

    Args:
        report: the data of ``report.json``.
        certificates: the text of each certificate, by claim.
        out: the output directory, locked by the caller.
        formats: some of ``verify.report.FORMATS``.
        tell: receives a sentence about each optional thing that could not be made.

    Raises:
        InputError: the directory cannot be written; the old report is still there.
    """
    text = dump(report)
    if _unchanged(text, certificates, out, formats):
        return False
    folder = staging(out)
    try:
        for name, certificate in certificates.items():
            (folder / "certificates" / f"{name}.json").write_text(certificate, encoding="utf-8")
        write(report, folder, formats, previous=out, tell=tell)
        (folder / REPORT).write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(out, error) from None
    publish(out)
    return True


def _unchanged(text: str, certificates: Mapping[str, str], out: Path, formats: Sequence[str]) -> bool:
    expected = {REPORT: text}
    expected |= {f"certificates/{name}.json": c for name, c in certificates.items()}
    try:
        same = all((out / n).read_text(encoding="utf-8") == t for n, t in expected.items())
    except (OSError, ValueError):
        return False
    return same and all((out / _MAIN_FILE[name]).is_file() for name in formats if name in _MAIN_FILE)
