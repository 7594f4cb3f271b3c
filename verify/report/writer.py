"""Put the files of a report on disk: each whole or not at all, and only when it changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from verify.report.facts import Report

__all__ = ["report_text", "write_report"]


def report_text(report: dict[str, Any]) -> str:
    """Return the text of ``report.json``."""
    return json.dumps(report, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


class _Folder:
    """Collects the paths of a report and writes what changed."""

    def __init__(self, out: Path, previous: Path) -> None:
        self.out = out
        self.previous = previous
        self.paths: list[Path] = []

    def put(self, name: str, content: str | bytes) -> None:
        """Write one file, through a neighbour that takes its place."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        path = self.out / name
        self.paths.append(path)
        try:
            if path.read_bytes() == data:
                return
        except OSError:
            pass
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(data)
        os.replace(beside, path)

    def earlier(self, name: str) -> bytes | None:
        """Return the content of a file of the earlier report."""
        try:
            return (self.previous / name).read_bytes()
        except OSError:
            return None


def write_report(report: dict[str, Any], out: Path, formats: Sequence[str], previous: Path,
                 tell: Callable[[str], None]) -> list[Path]:  # fmt: skip
    """Write the formats in an order in which each finds what it needs; ``report.json`` last."""
    data = Report(report)
    folder = _Folder(out, previous)
    if "markdown" in formats:
        from verify.report.markdown import pages

        for name, text in pages(data).items():
            folder.put(name, text)
    if "junit" in formats:
        from verify.report.junit import document

        folder.put("junit.xml", document(data))
    if "graph" in formats:
        from verify.report.graph import render

        for ending, kind in (("mmd", "mermaid"), ("dot", "dot"), ("json", "json"), ("svg", "svg")):
            folder.put(f"graph.{ending}", render(data.claims, kind))
    pictures: dict[str, dict[str, bytes]] = {}
    if {"figures", "html", "pdf"} & set(formats):
        pictures = _figures(data, folder, tell)
    if "html" in formats:
        from verify.report.html import page

        svgs = {name: kinds["svg"].decode("utf-8") for name, kinds in pictures.items()}
        folder.put("report.html", page(data, svgs))
    if "latex" in formats or "pdf" in formats:
        _latex(data, folder, "pdf" in formats, tell)
    if "json" in formats:
        folder.put("report.json", report_text(report))
    return folder.paths


def _figures(report: Report, folder: _Folder, tell: Callable[[str], None]
             ) -> dict[str, dict[str, bytes]]:  # fmt: skip
    from verify.report import figures

    made: dict[str, dict[str, bytes]] = {}
    for name, figure in report.figures.items():
        file = figures.file_of(name)
        stamp = figures.stamp(figure)
        old = {kind: folder.earlier(f"figures/{file}.{kind}") for kind in ("svg", "pdf")}
        if old["svg"] and old["pdf"] and stamp.encode() in old["svg"]:
            kinds = {kind: content for kind, content in old.items() if content}
        else:
            try:
                kinds = figures.draw(name, figure)
            except figures.CannotDraw as error:
                tell(f"figure {name} was not drawn: {error}")
                continue
        made[name] = kinds
        for kind, content in kinds.items():
            folder.put(f"figures/{file}.{kind}", content)
    return made


def _latex(report: Report, folder: _Folder, with_pdf: bool, tell: Callable[[str], None]) -> None:
    from verify.report import latex, pdf

    texts = latex.files(report)
    texts["verify.sty"] = (
        files("verify.report").joinpath("templates/verify.sty").read_text(encoding="utf-8")
    )
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(name.encode() + b"\0" + texts[name].encode() + b"\0")
    for name in sorted(report.figures):
        digest.update(json.dumps(report.figures[name], sort_keys=True).encode())
    stamp = f"% made from {digest.hexdigest()}\n"
    texts["report.tex"] += stamp
    old_tex, old_pdf = folder.earlier("report.tex"), folder.earlier("report.pdf")
    for name, text in texts.items():
        folder.put(name, text)
    if not with_pdf:
        return
    if old_pdf and old_tex and old_tex.endswith(stamp.encode()):
        folder.put("report.pdf", old_pdf)
        return
    content, words = pdf.build(folder.out)
    if content is None:
        tell(words)
        (folder.out / "report.pdf").unlink(missing_ok=True)
    else:
        folder.put("report.pdf", content)
