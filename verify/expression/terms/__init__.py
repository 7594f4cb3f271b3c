"""The vocabulary of expressions, one module a subject; each module registers its names.

The functions check their arguments with a sentence and call ``symbolic``, which is imported only
when a name is used.  A function that computes its value by two independent routes returns it as
``agreed(...)``; a value of one route can decide a claim, but no exact certificate rests on it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from symbolic.values import Algebraic
from verify import registry
from verify.errors import RoutesDisagree

__all__ = ["Agreed", "agreed", "choice", "known_terms", "rational", "whole"]


@dataclass(frozen=True)
class Agreed:
    """A value on which independent routes agree, and the names of these routes."""

    value: Any
    routes: tuple[str, ...]


@lru_cache(maxsize=1)
def known_terms() -> dict[str, registry.Term]:
    """Return the vocabulary by name; only the modules of this package are imported."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return dict(registry._vocabulary)


def agreed(what: str, first: tuple[str, Any], second: tuple[str, Callable[[], Any]]) -> Any:
    """Return the value of the first route as ``Agreed`` when the second gives the same.

    A second route that cannot decide gives None; then the value stands on the first alone.

    Raises:
        RoutesDisagree: they differ.
    """
    value, other = first[1], second[1]()
    if other is None:
        return value
    if value != other:
        raise RoutesDisagree(f"{what}: {first[0]} gives {value}, {second[0]} gives {other}")
    return Agreed(value, (first[0], second[0]))


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return an integer argument in its range.

    Raises:
        ValueError: it is no integer, or out of range; the message says which range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer, not {_named(value)}")
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {least} and {most}, not {_shown(value)}")
    return value


def rational(name: str, value: Any, least: int | None = None) -> Any:
    """Return a rational argument as a ``Fraction``, not below ``least``."""
    from fractions import Fraction

    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise ValueError(f"{name} must be a rational number, not {_named(value)}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return Fraction(value)


def choice(name: str, value: Any, *allowed: str) -> str:
    """Return a string argument that is one of the allowed words."""
    if value not in allowed:
        words = " or ".join(f'"{word}"' for word in allowed)
        raise ValueError(f"{name} must be {words}, not {value!r}")
    return str(value)


def _named(value: Any) -> str:
    """Return a value of the wrong kind in words."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f"the text {value!r}"
        case list():
            return "a list"
        case Algebraic():
            return "an irrational number"
    return str(value)


def _shown(value: int) -> str:
    return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
