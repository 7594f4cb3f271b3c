"""``verify phase``: exact critical context lengths for ranges of d and L, as table, CSV and picture.

Local lengths come from the resultant in n of the slope and the skew second variation; a random
subset is decided again by the sign of the second variation at the best scalar matrix, at n and n - 1.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from verify.errors import InputError, RoutesDisagree
from verify.status import ExitCode

__all__ = ["Row", "phase_rows", "pictures", "run"]

MOST_DIMENSION, MOST_LAYERS, MOST_NOISY_LAYERS, MOST_CELLS = 400, 16, 8, 20_000
COLUMNS = ("d", "L", "local", "global", "onset", "fit", "fit_minus_local")
SAMPLE = 12
"""How many cells are decided by the second route."""


@dataclass(frozen=True)
class Row:
    """One pair (d, L): lengths are an integer, "never", or proved bounds "low..high"."""

    d: int
    layers: int
    local: str
    everywhere: str
    onset: str
    fit: str
    error: str

    def cells(self) -> tuple[str, ...]:
        """Return the row in the order of ``COLUMNS``."""
        return (str(self.d), str(self.layers), self.local, self.everywhere, self.onset, self.fit, self.error)


def _shown(value: Any) -> str:
    from symbolic.values import NEVER, Bounded

    if isinstance(value, Bounded):
        if value.upper is NEVER:
            return f">={value.lower} or never"
        return f"{'?' if value.lower is None else value.lower}..{'?' if value.upper is None else value.upper}"
    return str(value)


def _row(task: tuple[int, int, Fraction]) -> Row:
    d, layers, noise = task
    from symbolic.fitted import fitted_critical_context, rounded
    from symbolic.phase import critical_context

    fit = rounded(fitted_critical_context(d, layers))
    if noise:
        from symbolic.noise import critical_context_with_noise

        local, everywhere = (critical_context_with_noise(d, layers, noise, kind) for kind in ("local", "global"))
        begins = ""
    else:
        local, everywhere = critical_context(d, layers, "local"), critical_context(d, layers, "global")
        begins = _onset(d, layers, local)
    error = f"{fit - local:+d}" if isinstance(local, int) else ""
    return Row(d, layers, _shown(local), _shown(everywhere), begins, str(fit), error)


def _onset(d: int, layers: int, local: Any) -> str:
    """Return the real n in (local - 1, local] where stability is lost, cut after 8 decimals, by exact signs."""
    if not isinstance(local, int):
        return str(local)
    from symbolic.algebraic import sign_at
    from symbolic.local_threshold import local_resultant

    polynomial, scale = local_resultant(d, layers), 10**8
    low, high = (local - 1) * scale, local * scale
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if sign_at(polynomial, Fraction(middle, scale)) < 0 else (middle, high)
    return f"{low // scale}.{low % scale:08d}"


def phase_rows(dims: Sequence[int], layers: Sequence[int], noise: Fraction = Fraction(0), jobs: int = 1,
               tell: Callable[[str], None] = lambda _: None) -> list[Row]:  # fmt: skip
    """Return the exact phase table, by L and then d.

    >>> [row.cells()[:4] for row in phase_rows([2], [1, 2, 3])]
    [('2', '1', 'never', 'never'), ('2', '2', '15', '15'), ('2', '3', '15', '14')]
    """
    tasks = [(d, depth, noise) for depth in layers for d in dims]
    if jobs <= 1 or len(tasks) < 60:
        rows = []
        for depth in layers:
            rows += [_row(task) for task in tasks if task[1] == depth]
            tell(f"L = {depth}: {len(dims)} dimensions done")
        return rows
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        rows = []
        for row in pool.map(_row, tasks, chunksize=max(1, min(16, len(tasks) // (4 * jobs)))):
            rows.append(row)
            if len(rows) % len(dims) == 0:
                tell(f"L = {row.layers}: {len(dims)} dimensions done")
        return rows


def second_route(rows: Sequence[Row], noise: Fraction, seed: int) -> list[Row]:
    """Decide the local length of a random subset again; return that subset.

    The second route knows one n at a time: the sign of the second variation at the root of the
    slope, found among isolated real roots.

    Raises:
        RoutesDisagree: the two routes give different lengths.
    """
    from symbolic.noise import skew_at_with_noise

    decidable = [row for row in rows if row.local.isdigit() and row.layers <= MOST_NOISY_LAYERS]
    chosen = random.Random(seed).sample(decidable, min(SAMPLE, len(decidable)))
    for row in chosen:
        n = int(row.local)
        here = skew_at_with_noise(row.d, row.layers, n, noise, "local")
        before = n > 1 and skew_at_with_noise(row.d, row.layers, n - 1, noise, "local")
        if here is not True or before is not False:
            found = f"unstable at {n - 1}: {before}, at {n}: {here}"
            raise RoutesDisagree(f"d = {row.d}, L = {row.layers}: resultant {n}, second variation {found}")
    return chosen


def pictures(rows: Sequence[Row], noise: Fraction = Fraction(0)) -> dict[str, dict[str, Any]]:
    """Return figures as data: lengths against L for a few d, and against d for each L.

    Even and odd L carry different marks; the global length is drawn where it is an integer.
    """
    where = f", noise {noise}" if noise else ""
    known = [row for row in rows if row.local.isdigit()]
    layers, dims = sorted({row.layers for row in known}), sorted({row.d for row in known})
    out = {}
    if len(layers) > 1:
        series: list[dict[str, Any]] = []
        for group, d in enumerate([d for d in (2, 3, 5, 10, 20, 50) if d in dims] or dims[:6]):
            one = [row for row in known if row.d == d]
            series.append(_series(f"d = {d}, local", "line", one, "layers", group))
            for parity, mark in ((0, 0), (1, 2)):
                label = ("even L", "odd L")[parity] if group == 0 else ""
                part = [row for row in one if row.layers % 2 == parity]
                series.append(_series(label, "points", part, "layers", group, mark))
            exact = [row for row in one if row.everywhere.isdigit() and row.everywhere != row.local]
            if exact:
                label = f"d = {d}, global where smaller"
                series.append(_series(label, "points", exact, "layers", group, 6, "everywhere"))
        title = f"Critical context length against depth{where}"
        out["phase-layers"] = _figure("phase-layers", title, "layers L", series)
    if len(dims) > 1:
        series = []
        for depth in layers:
            one = [row for row in known if row.layers == depth]
            style = "line" if len(one) > 1 else "points"
            series.append(_series(f"L = {depth}", style, one, "d", depth - 1))
        title = f"Local critical context length against dimension{where}"
        out["phase-dimension"] = _figure("phase-dimension", title, "dimension d", series)
    return out


def _series(label: str, style: str, rows: Sequence[Row], x: str, group: int, mark: int = 0,
            y: str = "local") -> dict[str, Any]:  # fmt: skip
    return {"label": label, "style": style, "group": group, "mark": mark,
            "x": [getattr(row, x) for row in rows], "y": [int(getattr(row, y)) for row in rows]}  # fmt: skip


def _figure(name: str, title: str, x_label: str, series: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "caption": "Exact integers; lines only join them. Even and odd numbers of layers have different marks.",
        "x_label": x_label,
        "y_label": "critical context length n",
        "series": series,
        "x_log": False,
        "y_log": True,
    }


def _numbers(text: str, what: str, most: int) -> range:
    first, _, last = text.partition(":")
    try:
        low, high = int(first), int(last or first)
    except ValueError:
        raise InputError(f"{what}: give one number or first:last, such as 2:50, not {text!r}") from None
    if not 1 <= low <= high <= most:
        raise InputError(f"{what}: needs 1 <= first <= last <= {most}, not {text!r}")
    return range(low, high + 1)


def _noise(text: str) -> Fraction:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"--noise: give a rational number such as 1/2, not {text!r}") from None
    if value < 0:
        raise InputError("--noise: a variance is not negative")
    return value


def _text(rows: Sequence[Row], chosen: Sequence[Row]) -> str:
    table = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[k]) for line in table) for k in range(len(COLUMNS))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in table]
    again = f"{len(chosen)} of {len(rows)} local lengths decided again by the second route, all agree"
    return "\n".join([*lines, again])


def run(args: argparse.Namespace) -> int:
    """Run ``verify phase``; return the exit code (3 when a local length is not decided)."""
    from verify.progress import Progress

    noise = _noise(args.noise)
    dims = _numbers(args.dims, "--dims", MOST_DIMENSION)
    layers = _numbers(args.layers, "--layers", MOST_NOISY_LAYERS if noise else MOST_LAYERS)
    if len(dims) * len(layers) > MOST_CELLS:
        raise InputError(f"a table has at most {MOST_CELLS} cells; narrow --dims or --layers")
    if args.out is not None:
        _open(args.out)
    progress = Progress(quiet=args.quiet)
    rows = phase_rows(dims, layers, noise, _jobs(args.jobs), progress.note)
    chosen = second_route(rows, noise, getattr(args, "seed", None) or 0)
    files = _write(args.out, rows, noise) if args.out is not None else []
    undecided = [row for row in rows if not (row.local.isdigit() or row.local == "never")]
    code = ExitCode.OPEN if undecided else ExitCode.OK
    if args.json:
        from verify.cli import print_json

        print_json({"noise": str(noise), "columns": list(COLUMNS), "rows": [list(row.cells()) for row in rows],
                    "second_route": [[row.d, row.layers] for row in chosen], "files": [str(f) for f in files],
                    "exit_code": int(code)})  # fmt: skip
    else:
        print(_text(rows, chosen))
        for file in files:
            print(f"wrote {file}")
    return int(code)


def _open(out: Path) -> None:
    """Accept a folder that is empty, or holds a report or an earlier phase table."""
    from verify.directory import open_directory

    if not (out / "phase.csv").is_file():
        open_directory(out)


def _jobs(given: int | None) -> int:
    import os

    return given or min(4, os.cpu_count() or 1)


def _write(out: Path, rows: Sequence[Row], noise: Fraction) -> list[Path]:
    from verify.report.figures import draw

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in rows)
    files = {"phase.csv": stream.getvalue().encode()}
    for name, figure in pictures(rows, noise).items():
        files |= {f"{name}.{kind}": data for kind, data in draw(name, figure).items()}
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        (out / name).write_bytes(content)
        written.append(out / name)
    return written
