"""Change every part of a certificate, one at a time, and give the result to the checker.

A change is refused when the hashes are left alone.  With the hashes recomputed it is refused, or the
changed certificate still proves the same sentences of the same claim by valid steps: such changes are
counted apart, and their sentences are compared.

>>> [c.what for c in changes({"a": "x - 1"})][:3]
['/a: 1 becomes 2', '/a: sign at 2', '/a: removed']
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from verify import recheck
from verify.selftest.corpus import Group, read_corpus, sealed

__all__ = ["Change", "TamperCount", "changes", "rehashed", "tamper", "tamper_all"]


@dataclass(frozen=True)
class Change:
    """One changed copy of some data."""

    what: str
    data: Any


@dataclass
class TamperCount:
    """What became of the changed certificates."""

    certificates: int = 0
    refused: int = 0
    still_valid: int = 0  # accepted, and proves the same sentences of the same claim
    accepted_wrongly: int = 0
    wrong: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {
            "certificates": self.certificates,
            "refused": self.refused,
            "still_valid": self.still_valid,
            "accepted_wrongly": self.accepted_wrongly,
            "wrong": self.wrong[:50],
        }


def changes(data: Any, path: str = "") -> Iterator[Change]:
    """Yield every single change of plain data: integers by one, signs, relations, ends, list members.

    Text is changed at each integer (exponents and interval ends among them), at each sign and at
    each comparison; a hash at its first digit; a list loses a member, doubles it or swaps two; a field is
    removed.
    """
    if isinstance(data, bool) or data is None:
        return
    if isinstance(data, int):
        yield Change(f"{path}: {data} becomes {data + 1}", data + 1)
        yield Change(f"{path}: {data} becomes {-data - 1}", -data - 1)
    elif isinstance(data, str):
        yield from _text_changes(data, path)
    elif isinstance(data, list):
        for i, part in enumerate(data):
            for change in changes(part, f"{path}/{i}"):
                yield Change(change.what, [*data[:i], change.data, *data[i + 1 :]])
            yield Change(f"{path}/{i}: removed", [*data[:i], *data[i + 1 :]])
            yield Change(f"{path}/{i}: twice", [*data[: i + 1], *data[i:]])
            if i and data[i - 1] != part:
                yield Change(f"{path}/{i}: swapped", [*data[: i - 1], part, data[i - 1], *data[i + 1 :]])
    elif isinstance(data, dict):
        for key, part in data.items():
            for change in changes(part, f"{path}/{key}"):
                yield Change(change.what, {**data, key: change.data})
            yield Change(f"{path}/{key}: removed", {k: v for k, v in data.items() if k != key})


_OTHER = {">=": ">", "<=": "<", ">": "<", "<": ">", "==": "!="}


def _text_changes(text: str, path: str) -> Iterator[Change]:
    if re.fullmatch(r"[0-9a-f]{64}", text):
        digit = "1" if text[0] == "0" else "0"
        yield Change(f"{path}: hash", digit + text[1:])
        return
    for match in re.finditer(r"\d+", text):
        value = str(int(match[0]) + 1)
        yield Change(f"{path}: {match[0]} becomes {value}", text[: match.start()] + value + text[match.end() :])
    for match in re.finditer(r"[-+]", text):
        flipped = "+" if match[0] == "-" else "-"
        alone = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in "(,[/"
        new = text[: match.start()] + ("" if alone else flipped) + text[match.end() :]
        yield Change(f"{path}: sign at {match.start()}", new)
    for match in re.finditer(r">=|<=|==|>|<", text):
        new = text[: match.start()] + _OTHER[match[0]] + text[match.end() :]
        yield Change(f"{path}: {match[0]} at {match.start()}", new)


def rehashed(certificate: Any) -> Any:
    """Return the certificate with its own hashes recomputed, as a forger would."""
    try:
        claim, variables, steps = (certificate[k] for k in ("claim", "variables", "steps"))
    except (KeyError, TypeError):
        return certificate
    sums = {"claim": recheck.digest(claim), "steps": recheck.digest([variables, steps])}
    return {**certificate, "sha256": sums}


def tamper(
    name: str, certificates: dict[str, dict[str, Any]], count: TamperCount, every: int = 1
) -> None:
    """Change one of some certificates in every way (or each ``every``-th) and count what happens.

    The claims of ``certificates`` are the book that the changed one is compared with.
    """
    original = certificates[name]
    book = {key: value["claim"] for key, value in certificates.items()}
    first = recheck.Store(certificates, book)
    honest = first.get(name)
    others = {key: value for key, value in first.done.items() if key != name}
    count.certificates += 1
    for number, change in enumerate(changes(original)):
        if number % every:
            continue
        forms = [(change.data, False)]
        if change.what.split(":")[0].split("/")[1] != "sha256":
            forms.append((rehashed(change.data), True))
        for data, hashed in forms:
            store = recheck.Store({**certificates, name: data}, book)
            store.done.update(others)  # what it depends on is checked once
            try:
                found = store.get(name)
            except recheck.Refused:
                count.refused += 1
                continue
            if hashed and _proves_the_same(found, honest):
                count.still_valid += 1
            else:
                count.accepted_wrongly += 1
                count.wrong.append(f"{name}{change.what}")


def _proves_the_same(found: recheck.Certificate, honest: recheck.Certificate) -> bool:
    """Return whether both prove the same sentences, about the same names, on no weaker footing."""
    wanted = {s for s in honest.needed if not s.startswith(("exists ", "all "))}
    return (
        found.claim == honest.claim
        and wanted <= found.scope.sentences
        and _meanings(found, wanted) == _meanings(honest, wanted)
        and found.assumptions <= honest.assumptions
    )


def _meanings(certificate: recheck.Certificate, sentences: set[str]) -> dict[str, str]:
    """Return the defining sentences behind some sentences, but for the names that are witnesses."""
    out: dict[str, str] = {}
    todo = set(sentences)
    while todo:
        for name in recheck.words_of(todo.pop()) & certificate.pinned - out.keys():
            out[name] = certificate.scope.meaning[name]
            todo.add(out[name])
    return out


def tamper_all(every: int = 1) -> TamperCount:
    """Tamper with every correct certificate of the corpus that stands as data."""
    count = TamperCount()
    for item in read_corpus():
        if item.group is Group.CORRECT and "steps" in item.data:
            data = copy.deepcopy(item.data)
            others = {"other": sealed("other", data["other"], {})} if "other" in data else {}
            tamper("forged", {**others, "forged": sealed("forged", data, others)}, count, every)
    return count
