"""The theorem book: TOML files become validated claims, or an error that names file and line.

Everything that can be wrong with a book is found here, before anything runs: unknown keys, wrong
types, duplicate ids, references to nothing, cycles (with their path), parameters that the check
does not have, placeholders without a parameter, checks without a mutant.  No check is imported.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from verify.catalogue import CheckEntry, catalogue
from verify.claim import CLAIM_ID, Claim
from verify.errors import InputError
from verify.places import TablePlace, find_tables
from verify.status import Kind, Origin, Profile, Tier, Verdict

__all__ = ["BOOK", "KEYS", "Book", "claim_from_table", "load_book", "read_toml", "suggestion"]

BOOK = Path(__file__).parent / "book"
"""The book that comes with the package."""

KEYS = frozenset(f.name for f in fields(Claim)) - {"file", "line"}
"""The keys that a ``[[claim]]`` may have."""

_MAX_BYTES = 4 << 20
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}")
_TEMPLATES = ("statement", "title", "reported", "notes")
_TEXTS = (*_TEMPLATES, "id", "source", "check", "test", "not_checkable")
_LISTS = ("hypotheses", "states", "uses", "proves")
_CHOICES = {
    "kind": Kind,
    "origin": Origin,
    "floor": Tier,
    "expect": Verdict,
    "profile": Profile,
}
_NOTHING_TO_DECIDE = (Kind.DEFINITION, Kind.REMARK, Kind.CITED)


@dataclass(frozen=True)
class Book:
    """The claims of a book by id, in dependency order, and the checks that they may name."""

    claims: dict[str, Claim]
    checks: dict[str, CheckEntry]
    directory: Path

    def select(self, patterns: Iterable[str]) -> list[str]:
        """Return the ids that match some pattern (``*`` and ``?`` are wild), in book order.

        Raises:
            InputError: a pattern without wildcards names no claim.
        """
        wanted: set[str] = set()
        for pattern in patterns:
            hits = {name for name in self.claims if fnmatchcase(name, pattern)}
            if not hits and not set(pattern) & set("*?["):
                raise _error(
                    f"there is no claim {pattern!r}{suggestion(pattern, self.claims)}; `verify list` prints them all"
                )
            wanted |= hits
        return [name for name in self.claims if name in wanted]

    def with_dependencies(self, ids: Iterable[str]) -> list[str]:
        """Return the ids and everything that their proofs use, in dependency order."""
        wanted: set[str] = set()
        stack = list(ids)
        while stack:
            name = stack.pop()
            if name not in wanted:
                wanted.add(name)
                stack.extend(self.claims[name].uses)
        return [name for name in self.claims if name in wanted]

    def profile_of(self, name: str) -> tuple[Profile, str]:
        """Return the least profile that runs a claim, and the claim that asks for it."""
        order = list(Profile)
        best, because = Profile.QUICK, name
        for other in self.with_dependencies([name]):
            claim = self.claims[other]
            entry = self.checks.get(claim.check or "")
            for profile in (claim.profile, entry.profile if entry else Profile.QUICK):
                if order.index(profile) > order.index(best):
                    best, because = profile, other
        return best, because


def load_book(directory: Path | None = None, check_modules: tuple[str, ...] = ()) -> Book:
    """Read and validate every ``*.toml`` of a book.

    Args:
        directory: the folder (or one file) of the book; by default the package's own.
        check_modules: importable modules with further checks that the claims may name.

    Raises:
        InputError: anything is wrong with it; file and line are named.
    """
    directory = BOOK if directory is None else directory
    if directory.is_file():
        files = [directory]
    elif directory.is_dir():
        files = sorted(directory.glob("*.toml"))
    else:
        raise _error("there is no such book: give a folder of *.toml files", directory)
    checks = catalogue(check_modules)
    claims: dict[str, Claim] = {}
    places: dict[str, TablePlace] = {}
    for path in files:
        for claim, place in _read_claims(path):
            if claim.id in claims:
                first = claims[claim.id]
                raise _error(
                    f"the id {claim.id!r} is used twice, first at {first.file}:{first.line}",
                    path,
                    place.line_of("id"),
                )
            claims[claim.id], places[claim.id] = claim, place
    for claim in claims.values():
        _check_decidable(claim, places[claim.id], checks)
        _check_references(claim, places[claim.id], claims)
    order = _dependency_order(claims)
    return Book({name: claims[name] for name in order}, checks, directory)


def read_toml(path: Path) -> tuple[dict[str, Any], list[TablePlace]]:
    """Return the data of a TOML file and the places of its tables; decimals stay text.

    Raises:
        InputError: it cannot be read, is too large, is not UTF-8 or not TOML.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _error(f"larger than {_MAX_BYTES >> 20} MiB; split it into parts", path)
        raw = path.read_bytes()
    except OSError as error:
        raise _error(f"cannot be read: {error.strerror}", path) from None
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _error("not UTF-8 text; save it as UTF-8", path, line) from None
    try:
        data = tomllib.loads(text, parse_float=_Decimal)
    except RecursionError:
        raise _error("nested too deeply", path) from None
    except ValueError as error:  # TOMLDecodeError, or an integer of thousands of digits
        message, place = _toml_problem(str(error), text)
        raise _error(f"not valid TOML: {message}", path, place) from None
    return data, find_tables(text)


def claim_from_table(table: Mapping[str, Any], file: str, place: TablePlace) -> Claim:
    """Return the claim of one ``[[claim]]`` table, its keys and types checked.

    References and checks are not looked up: that needs the whole book.

    Raises:
        InputError: a key is unknown or missing, or a value has the wrong type.
    """

    def fail(key: str, message: str) -> InputError:
        return _error(message, file, place.line_of(key))

    for key in table:
        if key not in KEYS:
            raise fail(key, f"unknown key {key!r} in a claim{suggestion(key, KEYS)}")
    for key in ("id", "kind", "title", "statement"):
        if key not in table:
            raise fail(key, f"the claim {table.get('id', '')!s} has no {key!r}")
    values: dict[str, Any] = {}
    for key in _TEXTS:
        if key in table:
            if not isinstance(table[key], str) or isinstance(table[key], _Decimal):
                raise fail(key, f"{key!r} must be a text in quotes")
            values[key] = table[key]
            if not values[key].strip():
                raise fail(key, f"{key!r} is empty; fill it or leave the key out")
    for key in _LISTS:
        values[key] = _texts(table.get(key, []), lambda m, key=key: fail(key, f"{key!r} {m}"))
    for key, choices in _CHOICES.items():
        if key in table:
            try:
                values[key] = choices(table[key])
            except ValueError:
                allowed = [member.value for member in choices]
                hint = suggestion(str(table[key]), allowed)
                raise fail(key, f"{key!r} is {table[key]!r}{hint}; it is one of: {', '.join(allowed)}") from None
    if not CLAIM_ID.match(values["id"]) or len(values["id"]) > 80:
        raise fail(
            "id",
            f"the id {values['id'][:90]!r} must be lower-case letters and digits joined by '.' or "
            "'-', at most 80 characters",
        )
    params = table.get("params", {})
    if not isinstance(params, dict):
        raise fail("params", "'params' must be a table such as {threshold = 15}")
    values["params"] = _plain(params, lambda m: fail("params", f"'params' {m}"))
    mutants = table.get("mutants", [])
    if not isinstance(mutants, list):
        raise fail("mutants", "'mutants' must be a list")
    values["mutants"] = tuple(_plain(m, lambda t: fail("mutants", f"'mutants' {t}")) for m in mutants)
    return Claim(**values, file=file, line=place.line)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for a near miss, else nothing.

    >>> suggestion("statment", ["statement", "title"])
    "; did you mean 'statement'?"
    """
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def _error(message: str, file: str | Path | None = None, line: int | None = None) -> InputError:
    """Return an error of one line, however long or odd the text is that it quotes."""
    text = " ".join(message.split())
    if len(text) > 600:
        text = f"{text[:300]} ... {text[-200:]}"
    return InputError(text, file, line)


class _Decimal(str):
    """A TOML decimal: claims hold no floats, so it is only remembered to be refused."""


def _toml_problem(message: str, text: str) -> tuple[str, int | None]:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
    if not found:
        return message.splitlines()[0][:200], None
    line = int(found.group(1)) if found.group(1) else text.count("\n") + 1
    return message[: found.start()], line


def _read_claims(path: Path) -> list[tuple[Claim, TablePlace]]:
    data, places = read_toml(path)
    for key in data:
        if key != "claim":
            line = next((t.keys[key] for t in places if key in t.keys), None)
            line = line or next((t.line for t in places if t.name == key), None)
            raise _error(f"unknown table or key {key!r}; a book has only [[claim]]", path, line)
    tables = data.get("claim", [])
    found = [place for place in places if place.name == "claim"]
    if not isinstance(tables, list) or len(tables) != len(found):
        line = next((t.keys["claim"] for t in places if "claim" in t.keys), 1)
        raise _error("write each claim as its own table [[claim]]", path, line)
    return [(claim_from_table(table, str(path), place), place) for table, place in zip(tables, found, strict=True)]


def _texts(value: Any, fail: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(
        isinstance(v, str) and not isinstance(v, _Decimal) and v.strip() for v in value
    ):
        raise fail("must be a list of texts that are not empty")
    return tuple(value)


def _plain(value: Any, fail: Any) -> Any:
    """Return a value of params or mutants as plain exact data."""
    if isinstance(value, _Decimal):
        raise fail(f'has the decimal {value}; write it as an exact text such as "1/3" or "0.05"')
    if isinstance(value, dict):
        return {key: _plain(item, fail) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, fail) for item in value]
    if isinstance(value, bool | int | str):
        return value
    raise fail(f"has {value!r}; only integers, texts, true, false and lists of them are exact")


def _check_references(claim: Claim, place: TablePlace, claims: dict[str, Claim]) -> None:
    for key in ("states", "uses"):
        names: tuple[str, ...] = getattr(claim, key)
        for name in names:
            if name not in claims:
                raise _error(
                    f"{claim.id} {key} {name!r}, which is not in the book{suggestion(name, claims)}",
                    claim.file,
                    place.line_of(key),
                )
            if names.count(name) > 1:
                raise _error(f"{claim.id} {key} {name!r} twice", claim.file, place.line_of(key))
    for key in (*_TEMPLATES, "hypotheses", "proves"):
        value = getattr(claim, key)
        for text in (value,) if isinstance(value, str) else value:
            for name in _PLACEHOLDER.findall(text):
                if name not in claim.params:
                    raise _error(
                        f"{{{{{name}}}}} stands in {key!r} of {claim.id}, but 'params' has no "
                        f"{name!r}{suggestion(name, claim.params)} (in a formula, write "
                        "{ {x} } with a space)",
                        claim.file,
                        place.line_of(key),
                    )


def _check_decidable(claim: Claim, place: TablePlace, checks: dict[str, CheckEntry]) -> None:
    def fail(key: str, message: str) -> InputError:
        return _error(f"{claim.id}: {message}", claim.file, place.line_of(key))

    ways = [key for key in ("check", "test", "not_checkable") if getattr(claim, key) is not None]
    if claim.kind in _NOTHING_TO_DECIDE:
        for key in (*ways, "mutants", "proves"):
            if getattr(claim, key):
                raise fail(key, f"a {claim.kind} has nothing to decide, so no {key!r}")
        return
    if len(ways) != 1:
        raise fail(
            ways[-1] if ways else "id",
            f"a {claim.kind} needs exactly one of 'check', 'test' and 'not_checkable', "
            f"this has {' and '.join(ways) if ways else 'none'}",
        )
    if claim.not_checkable is not None:
        if claim.mutants or claim.params:
            raise fail("mutants", "a claim that is not checkable has no params and no mutants")
        return
    if not claim.mutants:
        raise fail(
            ways[0],
            "needs 'mutants': near claims that the same check must not confirm (no vacuous pass)",
        )
    if claim.test is not None:
        if claim.params:
            raise fail("params", "'params' belong to a 'check'; an expression has its own numbers")
        for mutant in claim.mutants:
            if not isinstance(mutant, str) or not mutant.strip():
                raise fail("mutants", "the mutants of a 'test' are expressions (texts)")
            if mutant.split() == claim.test.split():
                raise fail("mutants", f"the mutant {mutant!r} is the claim itself")
        return
    _check_parameters(claim, fail, checks)


def _check_parameters(claim: Claim, fail: Any, checks: dict[str, CheckEntry]) -> None:
    entry = checks.get(claim.check or "")
    if entry is None:
        raise fail("check", f"there is no check {claim.check!r}{suggestion(str(claim.check), checks)}")
    known = entry.parameters
    for name in claim.params:
        if name not in known:
            raise fail(
                "params",
                f"the check {claim.check!r} has no parameter {name!r}{suggestion(name, known)}; "
                f"it has: {', '.join(sorted(known)) or 'none'}",
            )
    for name in sorted(entry.required - set(claim.params)):
        raise fail("params", f"the check {claim.check!r} needs the parameter {name!r}")
    for mutant in claim.mutants:
        if not isinstance(mutant, dict) or not mutant:
            raise fail("mutants", "the mutants of a 'check' are tables such as {threshold = 14}")
        for name in mutant:
            if name not in known:
                raise fail(
                    "mutants",
                    f"a mutant sets {name!r}, which the check {claim.check!r} does not have{suggestion(name, known)}",
                )
        if all(name in claim.params and claim.params[name] == v for name, v in mutant.items()):
            raise fail("mutants", f"the mutant {mutant} is the claim itself")


def _dependency_order(claims: dict[str, Claim]) -> list[str]:
    """Return the ids so that each comes after what it uses and states; else name the cycle."""
    sorter = TopologicalSorter({c.id: (*c.uses, *c.states) for c in claims.values()})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        # graphlib lists each node before the one that depends on it
        path = list(reversed(error.args[1]))
        first = claims[path[0]]
        raise _error(
            f"the claims depend on each other in a cycle: {' -> '.join(path)}; "
            "remove one of these entries from 'uses' or 'states'",
            first.file,
            first.line,
        ) from None
