"""The catalogue of checks, read from their source text without importing any of it.

The book is validated, and an unchanged run is recognised, without loading the libraries that the
checks need.  So checks must be registered by a literal decorator on a module-level function,

    @check("icl.skew_threshold", profile="standard")
    def skew_threshold(*, threshold: int = 15) -> Outcome: ...

and a test compares this catalogue with the register that importing the modules fills.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from verify.errors import InputError
from verify.status import Profile

__all__ = ["RUN_PARAMETERS", "CheckEntry", "catalogue", "imports_of", "module_file", "parse"]

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+(?:\(([^)]*)\)|(.*))", re.M)

RUN_PARAMETERS = frozenset({"seed", "device"})
"""Parameters that the run sets on sampled checks; a claim cannot."""


@dataclass(frozen=True)
class CheckEntry:
    """What the source says about one registered check."""

    name: str
    module: str
    function: str
    file: str
    line: int
    required: frozenset[str]  # parameters without a default
    optional: frozenset[str]
    sampled: bool
    profile: Profile

    @property
    def parameters(self) -> frozenset[str]:
        """The names that a claim may set."""
        return self.required | self.optional


def catalogue(extra: tuple[str, ...] = ()) -> dict[str, CheckEntry]:
    """Return every check of ``verify.checks`` and of the modules ``extra``, by name.

    Raises:
        InputError: a module cannot be found or read, or two checks have one name.
    """
    folder = Path(__file__).parent / "checks"
    found: dict[str, CheckEntry] = {}
    modules = [f"verify.checks.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    for module in (*modules, *extra):
        path = module_file(module)
        if path is None:
            raise InputError(
                f"there is no module {module!r} of checks on the Python path; `python -m verify` looks in the "
                "current folder too, the console script does not"
            )
        for entry in _entries(module, path):
            if entry.name in found:
                other = found[entry.name]
                raise InputError(
                    f"the check {entry.name!r} is registered twice, also at {other.file}:{other.line}",
                    entry.file,
                    entry.line,
                )
            found[entry.name] = entry
    return found


@cache
def module_file(module: str) -> Path | None:
    """Return the source file of a module without importing it, or None.

    >>> module_file("verify.status").name
    'status.py'
    """
    if module == "verify" or module.startswith("verify."):
        base = Path(__file__).parent.joinpath(*module.split(".")[1:])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
        return None
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


@cache
def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a source file."""
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise InputError(f"not valid Python: {error.msg}", path, error.lineno) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return the names of the modules that a source file imports, anywhere in it.

    It looks for import statements in the text, which is much quicker than parsing it; one inside
    a docstring adds a name, which does no harm where all that may matter is hashed.
    """
    names: set[str] = set()
    for module, many, some in _IMPORT.findall(path.read_text(encoding="utf-8")):
        parts = [part.split("#")[0].split() for part in (many or some).replace("\n", ",").split(",")]
        imported = [words[0] for words in parts if words]
        names.update(f"{module}.{name}" if module else name for name in imported)
        if module:
            names.add(module)
    return frozenset(names)


@cache
def _entries(module: str, path: Path) -> tuple[CheckEntry, ...]:
    entries = []
    for node in parse(path).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and _is_check(decorator.func):
                entries.append(_entry(module, path, node, decorator))
    return tuple(entries)


def _is_check(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
    return name == "check"


def _entry(module: str, path: Path, node: ast.FunctionDef, call: ast.Call) -> CheckEntry:
    try:
        name = ast.literal_eval(call.args[0])
        options = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        profile = Profile(options.get("profile", "quick"))
    except (IndexError, ValueError):
        raise InputError(
            f"@check on {node.name} needs a literal name, sampled and profile", path, call.lineno
        ) from None
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        raise InputError(
            f"the check {name!r} must list its parameters by name (no *, **, or /)",
            path,
            node.lineno,
        )
    plain = [a.arg for a in arguments.args]
    with_default = len(arguments.defaults)
    optional = set(plain[len(plain) - with_default :]) if with_default else set()
    required = set(plain) - optional
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        (required if default is None else optional).add(argument.arg)
    used = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
    for parameter in sorted((required | optional) - used - RUN_PARAMETERS):
        raise InputError(
            f"the check {name!r} ignores its parameter {parameter!r}; use it or remove it",
            path,
            node.lineno,
        )
    sampled = bool(options.get("sampled", False))
    hidden = RUN_PARAMETERS if sampled else frozenset()
    return CheckEntry(
        name=str(name),
        module=module,
        function=node.name,
        file=str(path),
        line=node.lineno,
        required=frozenset(required) - hidden,
        optional=frozenset(optional) - hidden,
        sampled=sampled,
        profile=profile,
    )
