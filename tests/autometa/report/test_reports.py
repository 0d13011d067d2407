"""Whole pages on real runs, opened in a real browser; and a notebook that is run."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pages import HOSTILE, Seen
from sklearn.metrics import make_scorer

import autometa
from autometa.exceptions import OutputError

QUICK = {"isolate": False, "time_budget": None, "random_state": 0}
MOST_BYTES = 3_000_000


def hostile_run():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, len(HOSTILE))), columns=HOSTILE)
    X["level"] = rng.choice(HOSTILE, 90)
    y = pd.Series(np.where(X.iloc[:, 0] > 0, HOSTILE[0], HOSTILE[3]), name="</title>")
    return autometa.tune(
        X, y, name="<b>table</b>", algorithms=["naive_bayes", "decision_tree"], n_trials=3, **QUICK
    )


def regression_by_groups():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 2)), columns=["a", "b"])
    return autometa.tune(
        X, X["a"] + rng.normal(size=90), groups=np.arange(90) // 3, knowledge_base=False,
        algorithms=["ridge"], n_trials=2, **QUICK
    )  # fmt: skip


def never(truth, response):
    """Fails on the folds, not on the rows that it was tried on."""
    if len(truth) < 40:
        raise ValueError("too <few> amounts")
    return 0.0


def failures_alone():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 400))).rename(columns=str)
    return autometa.tune(
        X, X["0"], metric=make_scorer(never), knowledge_base=False, algorithms=["ridge"],
        n_trials=1, **QUICK
    )  # fmt: skip


RUNS = {"hostile": hostile_run, "groups": regression_by_groups, "failures": failures_alone}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A page on each of the runs."""
    folder = tmp_path_factory.mktemp("pages")
    # of rows that are alike, of columns named oddly, of a run without scores
    with warnings.catch_warnings(action="ignore"):
        for name, run in RUNS.items():
            run().report(folder / f"{name}.html")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_page_asks_for_nothing_and_has_every_section(pages, name):
    content = (pages / f"{name}.html").read_bytes()
    assert len(content) < MOST_BYTES
    seen = Seen(content.decode())
    ids = set(seen.values("id"))
    sections = {"table", "advice", "search", "leaderboard", "failures", "pipeline", "curves"}
    assert sections | {"reproduce"} <= ids
    sources = [*seen.values("src"), *seen.values("srcset")]
    assert all(value.startswith("data:image/") for value in sources)
    assert len(sources) >= (0 if name == "failures" else 8)
    assert "script" not in seen.tags
    assert [n for _, n, _ in seen.attributes if n.startswith("on")] == []
    text = "".join(seen.text)
    assert "url(http" not in text
    assert "@import" not in text
    assert "not drawn" not in text or name == "failures"


@pytest.mark.slow
def test_names_of_a_table_and_reasons_of_failures_are_read_as_they_are(pages):
    text = "".join(Seen((pages / "hostile.html").read_text("utf-8")).text)
    for name in HOSTILE[:4]:
        assert name in text
    text = "".join(Seen((pages / "failures.html").read_text("utf-8")).text)
    assert "too <few> amounts" in text
    assert "small tree" in text
    assert "The first 200 of 400 columns" in text
    assert "by group" in (pages / "groups.html").read_text("utf-8")


@pytest.mark.slow
def test_a_page_opens_from_disk_without_a_word_on_the_console(pages, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    picture, page = tmp_path / "page.png", pages / "hostile.html"
    line = [
        *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"),
        *("--window-size=400,1200", f"--screenshot={picture}", "--dump-dom", page.as_uri()),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=240)
    assert [said for said in done.stderr.splitlines() if "CONSOLE" in said] == []
    assert picture.stat().st_size > 10_000
    seen, written = Seen(done.stdout), Seen(page.read_text("utf-8"))
    # no name of the table became an element or an attribute
    assert set(seen.tags) == set(written.tags)
    assert {at[:2] for at in seen.attributes} == {at[:2] for at in written.attributes}


def test_a_path_that_cannot_be_written_is_refused_before_the_page_is_made(tmp_path):
    from autometa.report import check_report

    with pytest.raises(OutputError, match="'--report' must lie in a folder that exists"):
        check_report(tmp_path / "nowhere" / "page.html", "--report")


NOTEBOOK = [
    "from sklearn.datasets import load_iris; import autometa\n"
    "X, y = load_iris(return_X_y=True, as_frame=True)",
    "advice = autometa.recommend(X, y, n=2); advice",
    "advice[0].explain()",
    "result = autometa.tune(X, y, time_budget=None, n_trials=2, algorithms=['naive_bayes'],\n"
    "    isolate=False, random_state=0)",
    "result",
    "autometa.KnowledgeBase.bundled()",
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the notebook's own libraries
def test_a_notebook_shows_advice_progress_results_and_knowledge_bases(monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    root = Path(autometa.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", str(root))
    cells = [nbformat.v4.new_code_cell(source) for source in NOTEBOOK]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(book, timeout=240, kernel_name="python3").execute()
    shown = ["".join(o.get("data", {}).get("text/html", "") for o in c.outputs) for c in book.cells]
    assert "seconds a fit" in shown[1]
    assert "Earlier tasks that count most" in shown[2]
    assert "done: neg_log_loss" in shown[3]
    assert "2 scored of 2" in shown[4]
    assert "families" in shown[5]
    assert [o for c in book.cells for o in c.outputs if o.output_type == "error"] == []
