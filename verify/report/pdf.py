"""Build ``report.pdf`` from ``report.tex``, in a folder of its own, when pdflatex is installed.

No shell escape, reads and writes confined to that folder, and a limit on time. The dates that
TeX would write are fixed, so that equal input gives an equal file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["build"]

_LIMIT = 120.0
_RERUN = re.compile(r"Rerun to get|Label\(s\) may have changed")


def build(folder: Path, limit: float = _LIMIT) -> tuple[bytes | None, str]:
    """Return the PDF of ``folder/report.tex``, and a sentence that says how it went.

    The PDF is None when pdflatex is absent, fails or takes longer than ``limit`` seconds.
    """
    program = shutil.which("pdflatex")
    if program is None:
        return None, "pdflatex is not installed: report.tex was written, report.pdf was not"
    with tempfile.TemporaryDirectory(prefix="report-") as place:
        work = Path(place)
        for name in ("report.tex", "verify.sty"):
            shutil.copyfile(folder / name, work / name)
        for name in ("fragments", "figures"):
            if (folder / name).is_dir():
                shutil.copytree(folder / name, work / name)
        return _run(program, work, limit)


def _run(program: str, work: Path, limit: float) -> tuple[bytes | None, str]:
    allowed = ("PATH", "HOME", "LANG", "TEXMFHOME", "TEXMFVAR", "TEXMFCNF", "SYSTEMROOT")
    environment = {k: v for k, v in os.environ.items() if k in allowed}
    environment |= {"openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "0",
                    "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}  # fmt: skip
    command = [program, "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode"]
    log = ""
    for mode in (["-draftmode"], [], []):  # the first settles contents and references
        try:
            done = subprocess.run(
                [*command, *mode, "report.tex"], cwd=work, env=environment, timeout=limit, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, f"pdflatex did not finish ({error}): report.tex was written"
        path = work / "report.log"
        log = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        if done.returncode:
            first = next((line for line in log.splitlines() if line.startswith("!")), "no log")
            return None, f"pdflatex stopped at an error ({first[:200]}): report.tex was written"
        if not mode and not _RERUN.search(log):
            break
    bad = len(re.findall(r"(?m)^(?:Overfull|LaTeX Warning: (?!Label))", log))
    words = f", {bad} warnings" if bad else ""
    return (work / "report.pdf").read_bytes(), f"report.pdf built{words}"
