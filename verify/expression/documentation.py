"""The documentation of the expression language, made from the register of its names."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from verify.expression.functions import FUNCTIONS
from verify.expression.terms import known_terms
from verify.registry import Term

__all__ = ["GRAMMAR", "signature", "vocabulary_data", "vocabulary_markdown", "vocabulary_text"]

GRAMMAR = """\
A test is true or false as a whole.  Every number is exact: 0.1 is one tenth.
  numbers      12, 0.25, 1e-3, 1/3; true, false; never (also: infinite) exceeds every number
  operators    + - * / **        ** binds tighter than a sign on its left; exponents are rational
  comparisons  == != < <= > >=   chains such as 1 < x <= 2; == compares exactly
  rounding     x ~= 32.1         x lies within half a unit of the last digit shown; a tie counts
                                 for both neighbours; the right side is a number as printed
  logic        and, or, not
  arguments    by position or by name; strings and [lists] of integers stand only there
What is known only through bounds decides what the bounds settle; otherwise: undecided.
Preconditioner V: w -> w - V grad R(w); loss E|(I - V S)^L|^2, x and w standard normal, S = W/n."""


def signature(term: Term) -> str:
    """Return the call of a vocabulary name with its defaults, as one writes it."""
    parts = []
    for name, parameter in term.parameters.items():
        if parameter.default is inspect.Parameter.empty:
            parts.append(name)
        elif isinstance(parameter.default, str):
            parts.append(f'{name}="{parameter.default}"')
        else:
            parts.append(f"{name}={parameter.default}")
    return f"{term.name}({', '.join(parts)})"


def vocabulary_data() -> dict[str, Any]:
    """Return the grammar, the functions and the names as plain data."""
    return {
        "grammar": GRAMMAR,
        "functions": {name: entry[3] for name, entry in sorted(FUNCTIONS.items())},
        "names": [
            {
                "name": term.name,
                "signature": signature(term),
                "summary": term.summary,
                "arguments": dict(term.arguments),
                "result": term.result,
                "example": term.example,
            }
            for _, term in sorted(known_terms().items())
        ],
    }


def vocabulary_text() -> str:
    """Return the documentation as text for a terminal."""
    data = vocabulary_data()
    lines = [data["grammar"], "", "functions"]
    lines += [f"  {name:8} {meaning}" for name, meaning in data["functions"].items()]
    for entry in data["names"]:
        lines += ["", entry["signature"]]
        lines += textwrap.wrap(
            " ".join(entry["summary"].split()), 92, initial_indent="  ", subsequent_indent="  "
        )
        for name, meaning in entry["arguments"].items():
            lines += textwrap.wrap(
                f"{name}: {meaning}", 92, initial_indent="    ", subsequent_indent="      "
            )
        lines.append(f"  result: {entry['result']}")
        lines.append(f"  example: {entry['example']}")
    return "\n".join(lines)


def vocabulary_markdown() -> str:
    """Return the documentation as Markdown, one section a name."""
    data = vocabulary_data()
    lines = [
        "# The language of claims",
        "",
        "```text",
        data["grammar"],
        "```",
        "",
        "## Functions",
        "",
    ]
    lines += ["| name | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in data["functions"].items()]
    lines += ["", "## Names", ""]
    for entry in data["names"]:
        summary = " ".join(entry["summary"].split())
        lines += [f"### `{entry['signature']}`", "", _code(summary), ""]
        lines += [f"- `{name}`: {_code(meaning)}" for name, meaning in entry["arguments"].items()]
        lines += [f"- Result: {entry['result']}", "", "```text", entry["example"], "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _code(text: str) -> str:
    """Return text for Markdown in which no character starts markup."""
    for character in "\\*_|<[":
        text = text.replace(character, f"\\{character}")
    return text
