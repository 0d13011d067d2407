"""The Python blocks of README.md and docs/ run as they stand, one after the other."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name: str) -> list[str]:
    """Blocks of a page that are programs; those with prompts are doctests of their own."""
    return [b for b in BLOCK.findall((ROOT / name).read_text()) if ">>>" not in b]


EXTENSIONS = ROOT / "docs" / "_extensions"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # advice of three seconds may warn; the block must run
def test_the_blocks_of_the_readme_run(tmp_path, monkeypatch):
    """Those of the guide run when the site is built, after the same script."""
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(EXTENSIONS / "reader.py"))
    assert len(blocks("README.md")) >= 4
    for block in blocks("README.md"):
        exec(block.replace("time_budget=60", "time_budget=3"), names)


@pytest.mark.filterwarnings("ignore:Landmarkers skipped")  # of a table of four rows
@pytest.mark.parametrize("path", sorted((ROOT / "docs/theory").glob("*.md")), ids=lambda p: p.stem)
def test_the_examples_by_hand_give_what_the_page_says(path):
    runner, parser, names = doctest.DocTestRunner(), doctest.DocTestParser(), {}
    for block in BLOCK.findall(path.read_text()):
        test = parser.get_doctest(block, names, path.name, str(path), 0)
        runner.run(test, clear_globs=False)
        names = test.globs
    assert runner.failures == 0
    assert runner.tries > 0 or path.stem == "index"


def test_the_blocks_on_importing_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = {"task_id": ["a", "a", "b", "b"], "algorithm": ["knn", "lda"] * 2, "metric": "accuracy"}
    pd.DataFrame({**runs, "score": [0.7, 0.8, 0.9, 0.6]}).to_csv("runs.csv", index=False)
    first, *rest = blocks("docs/importing.md")
    names: dict[str, Any] = {}
    exec(first, names)
    assert len(names["imported"].knowledge_base.runs) == 4
    assert len(rest) == 1, "a block was added: say here what it needs"


WRITTEN = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "docs").rglob("*.md")
    if "generated" not in path.parts
)
PAGES = ["README.md", "CONTRIBUTING.md", *WRITTEN]
PAGES += ["data/README.md", "benchmarks/README.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    targets = [t for t in LINK.findall((ROOT / page).read_text()) if "generated/" not in t]
    assert [t for t in targets if not ((ROOT / page).parent / t).exists()] == []


def times_faster_by_family() -> dict[str, list[float]]:
    """What the page on pymfe measured of all rows, by family, on every table where both ended."""
    found: dict[str, list[float]] = {}
    page = (ROOT / "benchmarks/results/against_pymfe.md").read_text()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        factor = re.match(r"\d+\.\d", cells[3]) if len(cells) == 7 else None
        if factor and cells[0] != "sum" and cells[1]:
            found.setdefault(cells[0], []).append(float(factor[0]))
    return found


def test_the_guide_gives_the_whole_range_of_what_was_measured_beside_pymfe():
    text = " ".join((ROOT / "docs/theory/metafeatures.md").read_text().split())
    factors = times_faster_by_family()
    assert len(factors) == 8
    slowest = min(factors, key=lambda family: max(factors[family]))
    fastest = max(factors, key=lambda family: max(factors[family]))
    assert f"as long ({slowest})" in text
    assert max(factors[slowest]) < 1.5
    assert f"to {max(factors[fastest]):.0f} times less ({fastest})" in text


def test_the_pages_count_the_names_that_have_pymfes_values():
    page = (ROOT / "benchmarks/results/same_values.md").read_text()
    shared, equal = re.search(
        r"Of (\d+) meta-features .*?, (\d+) are equal on every", page
    ).groups()
    assert f"[{equal} of the {shared}]" in (ROOT / "docs/theory/metafeatures.md").read_text()
    assert f"[{equal} of the {shared}]" in (ROOT / "docs/metafeatures.md").read_text()


TRANSLATED = sorted((ROOT / "docs/locales").rglob("*.po"))


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_translations_are_of_what_the_page_says_now(path):
    page = path.relative_to(ROOT / "docs/locales").with_suffix(".md")
    text = " ".join((ROOT / Path(*page.parts[2:])).read_text().split())
    messages = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', path.read_text(), re.MULTILINE)
    assert [said for said, _ in messages if said not in text] == []
    assert [said for said, translated in messages if not translated] == []
