"""Read claims from someone's file: TOML, or the same TOML inside Markdown or LaTeX.

A Markdown or LaTeX file is turned into a TOML text of the same number of lines, in which every line
that is not a claim is blank, so that every error and every verdict names the line of the original.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from verify.claim import Claim
from verify.errors import InputError
from verify.loader import KEYS, claim_from_table, suggestion
from verify.places import TablePlace, find_tables
from verify.status import Kind

__all__ = ["AUDIT_KEYS", "claims_of_text", "read_claims", "toml_of"]

AUDIT_KEYS = KEYS - {"check", "params", "proves"}
"""The keys that a ``[[claim]]`` of an audit file may have."""

_MAX_BYTES = 4 << 20
_MAX_CLAIMS = 2000
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([^\s`{]*)")
_BEGIN = re.compile(r"\s*\\begin\s*\{(verifyclaims|verbatim|lstlisting|comment)\*?\}")
_COMMENT = re.compile(r"\s*%+\s*verify:\s?(.*)\Z", re.IGNORECASE)
_SUFFIXES = {
    ".toml": "toml",
    ".md": "markdown",
    ".markdown": "markdown",
    ".qmd": "markdown",
    ".tex": "latex",
    ".ltx": "latex",
}


def read_claims(path: Path) -> list[Claim]:
    """Return the claims of one file, in order.

    Raises:
        InputError: it cannot be read, is no known kind of file, or a claim is malformed; file and
            line are named.
    """
    kind = _SUFFIXES.get(path.suffix.lower())
    if kind is None:
        message = "cannot tell what kind of file this is; use .toml, .md or .tex"
        raise InputError(message, path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"larger than {_MAX_BYTES >> 20} MiB; split it into parts", path)
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("not UTF-8 text; save it as UTF-8", path, line) from None
    return claims_of_text(text, kind, str(path))


def claims_of_text(text: str, kind: str, file: str = "") -> list[Claim]:
    """Return the claims of a text of the kind "toml", "markdown" or "latex".

    >>> [c.id for c in claims_of_text('[[claim]]\\nid = "a"\\ntest = "1 < 2"', "toml")]
    ['a']
    """
    source = toml_of(text.replace("\r\n", "\n"), kind)
    try:
        data = tomllib.loads(source)
    except RecursionError:
        raise InputError("nested too deeply", file) from None
    except ValueError as error:
        message, line = _problem(str(error), source)
        raise InputError(f"not valid TOML: {message}", file, line) from None
    places = find_tables(source)
    for key in data:
        if key != "claim":
            line = next((t.keys[key] for t in places if key in t.keys), None)
            line = line or next((t.line for t in places if t.name == key), None)
            hint = " (write [[claim]] on a line of its own above it)" if key in KEYS else ""
            message = f"{key!r} does not belong here; a claim file has only [[claim]]{hint}"
            raise InputError(message, file, line)
    tables = data.get("claim", [])
    found = [place for place in places if place.name == "claim"]
    if not isinstance(tables, list) or len(tables) != len(found):
        line = next((t.keys["claim"] for t in places if "claim" in t.keys), 1)
        raise InputError("write each claim as its own table [[claim]]", file, line)
    if len(tables) > _MAX_CLAIMS:
        raise InputError(f"more than {_MAX_CLAIMS} claims; split the file", file)
    return [_claim(table, file, place) for table, place in zip(tables, found, strict=True)]


def _claim(table: dict[str, Any], file: str, place: TablePlace) -> Claim:
    for key in table:
        if key in AUDIT_KEYS:
            continue
        line = place.line_of(key)
        if key in KEYS:
            message = f'{key!r} is for the book only; state an audited claim as test = "..."'
            raise InputError(message, file, line)
        message = f"unknown key {key!r} in a claim{suggestion(key, AUDIT_KEYS)}"
        raise InputError(message, file, line)
    if "id" not in table:
        raise InputError("a claim has no 'id'", file, place.line)
    test = table.get("test")
    if test is not None and "not_checkable" in table:
        message = f"{table['id']}: give 'test' or 'not_checkable', not both"
        raise InputError(message, file, place.line_of("not_checkable"))
    mutants = table.get("mutants", [])
    if not isinstance(mutants, list) or not all(isinstance(m, str) for m in mutants):
        message = "'mutants' are expressions that must not be confirmed: a list of texts"
        raise InputError(message, file, place.line_of("mutants"))
    filled = dict(table)
    if table.get("kind") == Kind.CITED.value:
        message = "'cited' is for the book only: in a file to audit nothing is assumed; leave 'kind' out"
        raise InputError(message, file, place.line_of("kind"))
    if test is not None and table.get("kind") in (Kind.DEFINITION.value, Kind.REMARK.value):
        filled["kind"] = "number"  # what has a test is decided
    filled.setdefault("kind", "number")
    filled.setdefault("title", str(table["id"]))
    filled.setdefault("statement", str(test or table.get("title") or table["id"]))
    if isinstance(test, str):
        filled["test"] = " ".join(test.split()) or test
    return claim_from_table(filled, file, place)


def toml_of(text: str, kind: str) -> str:
    """Return the TOML of a text, each line at its place, all other lines blank.

    >>> toml_of("Hello\\n```verify\\nid = 1\\n```\\n", "markdown")
    '\\n\\nid = 1\\n\\n'
    """
    if kind == "toml":
        return text
    lines = text.split("\n")
    kept = _markdown(lines) if kind == "markdown" else _latex(lines)
    return "\n".join(kept)


def _markdown(lines: list[str]) -> list[str]:
    kept, fence, ours = [], "", False
    for line in lines:
        match = _FENCE.match(line)
        if not fence:
            kept.append("")
            if match:
                fence, ours = match.group(1), match.group(2).lower() == "verify"
        elif match and match.group(1).startswith(fence) and not line.strip().strip(fence[0]):
            kept.append("")
            fence = ""
        else:
            kept.append(line if ours else "")
    return kept


def _latex(lines: list[str]) -> list[str]:
    kept, environment = [], ""
    for line in lines:
        if environment:
            if re.match(rf"\s*\\end\s*\{{{environment}\*?\}}", line):
                environment = ""
                kept.append("")
            else:
                kept.append(line if environment == "verifyclaims" else "")
            continue
        begin, comment = _BEGIN.match(line), _COMMENT.match(line)
        if begin:
            environment = begin.group(1)
        kept.append(comment.group(1) if comment else "")
    return kept


def _problem(message: str, text: str) -> tuple[str, int | None]:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
    if not found:
        return message.splitlines()[0][:200], None
    line = int(found.group(1)) if found.group(1) else text.count("\n") + 1
    return message[: found.start()], line
