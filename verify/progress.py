"""Progress on standard error: a live bar on a terminal, plain lines otherwise, nothing if quiet."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

__all__ = ["Progress"]


class Progress:
    """What a run tells while it works.

    Args:
        quiet: say only what went wrong.
        stream: where to; standard error by default.
    """

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None):
        self.quiet = quiet
        self.stream = sys.stderr if stream is None else stream
        self._total = self._done = 0
        self._live: Any = None
        self._task: Any = None

    def say(self, text: str) -> None:
        """Tell one sentence, whether quiet or not."""
        if self._live is not None:
            self._live.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=self.stream, flush=True)

    def note(self, text: str) -> None:
        """Tell one sentence unless quiet."""
        if not self.quiet:
            self.say(text)

    def begin(self, total: int, unchanged: int) -> None:
        """Start counting: ``total`` claims to check, ``unchanged`` already known."""
        self._total, self._done = total, 0
        if self.quiet or not total:
            return
        if self.stream.isatty() and os.environ.get("TERM") != "dumb":
            self._live, self._task = _live_bar(self.stream, total)
        known = f", {unchanged} known from earlier runs" if unchanged else ""
        self.say(f"checking {total} claim{'s' if total != 1 else ''}{known}")

    def fewer(self, count: int) -> None:
        """Announce that some of the claims need no check after all."""
        self._total -= count
        if self._live is not None:
            self._live.update(self._task, total=self._total)

    def running(self, claims: list[tuple[str, float]]) -> None:
        """Show what is in work (on a terminal only)."""
        if self._live is not None:
            text = "  ".join(f"{name} {seconds:.0f} s" for name, seconds in claims[:2])
            self._live.update(self._task, running=text)

    def finished(self, name: str, result: dict[str, Any]) -> None:
        """Tell one finished claim."""
        self._done += 1
        if self._live is not None:
            self._live.update(self._task, completed=self._done)
        if self.quiet and result["run"] in ("ok", "not-selected"):
            return
        what = result["verdict"] if result["run"] == "ok" else result["run"]
        tier = f" ({result['tier']})" if result["tier"] != "none" else ""
        reason = "" if result["run"] == "ok" else f": {result['run_reason']}"
        width = len(str(self._total))
        self.say(f"[{self._done:{width}d}/{self._total}] {what}{tier}  {name}  {result['seconds']:.1f} s{reason}")

    def end(self) -> None:
        """Remove the live bar."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _live_bar(stream: TextIO, total: int) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[running]}", markup=False),
        console=Console(file=stream),
        transient=True,
    )
    task = bar.add_task("", total=total, running="")
    bar.start()
    return bar, task
