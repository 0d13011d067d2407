"""A page shows what it is given as text, and asks for nothing from elsewhere."""

from __future__ import annotations

import ast
import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pages import HOSTILE, Seen

import autometa
from autometa._common.markup import html_table, notebook_block, printable
from autometa.cli._written import typed_line
from autometa.report._of_pipeline import without_scripts
from autometa.report._page import Code, Facts, Grid, Items, Page, Picture, Section, Text
from autometa.tables import TableOverview, check_table
from autometa.tuning._notebook_bar import NotebookBar


def page_of(text):
    blocks = [
        Text(text=text),
        Facts(rows=[(text, text)]),
        Items(title=text, items=[text]),
        Grid(caption=text, header=[text, "n"], rows=[[text, 1]], numbers=[1]),
        Picture(light="data:,", dark="data:,", alt=text, caption=text),
        Code(title=text, text=text),
        Code(title=text, text=text, is_folded=True),
    ]
    section = Section(name="a", title=text, blocks=blocks)
    return Page(
        title=text, subtitle=text, headline=text, figures=[(text, text)], sections=[section],
        footer=text,
    ).html()  # fmt: skip


CLASS = ("td", "class")  # which a cell has goes by the length of its text


def attributes(seen):
    return [at[:2] for at in seen.attributes if at[:2] != CLASS]


PLAIN = Seen(page_of("plain"))


@given(st.text(max_size=60))
@example("\n".join(HOSTILE))
@settings(max_examples=15)
def test_whatever_a_text_holds_is_text_in_a_page(text):
    text = f".{text}"  # a title that is empty has no heading
    seen = Seen(page_of(text))
    assert seen.tags == PLAIN.tags
    assert attributes(seen) == attributes(PLAIN)
    assert {at[2] for at in seen.attributes if at[:2] == CLASS} <= {"number", "long", "words"}
    # browsers and this parser read every end of a line as one sign
    shown = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    assert shown in "".join(seen.text).replace("\r\n", "\n").replace("\r", "\n")
    assert printable(text) in seen.values("alt")


def test_a_page_lets_the_browser_load_and_run_nothing():
    seen = Seen(page_of("plain"))
    assert "script" not in seen.tags
    assert any(value.startswith("default-src 'none'") for value in seen.values("content"))
    assert [v for v in [*seen.values("src"), *seen.values("srcset")] if v[:5] != "data:"] == []
    assert {value[0] for value in seen.values("href") if not value.startswith("data:")} == {"#"}


def test_headings_tables_and_pictures_have_what_readers_by_ear_need():
    seen = Seen(page_of("plain"))
    assert seen.tags.count("h1") == 1
    assert seen.values("lang") == ["en"]
    assert {value for tag, name, value in seen.attributes if (tag, name) == ("th", "scope")} == {
        "col",
        "row",
    }
    assert all(seen.values("alt"))


def test_scripts_and_handlers_go_from_a_diagram_and_text_like_them_stays():
    text = "<p title='a'>say &lt;b onclick=&quot;x&quot;&gt; onload=1</p>"
    diagram = f'<SCRIPT>\nrun()</SCRIPT><i class="c" onclick="copy(\'a\',\n this)">x</i>{text}'
    assert without_scripts(diagram) == f'<i class="c">x</i>{text}'


def test_an_overview_says_what_columns_hold():
    X = pd.DataFrame(
        {
            "number": [1.0, 2.0, 3.0, np.nan, 5.0, 6.0],
            "<level>": ["a", "a", "b", "c", "d", "d"],
        }
    )
    overview = TableOverview.of(check_table(X, [0, 1, 0, 1, 0, 0]))
    described = overview.columns().set_index("column")
    assert described.loc["number", "missing"] == pytest.approx(1 / 6)
    assert described.loc["number", "values"] == "1 to 6, half below 3"
    assert described.loc["<level>", "values"] == "a (2), d (2), b (1) and 1 more"
    assert overview.outcomes.to_dict() == {"0": 4, "1": 2}
    assert not overview.is_part
    sent = pickle.loads(pickle.dumps(overview))
    assert sent.rows is None  # a model that is handed on holds no row of its table
    pd.testing.assert_frame_equal(sent.columns(), overview.columns())


def test_an_overview_of_a_large_table_is_of_a_part_from_end_to_end():
    n = 12_000
    X = pd.DataFrame(np.arange(n * 3.0).reshape(n, 3)).rename(columns=str)
    wide = pd.concat([X] + [X.add_suffix(f"_{i}") for i in range(70)], axis=1)
    overview = TableOverview.of(check_table(wide, np.arange(n) % 7, "regression"))
    assert (len(overview.rows), overview.rows.shape[1], overview.is_part) == (5_000, 200, True)
    assert overview.rows.iloc[[0, -1], 0].tolist() == [0.0, (n - 1) * 3.0]
    assert overview.outcomes["median"] == 3.0


def test_an_address_of_a_storage_is_not_on_the_page(monkeypatch):
    line = ["autometa", "tune", "a b.csv", "--storage", "postgresql://me:secret@host/db"]
    monkeypatch.setattr("sys.argv", line)
    assert typed_line() == "autometa tune 'a b.csv' --storage ..."
    monkeypatch.setattr("sys.argv", [*line[:3], f"--storage={line[4]}"])
    assert typed_line() == "autometa tune 'a b.csv' --storage=..."


def test_a_bar_in_a_notebook_says_how_much_of_the_budget_is_gone():
    shown = []

    class Handle:
        def update(self, content):
            shown.append(content._repr_html_())

    bar = NotebookBar(lambda *_, **__: Handle(), lambda: 0.25)
    bar.beat("searching: best <b>")
    bar.end("searching (2 s)")
    bar.close()
    assert 'value="0.250"' in shown[0]
    assert "best &lt;b&gt;" in shown[0]
    assert "<progress" not in shown[-1]
    assert "searching (2 s)" in shown[-1]


@pytest.fixture(scope="module")
def result():
    """A run of two cheap trials on a table whose names are hostile."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, len(HOSTILE))), columns=HOSTILE)
    y = pd.Series(np.where(X.iloc[:, 0] > 0, "<i>yes", "no"), name="<b>target")
    return autometa.tune(
        X, y, algorithms=["naive_bayes"], knowledge_base=False, isolate=False, time_budget=None,
        n_trials=2, random_state=0, storage=None,
    )  # fmt: skip


def test_a_notebook_shows_score_interval_seconds_winner_and_trials(result):
    page = result._repr_html_()
    seen = Seen(page)
    text = "".join(seen.text)
    low, high = result.score_interval
    assert f"roc_auc {result.score:.4g}; {low:.4g} to {high:.4g}" in text
    assert "2 scored of 2" in text
    assert "naive_bayes" in text
    assert seen.tags.count("details") >= 1
    assert not {"img", "i", "script"} & set(seen.tags) - {"script"}


def test_what_the_run_was_asked_is_kept_for_its_page(result):
    context = result.context
    assert context.asked["algorithms"] == ["naive_bayes"]
    assert context.asked["n_trials"] == 2
    assert "storage" not in context.asked
    assert context.overview.target == "<b>target"
    assert result.advice is None


def test_a_knowledge_base_shows_what_it_holds_in_counts():
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "binary"})
    runs = pd.DataFrame(
        {"task_id": ["a", "b"], "algorithm": "<knn>", "config": "{}", "metric": "accuracy",
         "score": 0.5}
    )  # fmt: skip
    page = autometa.KnowledgeBase.from_frames(tasks, None, runs)._repr_html_()
    assert "&lt;knn&gt; 1" in page
    assert "binary 2" in page


def test_cells_of_tables_in_notebooks_are_text():
    page = notebook_block(html_table(HOSTILE, [HOSTILE], caption=HOSTILE[0], numbers=[0]))
    assert set(Seen(page).tags) == {"div", "style", "table", "caption", "tr", "th", "td"}


def test_the_call_on_a_page_is_python_whatever_was_asked(result):
    from autometa.report._of_reproducing import call_of
    from autometa.tuning._context import NotWritten

    context = result.context
    assert context.overview.target == "<b>target"
    for has_outputs in (True, False):
        call = call_of(
            dataclasses.replace(context, asked={"metric": NotWritten("own"), "name": "<b>"}),
            has_outputs=has_outputs,
        )
        ast.parse(call)
        assert "    metric=...,  # own\n    name='<b>',\n" in call
        assert ("target='<b>target'" in call) is not has_outputs
