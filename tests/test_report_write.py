"""The written report: every format, escaped, complete, and the same for the same data."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sample_report import claim, report

from verify.report import FORMATS, figures, schema, write
from verify.report.facts import Report, does_not_establish, establishes, evidence

TEXT_FORMATS = ("markdown", "latex", "html", "junit", "graph", "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write(report(), out, [f for f in FORMATS if f != "pdf"])
    return out


def test_an_empty_report_is_written_in_every_text_format(tmp_path: Path) -> None:
    empty = {"schema_version": "1", "claims": [], "summary": {}, "figures": {}, "exit_code": 5}
    paths = write(empty, tmp_path, TEXT_FORMATS)
    assert {p.name for p in paths} >= {"index.md", "report.tex", "report.html", "junit.xml", "report.json"}


def test_an_unknown_format_is_an_error_that_names_the_formats(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="markdown"):
        write(report(), tmp_path, ["docx"])


def test_the_data_follow_the_published_schema(folder: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert data == report()
    validator.validate(data)
    for change in ({"verdict": "proved"}, {"verdict": "refuted", "witness": None}, {"id": "A b"}):
        bad = copy.deepcopy(data)
        bad["claims"][2].update(change)
        assert list(validator.iter_errors(bad)), change


def test_equal_data_give_equal_bytes_and_nothing_is_rewritten(folder: Path, tmp_path: Path) -> None:
    data = report()
    paths = write(data, tmp_path, TEXT_FORMATS, previous=folder)
    for path in paths:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path
    times = {p: p.stat().st_mtime_ns for p in paths}
    write(data, tmp_path, TEXT_FORMATS)
    assert times == {p: p.stat().st_mtime_ns for p in paths}
    assert not list(tmp_path.rglob("*.part"))


def test_a_figure_is_the_same_bytes_each_time(folder: Path) -> None:
    drawn = figures.draw("chains", report()["figures"]["chains"])
    for kind, content in drawn.items():
        assert content == (folder / f"figures/chains.{kind}").read_bytes()


def test_figures_of_the_report_before_are_taken_over(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, figure: object) -> None:
        raise AssertionError(f"{name} was drawn again")

    monkeypatch.setattr(figures, "draw", refuse)
    write(report(), tmp_path, ["figures"], previous=folder)
    assert (tmp_path / "figures/phase.svg").read_bytes() == (folder / "figures/phase.svg").read_bytes()


def test_the_index_shows_verdicts_expectations_and_reach(folder: Path) -> None:
    text = (folder / "index.md").read_text(encoding="utf-8")
    assert "3 of 5 reported statements decided" in text
    assert "| [`icl.untied-never`](claims/icl.untied-never.md) |" in text
    assert "✗&nbsp;refuted | FAIL |" in text
    assert "rejected 3/3" in text
    assert "```mermaid" in text
    assert "| timeout | stopped after 60 s |" in text
    assert "| cited | [`cited.sturm`]" in text
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (folder / target).exists(), target


def test_a_page_of_a_claim_says_what_it_establishes_and_what_not(folder: Path) -> None:
    text = (folder / "claims/icl.skew-threshold.md").read_text(encoding="utf-8")
    places = [text.index(f"*{name}.*") for name in ("Establishes", "Does not establish", "Rests on", "Run it again")]
    assert places == sorted(places)
    assert "## As reported" in text
    assert "11 steps checked, 1 cited, 1 argued" in text
    assert "threshold = 14" in text
    assert "$n^{3}-14n^{2}-3\\gt 0$" in text.replace(" ", "").replace("\\gt0", "\\gt 0")
    for target in re.findall(r"\]\((\.\./[^)]+)\)", text):
        assert (folder / "claims" / target).exists() or "certificates" in target, target


def test_press_claims_and_tables_have_their_pages(folder: Path) -> None:
    press = (folder / "press.md").read_text(encoding="utf-8")
    assert "press.weights-identical" in press
    assert "icl.skew-threshold" not in press
    assert "\\<b\\>with\\</b\\>" in press
    assert "regression" in (folder / "self-training-table.md").read_text(encoding="utf-8")


def test_unsafe_text_is_shown_as_source_in_every_format(folder: Path) -> None:
    for name in ("claims/train.self-collapse.md", "fragments/train.self-collapse.tex", "report.html"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "shown as source" in text
        assert "\u202e" not in text
        assert "U+202E" in text
    tex = "".join(p.read_text(encoding="utf-8") for p in folder.glob("fragments/*.tex"))
    assert not re.search(r"\\(href|def|input|csname|write)\b", tex)


def test_junit_counts_what_it_lists(folder: Path) -> None:
    root = ElementTree.parse(folder / "junit.xml").getroot()
    assert root.get("tests") == "10"
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert len(root.findall(f".//{tag}")) == int(root.get(name, "-1")), tag
    assert root.find(".//testcase[@name='icl.untied-never']/failure") is not None
    assert root.find(".//testcase[@name='train.self-collapse']/error") is not None
    assert root.find(".//testcase[@name='press.weights-identical']/failure") is None


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.targets.append(value or "")
            if "//" in (value or "") and not name.startswith("xmlns") and name != "aria-label":
                self.bad.append(f"{tag} {name}={value}")
            if name == "style" or name.startswith("on") or name == "src":
                self.bad.append(f"{tag} {name}={value}")


def test_the_html_report_is_self_contained(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert not page.bad
    assert len(page.ids) == len(set(page.ids))
    assert all(t.startswith("#") and t[1:] in page.ids for t in page.targets), page.targets
    assert "default-src 'none'" in text
    assert "unsafe" not in re.search(r'Policy" content="([^"]*)"', text)[1]  # type: ignore[index]
    assert text.count("<math") > 20
    assert "skip" in text
    assert 'aria-live="polite"' in text


def test_tex_sections_and_labels_are_one_a_claim(folder: Path) -> None:
    text = (folder / "report.tex").read_text(encoding="utf-8")
    for one in report()["claims"]:
        assert text.count(f"\\label{{verify:{one['id']}}}") == 1
        assert (folder / "fragments" / f"{one['id']}.tex").exists()
    assert "tikzpicture" in text
    assert "\\bibitem" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_the_report_and_a_fragment_compile_without_overfull_lines(folder: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(folder, work)
    inputs = "".join(f"\\input{{fragments/{p.name}}}" for p in sorted(work.glob("fragments/*.tex")))
    (work / "other.tex").write_text(
        "\\documentclass{article}\\usepackage{verify}\\begin{document}\\section{Mine}" + inputs + "\\end{document}"
    )
    for name, runs in (("report", 2), ("other", 1)):
        for _ in range(runs):
            command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", f"{name}.tex"]
            done = subprocess.run(command, cwd=work, capture_output=True, timeout=100, check=False)
            assert done.returncode == 0, done.stdout[-2000:]
        log = (work / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        assert not re.findall(r"(?m)^(?:Overfull|LaTeX Warning).*", log)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_a_pdf_is_built_once_and_kept_while_its_source_is_the_same(tmp_path: Path) -> None:
    small = report() | {"claims": report()["claims"][:2], "figures": {}}
    write(small, tmp_path, ["pdf"])
    first = (tmp_path / "report.pdf").stat().st_mtime_ns
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    write(small, tmp_path, ["pdf"])
    assert (tmp_path / "report.pdf").stat().st_mtime_ns == first


def test_without_latex_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    told: list[str] = []
    write(report() | {"figures": {}}, tmp_path, ["pdf"], tell=told.append)
    assert "pdflatex is not installed" in told[0]
    assert (tmp_path / "report.tex").exists()


HOSTILE = (
    r"\input{/etc/passwd} $\def\x{1}$ $x_1_2$ \end{document} 100% #1 &amp; <script>alert(1)</script> "
    r"](javascript:x) | ``` $$\frac{1}{$$ ^^41 \begin{verbatim} \u202e{ \\ " + "\u202e\u0000é中 ~ _ ^ {"
)


def _spoilt(value: object) -> object:
    """Return ``value`` with hostile text in place of every free text."""
    if isinstance(value, dict):
        kept = ("id", "kind", "verdict", "uses", "states", "run", "status", "figures", "style", "origin", "certificate")
        return {k: v if k in kept else _spoilt(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_spoilt(v) for v in value]
    return HOSTILE if isinstance(value, str) else value


def test_hostile_text_in_every_field_harms_no_format(tmp_path: Path) -> None:
    data = report()
    for name in ("claims", "environment"):
        data[name] = _spoilt(data[name])
    for one in data["figures"].values():
        one.update(title=HOSTILE, caption=HOSTILE, x_label=HOSTILE)
    told: list[str] = []
    write(data, tmp_path, FORMATS, tell=told.append)
    if shutil.which("pdflatex"):
        assert (tmp_path / "report.pdf").exists(), told
    page = _Page()
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page.feed(text)
    assert not page.bad
    assert "<script>alert" not in text
    ElementTree.parse(tmp_path / "junit.xml")
    ElementTree.parse(tmp_path / "graph.svg")
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    for path in tmp_path.rglob("*.md"):
        content = path.read_text(encoding="utf-8")
        assert "\u202e" not in content
        shown = reader.render(content)
        assert not re.search(r"<(script|img src=.http|iframe)", shown), path
        for target in re.findall(r'href="([^"]*)"', shown):
            assert re.fullmatch(r"[\w./-]+", target), (path, target)


def test_a_report_of_an_audited_file_says_how_to_audit_it_again(tmp_path: Path) -> None:
    test = "percent(3/7) ~= 42.8"
    given = {"test": test, "statement": test, "file": "c.toml", "check": None}
    one = claim("my.two", verdict="refuted", witness={"left": "3"}, **given)
    summary = report()["summary"] | {"reported": {"decided": 0, "total": 0}, "assumptions": []}
    write(report() | {"claims": [one], "figures": {}, "summary": summary}, tmp_path, TEXT_FORMATS)
    text = (tmp_path / "claims/my.two.md").read_text(encoding="utf-8")
    assert text.count(test) == 1
    assert "python -m verify audit c.toml" in text
    assert "project's own" not in text
    assert "reported statements" not in (tmp_path / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "series",
    [{"style": "line", "x": [1, 2], "y": [1]}, {"style": "pie", "x": [1], "y": [1]},
     {"style": "line", "x": ["a"], "y": [1]}, {"style": "image", "x": [1, 2], "y": [1, 2], "z": [[1]]}],
)  # fmt: skip
def test_a_malformed_figure_is_named_and_the_rest_is_written(tmp_path: Path, series: dict) -> None:
    data = report() | {"figures": {"odd": {"title": "odd", "caption": "none", "series": [series]}}}
    told: list[str] = []
    write(data, tmp_path, ["html"], tell=told.append)
    assert "odd was not drawn" in told[0]
    assert (tmp_path / "report.html").exists()


def test_no_result_claims_more_than_the_run_did() -> None:
    assert establishes(claim("a", verdict="undecided")).startswith("Nothing")
    assert establishes(claim("a", run="stale")).startswith("Nothing at present")
    assert establishes(claim("a", verdict="not-checkable")).startswith("Nothing")
    assert "false" in establishes(claim("a", verdict="refuted"))
    assert "not a proof" in establishes(claim("a", effective_tier="statistical"))
    assert "given what it rests on" in establishes(claim("a", assumptions=["argued:a"]))
    limits = " ".join(does_not_establish(claim("a", origin="thesis", steps={"argued": 2})))
    assert "2 steps of this proof are argued" in limits
    assert "That the thesis words it this way" in limits
    assert evidence(claim("a", verdict="stated")) == []
    assert Report(report()).sources()[0].startswith("C. Sturm")


def _dump(address: str) -> subprocess.CompletedProcess[str]:
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
               "--enable-logging=stderr", "--dump-dom", address]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_the_html_report_runs_its_script_under_its_policy(folder: Path) -> None:
    done = _dump(f"file://{folder}/report.html#c-icl_Dskew_threshold")
    assert 'class="scripted reading"' in done.stdout
    assert 'class="claim open"' in done.stdout
    assert "Content Security Policy" not in done.stderr
    assert "Uncaught" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_focus_and_filters_in_a_browser(folder: Path, tmp_path: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    steps = """<script>
      document.getElementById("n-icl_Dloss_d2_l2").dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
      const verdict = document.querySelector("[data-filter=verdict]");
      verdict.value = "refuted";
      verdict.dispatchEvent(new Event("input"));
    </script></body>"""
    page = tmp_path / "page.html"
    page.write_text(text.replace("</body>", steps), encoding="utf-8")
    done = _dump(f"file://{page}")
    panel = re.search(r'<div id="focus-panel">(.*?)</div>', done.stdout, re.DOTALL)
    assert panel is not None
    assert "Rests on (1): </strong><a href=\"#c-icl_Dmodel\"" in panel[1]
    assert "Would fall with it (2)" in panel[1]
    assert 'class="node v-stated"' in done.stdout
    assert 'class="node v-assumed dim"' in done.stdout
    assert '<span id="count">2 of 10</span>' in done.stdout
    assert "Uncaught" not in done.stderr
