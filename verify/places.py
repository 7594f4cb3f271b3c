"""Line numbers of tables and keys in a TOML text, which the standard reader does not give.

A small scanner over well-formed TOML: it skips strings and comments, follows brackets, and notes
where each ``[[claim]]`` and each of its keys stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["TablePlace", "find_tables"]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)\s*[.=]")


@dataclass
class TablePlace:
    """Where one array table stands, and where its keys stand."""

    name: str
    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or that of the table's header."""
        return self.keys.get(key, self.line)


def find_tables(text: str) -> list[TablePlace]:
    """Return the places of all tables ``[[name]]`` of a TOML text, in order.

    The keys before the first header are those of a table named "" at line 1; a sub-table
    ``[name.key]`` counts as the key ``key`` of the table before it.

    >>> [(t.name, t.line, t.keys) for t in find_tables('[[claim]]\\nid = "a"\\ntest = "1 < 2"')][1]
    ('claim', 1, {'id': 2, 'test': 3})
    """
    tables = [TablePlace("", 1)]
    quote: str | None = None
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if quote is None and depth == 0:
            header = _HEADER.match(line)
            if header:
                name = header.group(2).strip("\"'")
                if header.group(1) == "[[" and "." not in name:
                    tables.append(TablePlace(name, number))
                else:
                    parts = [part.strip().strip("\"'") for part in name.split(".")]
                    key = parts[1] if parts[0] == tables[-1].name and len(parts) > 1 else parts[0]
                    tables[-1].keys.setdefault(key, number)
                continue
            key_match = _KEY.match(line)
            if key_match:
                tables[-1].keys.setdefault(key_match.group(1).strip("\"'"), number)
        quote, depth = _scan(line, quote, depth)
    return tables


def _scan(line: str, quote: str | None, depth: int) -> tuple[str | None, int]:
    """Follow strings and brackets through one line; return the state at its end."""
    position = 0
    while position < len(line):
        rest = line[position : position + 3]
        if quote is not None:
            if line[position] == "\\" and quote[0] == '"':
                position += 2
                continue
            if line.startswith(quote, position):
                position += len(quote)
                # up to two further quotes may belong to the content of a multi-line string
                while len(quote) == 3 and line.startswith(quote[0], position):
                    position += 1
                quote = None
                continue
        elif rest in ('"""', "'''"):
            quote = rest
            position += 3
            continue
        elif rest[0] in "\"'":
            quote = rest[0]
        elif rest[0] == "#":
            break
        elif rest[0] in "[{":
            depth += 1
        elif rest[0] in "]}":
            depth = max(0, depth - 1)
        position += 1
    if quote is not None and len(quote) == 1:
        quote = None  # a plain string ends with its line
    return quote, depth
