"""Registers: the checks that claims may name, and the vocabulary of expressions.

A check is a function ``check(**params) -> Outcome``; its parameters are the keyword parameters of
the function, and a claim that passes another one, or omits one without a default, is an error.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verify.outcome import Outcome

__all__ = ["Check", "Term", "check", "checks", "load_all", "term", "vocabulary"]


@dataclass(frozen=True)
class Check:
    """A registered check: its name, function, and what it needs to run."""

    name: str
    function: Callable[..., Outcome]
    sampled: bool  # it draws random numbers: keyed by numeric/ too, gets ``seed`` and ``device``
    profile: str  # the least profile in which it runs: quick, standard or full

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The parameters that a claim may set."""
        return dict(inspect.signature(self.function).parameters)


@dataclass(frozen=True)
class Term:
    """A name of the expression vocabulary: a function with exact results and its documentation."""

    name: str
    function: Callable[..., Any]
    summary: str
    arguments: tuple[tuple[str, str], ...]  # (name, range or meaning), in order
    result: str
    example: str

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Names, order and defaults of the arguments."""
        return dict(inspect.signature(self.function).parameters)


_checks: dict[str, Check] = {}
_vocabulary: dict[str, Term] = {}


def check(name: str, *, sampled: bool = False, profile: str = "quick") -> Callable:
    """Register the decorated function as the check ``name``."""

    def register(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        if name in _checks:
            raise ValueError(f"the check {name!r} is registered twice")
        _checks[name] = Check(name, function, sampled, profile)
        return function

    return register


def term(name: str, *, arguments: dict[str, str], result: str, example: str) -> Callable:
    """Register the decorated function as the vocabulary name ``name``; its docstring explains it."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in _vocabulary:
            raise ValueError(f"the name {name!r} is registered twice")
        summary = inspect.getdoc(function) or ""
        pairs = tuple(arguments.items())
        _vocabulary[name] = Term(name, function, summary, pairs, result, example)
        return function

    return register


def load_all() -> None:
    """Import every module of ``verify.checks`` and of the vocabulary, which register themselves."""
    import importlib
    import pkgutil

    import verify.checks
    import verify.expression.terms

    for package in (verify.checks, verify.expression.terms):
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{package.__name__}.{module}")


def checks() -> dict[str, Check]:
    """Return every registered check by name."""
    load_all()
    return dict(_checks)


def vocabulary() -> dict[str, Term]:
    """Return every vocabulary name."""
    load_all()
    return dict(_vocabulary)
