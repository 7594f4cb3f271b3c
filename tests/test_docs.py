"""The documentation: every command and Python block that it shows is run, and links lead somewhere.

Conventions that the pages follow.  A fence that follows ``save this as `NAME`:`` is that file.  A fence
``sh`` is run line by line in one folder per page; ``# exit code N`` behind a command is what it must return
(0 without it), and a fence ``text`` that follows directly is its standard output, with ``...`` for any lines or
characters.  ``<!-- needs: TOOL -->`` before a fence leaves it out where that program, or a GPU, is absent.
Commands that make an environment are run by ``.ci/run``; here they are only compared with it.
"""

from __future__ import annotations

import ast
import doctest
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from verify import reference

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
SETUP = re.compile(r"^(python3 -m venv|apt-get|sudo|git clone|cd |\. \.venv|\.ci/run)")
SAVE = re.compile(r"[Ss]ave this as\s+`([^`]+)`:\s*$")
NEEDS = re.compile(r"<!-- needs: (\w+) -->")


@dataclass(frozen=True)
class Fence:
    """A fenced block with what the page says just before it."""

    language: str
    text: str
    file: str | None
    needs: str | None
    adjacent: bool  # nothing stands between this block and the one before


def fences(page: Path) -> list[Fence]:
    """Return the fenced blocks of a page, in order."""
    source, found, end = page.read_text(encoding="utf-8"), [], 0
    for match in re.finditer(r"^(`{3,})(\w*)\n(.*?)^\1$", source, re.DOTALL | re.MULTILINE):
        between = source[end : match.start()]
        paragraph = " ".join(between.rstrip().split("\n\n")[-1].split())
        saved, needed = SAVE.search(paragraph), NEEDS.search(paragraph)
        found.append(
            Fence(match[2], match[3], saved and saved[1], needed and needed[1], not between.strip() and end > 0)
        )
        end = match.end()
    return found


def available(need: str | None) -> bool:
    """Return whether an optional program or module, or the GPU, is there."""
    if need == "gpu":
        from numeric.backend import select

        return select("auto").name == "gpu"
    return need is None or shutil.which(need) is not None or importlib.util.find_spec(need) is not None


def compare(page: Path, command: str, want: str, got: str) -> None:
    """Compare an output with the one shown; ``...`` stands for anything."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    if not doctest.OutputChecker().check_output(want, got, flags):
        pytest.fail(f"{page.name}: {command}\nshown:\n{want}\nfound:\n{got}")


def run_page(page: Path, folder: Path) -> None:
    """Run the blocks of a page in order, in one folder."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("python", "python3"):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    here = folder / "work"
    here.mkdir()
    path = f"{programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    output, commands = "", ""
    for fence in fences(page):
        if not available(fence.needs):
            output, commands = "", ""
            continue
        if fence.file:
            target = here / fence.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fence.text, encoding="utf-8")
        elif fence.language == "sh":
            output, commands = "", fence.text
            for line in fence.text.splitlines():
                if SETUP.match(line) or not line.strip():
                    continue
                code = re.search(r"# exit code (\d+)$", line)
                done = subprocess.run(
                    ["bash", "-c", line], cwd=here, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == int(code[1] if code else 0), (
                    f"{page.name}: {line}: {done.returncode}\n{done.stdout}\n{done.stderr}"
                )
                output += done.stdout
        elif fence.language == "text" and fence.adjacent and commands:
            compare(page, commands, fence.text, output)


def interactive(page: Path) -> str:
    """Return the blocks of a page that are interactive sessions, as one session."""
    blocks = [f for f in fences(page) if f.language == "python" and f.text.startswith(">>>")]
    return "\n".join(block.text for block in blocks if available(block.needs))


@pytest.mark.parametrize("page", [page for page in PAGES if interactive(page)], ids=lambda page: page.stem)
def test_python_sessions(page):
    test = doctest.DocTestParser().get_doctest(interactive(page), {}, page.stem, str(page), 0)
    found = []
    doctest.DocTestRunner(verbose=False).run(test, out=found.append)
    assert not found, "".join(found)


def test_python_blocks_are_sessions_or_files():
    for page in PAGES:
        for fence in fences(page):
            assert fence.language != "python" or fence.file or fence.text.startswith(">>>"), page.name


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_runs(page, tmp_path):
    run_page(page, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda script: script.stem)
def test_examples_run(script, tmp_path):
    """Each example prints what its docstring shows."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    shown = re.search(r"prints::\n\n((?:    .*\n?|\n)+)", text)
    assert shown, f"{script.name}: the docstring shows no output"
    compare(script, script.name, shown[1].strip() + "\n", done.stdout)


def test_reference_pages_are_up_to_date():
    for name, text in reference.pages().items():
        path = ROOT / "docs" / "reference" / name
        assert path.read_text(encoding="utf-8") == text, f"{name}: run `python -m verify.reference`"
    assert {p.name for p in (ROOT / "docs" / "reference").iterdir()} == set(reference.pages())


def test_the_readme_shows_the_committed_run():
    """Where a reference report is committed, the README's table is that run's."""
    import json

    stored = ROOT / "reports" / "reference" / "report.json"
    if not stored.exists():
        pytest.skip("no reference report is committed yet")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    report = json.loads(stored.read_text(encoding="utf-8"))
    assert reference.readme_with(text, report) == text, "run `python -m verify.reference --report reports/reference`"


def test_the_two_commands_are_those_of_continuous_integration():
    readme, script = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", ".ci/run"))
    start = "python3 -m venv .venv && .venv/bin/pip install -q "
    run, test = (line[len(start) :] for line in readme.splitlines() if line.startswith(start))
    assert run == ". && .venv/bin/python -m verify all"
    assert f".venv/bin/pip install -q {test}" in " ".join(script.split())


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "reference").glob("*.md"))], ids=lambda p: p.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name} links to {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page.name} links to {target}"
