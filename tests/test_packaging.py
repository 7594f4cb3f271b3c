"""What is distributed: every package and data file, and a wheel that works anywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOP = ("symbolic", "numeric", "verify")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def data_files() -> list[Path]:
    """Return the files of the packages that are no Python source."""
    files = [path for top in TOP for path in (ROOT / top).rglob("*") if path.is_file()]
    ignored = (".py", ".pyc")
    return [p for p in files if p.suffix not in ignored and "__pycache__" not in p.parts]


def test_the_list_of_packages_is_complete():
    folders = {p.parent for top in TOP for p in (ROOT / top).rglob("*.py")}
    folders |= {path.parent for path in data_files()}
    names = {".".join(f.relative_to(ROOT).parts) for f in folders if "__pycache__" not in f.parts}
    assert set(SETUPTOOLS["packages"]) == names


def test_every_data_file_is_package_data():
    for path in data_files():
        package = ".".join(path.parent.relative_to(ROOT).parts)
        patterns = SETUPTOOLS["package-data"].get(package, [])
        assert any(fnmatchcase(path.name, pattern) for pattern in patterns), path


def test_the_command_runs_the_command_line():
    from importlib import import_module

    module, _, name = PROJECT["project"]["scripts"]["theorem-verify"].partition(":")
    assert callable(getattr(import_module(module), name))


def test_what_is_imported_is_declared():
    import ast

    modules = {"flint": "python-flint", "jinja2": "jinja2"}
    optional = {"cupy", "cupyx", "dask", "distributed", "scipy", "torch"}  # used when present
    declared = {d.split(">")[0] for d in PROJECT["project"]["dependencies"]}
    for top in TOP:
        for path in (ROOT / top).rglob("*.py"):
            tree = ast.parse(path.read_bytes())
            names = set()
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
            foreign = names - set(sys.stdlib_module_names) - set(TOP) - optional
            assert {modules.get(name, name) for name in foreign} <= declared, path


def test_arrows_point_one_way():
    for top, forbidden in (
        ("symbolic", {"numeric", "verify"}),
        ("numeric", {"symbolic", "verify"}),
    ):
        for path in (ROOT / top).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                words = line.split()
                if words[:1] in (["import"], ["from"]):
                    assert words[1].split(".")[0] not in forbidden, f"{path}: {line}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in (*TOP, "pyproject.toml", "README.md", "LICENSE"):
        origin = ROOT / name
        if origin.is_dir():
            shutil.copytree(origin, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source)]
    subprocess.run(command, cwd=folder, check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_every_data_file(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in data_files():
        assert path.relative_to(ROOT).as_posix() in names


@pytest.mark.slow
def test_the_wheel_runs_from_an_empty_foreign_folder(wheel, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True, env=environment)
    empty = tmp_path / "empty"
    empty.mkdir()

    def call(*command) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=400)

    done = call(python, "-m", "verify", "all", "--profile", "quick", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == report["exit_code"] == 0, done.stderr
    assert report["summary"]["verdicts"]["confirmed"] > 0
    assert sorted(path.name for path in empty.iterdir()) == ["reports"]
    out = empty / "reports" / "latest"
    assert {"index.md", "report.tex", "report.html", "junit.xml"} <= {p.name for p in out.iterdir()}
    again = call(python.with_name("theorem-verify"), "all", "--profile", "quick")
    assert again.returncode == 0 and "(unchanged)" in again.stdout
    assert call(python, "-m", "verify", "recheck", str(out)).returncode == 0
    # a folder that holds another package of the name: the console script still finds ours
    (empty / "verify").mkdir()
    (empty / "verify" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    doctor = call(python.with_name("theorem-verify"), "doctor")
    assert doctor.returncode == 0 and "shadows this package" in doctor.stdout
