"""A page whose blocks do not run fails the build of the site, and is named with the block."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).resolve().parent.parent / "docs" / "_extensions"


@pytest.fixture
def executed_pages(monkeypatch):
    monkeypatch.syspath_prepend(EXTENSIONS)
    import executed_pages

    yield executed_pages
    for name in ("executed_pages", "page_blocks"):
        sys.modules.pop(name)


@pytest.fixture
def run(executed_pages, tmp_path):
    """Run a page of these blocks."""

    def run_blocks(*blocks, seconds=60.0):
        page = tmp_path / "page.md"
        page.write_text("# Page\n\n" + "\n".join(f"```{block}\n```\n" for block in blocks))
        return executed_pages.run_page(page, None, seconds)

    return run_blocks


PRINTS = "python\na = 6\nprint(a * 7)"


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("python\n1/0", "ZeroDivisionError"),
        ("python\n>>> 1 + 1\n3\n", r"Expected:\s+3\s+Got:\s+2"),
        ("bash\nls nowhere", "No such file"),
        ("python\nraise SystemExit", "SystemExit"),
        ("python\nimport os; os.kill(os.getpid(), 9)", "killed by signal 9"),
    ],
)
def test_a_block_that_fails_is_named_with_its_line_and_reason(executed_pages, run, block, why):
    with pytest.raises(executed_pages.PageFailure, match=rf"(?s)^block 2 \(line 9\).*{why}"):
        run(PRINTS, block, PRINTS)


def test_a_block_that_never_ends_is_ended_with_what_it_has_started(executed_pages, run):
    with pytest.raises(executed_pages.PageFailure, match="had not ended after 2 s"):
        run("bash\nsleep 600", seconds=2.0)


def test_blocks_share_names_and_those_of_other_languages_are_not_run(run):
    others = ("py\n1/0", "sh\nexit 1")
    assert run(PRINTS, *others, "python\nprint(a)", "bash\necho b") == ["42\n", "6\n", "b\n"]


def test_outputs_stand_under_their_blocks_until_one_ran_on_less_than_it_says(executed_pages):
    blocks = [PRINTS, "python\ntune(time_budget=60)", PRINTS]
    text = "\n".join(f"```{block}\n```\n" for block in blocks)
    shown = executed_pages.with_outputs(text, ["42\n", "5 s\n", "43\n"])
    assert "```\n\n````{code-block} text\n:class: output\n\n42\n````" in shown
    assert "5 s" not in shown
    assert "43" not in shown


def test_failures_of_all_pages_are_one_error_of_the_build(executed_pages):
    errors = pytest.importorskip("sphinx.errors")

    def fail(why):
        raise executed_pages.PageFailure(why)

    jobs = {"docs/a": lambda: fail("block 1"), "docs/b": list, "docs/c": lambda: fail("2")}
    with pytest.raises(errors.ExtensionError, match=r"(?s)docs/a\.md, block 1.*docs/c\.md, 2"):
        executed_pages.run_all(jobs)
