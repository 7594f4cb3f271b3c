"""The vocabulary of expressions, one module a subject; each module registers its names.

The functions check the ranges of their arguments with a sentence, and call ``symbolic``, which is
imported only when a name is used.  ``@routes`` names the independent computations that agree.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from verify import registry

__all__ = ["known_terms", "routes"]

F = TypeVar("F", bound=Callable)


@lru_cache(maxsize=1)
def known_terms() -> dict[str, registry.Term]:
    """Return the vocabulary by name; only the modules of this package are imported."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return dict(registry._vocabulary)


def routes(*names: str) -> Callable[[F], F]:
    """Attach the names of the independent routes to a vocabulary function."""

    def attach(function: F) -> F:
        function.routes = names  # type: ignore[attr-defined]
        return function

    return attach
