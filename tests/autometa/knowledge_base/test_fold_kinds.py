"""Runs say which rows were held out together; a question is answered by runs of its kind first."""

from __future__ import annotations

import pandas as pd
import pytest

from autometa.exceptions import KnowledgeBaseError, collect_notes
from autometa.knowledge_base import KnowledgeBase
from autometa.meta_models import MetaModel
from autometa.performance import QuestionResolver


def base_of(*runs, tasks="ab"):
    """Return a knowledge base of (task, algorithm, score, kind of folds)."""
    frame = pd.DataFrame(runs, columns=["task_id", "algorithm", "score", "fold_kind"])
    return KnowledgeBase.from_frames(
        pd.DataFrame({"task_id": list(tasks), "task_type": "binary"}),
        pd.DataFrame({"n_rows": range(1, len(tasks) + 1)}, index=list(tasks)),
        frame.assign(config="{}", metric="accuracy"),
    )


@pytest.fixture
def mixed():
    """On shuffled folds the forest wins everywhere; by group, measured on 'a' alone, the line."""
    return base_of(
        ("a", "forest", 0.9, "shuffled"),
        ("a", "line", 0.8, "stratified"),
        ("a", "forest", 0.5, "group"),
        ("a", "line", 0.7, "group"),
        ("b", "forest", 0.9, "shuffled"),
        ("b", "line", 0.8, "shuffled"),
    )


def scores_of(kb, kind):
    frame = kb.averages("accuracy", fold_kind=kind).to_frame()
    return {(str(r.task_id), str(r.algorithm)): r.score for r in frame.itertuples()}


def test_of_each_task_the_runs_of_the_kind_asked_for_count(mixed):
    usual = {
        ("a", "forest"): 0.9, ("a", "line"): 0.8, ("b", "forest"): 0.9, ("b", "line"): 0.8
    }  # fmt: skip
    assert scores_of(mixed, "shuffled") == scores_of(mixed, "stratified") == usual
    assert scores_of(mixed, "group") == usual | {("a", "forest"): 0.5, ("a", "line"): 0.7}


def test_the_nearest_kinds_are_borrowed_and_brought_to_one_scale():
    kb = base_of(
        ("a", "line", 0.6, "group"), ("a", "line", 0.9, "shuffled"), ("a", "line", 0.1, "time"),
        tasks="a",
    )  # fmt: skip
    assert scores_of(kb, "group-time") == {("a", "line"): pytest.approx(0.6)}


def test_what_is_borrowed_is_counted(mixed):
    averages = mixed.averages("accuracy", fold_kind="group").to_frame()
    borrowed = averages.groupby("task_id", observed=True)["n_borrowed"].sum()
    assert borrowed.to_dict() == {"a": 0, "b": 2}


def test_kinds_survive_saving(mixed, tmp_path):
    mixed.save(tmp_path / "kb")
    loaded = KnowledgeBase.load(tmp_path / "kb")
    assert loaded.fold_kinds() == {"shuffled", "stratified", "group"}
    assert scores_of(loaded, "group") == scores_of(mixed, "group")


def test_a_kind_that_nobody_knows_is_refused():
    with pytest.raises(KnowledgeBaseError, match="'fold_kind' of runs must be one of"):
        base_of(("a", "line", 0.5, "bootstrap"))


def advice_of(kb, kind):
    with collect_notes() as notes:
        advice = MetaModel(n_trees=5).fit(kb).recommend(None, n=2, fold_kind=kind)
    return [one.algorithm for one in advice], notes


def test_advice_follows_runs_of_its_kind_and_says_what_it_borrows(mixed):
    shuffled, notes = advice_of(mixed, "shuffled")
    assert shuffled[0] == "forest"
    assert not notes
    only = base_of(
        ("a", "forest", 0.5, "group"), ("a", "line", 0.7, "group"),
        ("b", "forest", 0.4, "group"), ("b", "line", 0.7, "group"),
        ("a", "forest", 0.9, "shuffled"), ("a", "line", 0.8, "shuffled"),
    )  # fmt: skip
    assert advice_of(only, "group") == (["line", "forest"], [])
    assert "Runs of 1 of the 2 earlier tasks" in advice_of(mixed, "group")[1][0]
    assert "Runs of all 2 earlier tasks" in advice_of(mixed, "time")[1][0]
    assert "scores on later rows are often lower" in advice_of(mixed, "time")[1][0]


def test_a_kind_without_runs_is_answered_by_what_is_learnt_already(mixed):
    resolver = QuestionResolver(mixed)
    usual = resolver.question("binary", "accuracy")
    assert resolver.of_kind(usual, "time") == usual
    assert resolver.of_kind(usual, "stratified") == usual
    assert resolver.of_kind(usual, "group").fold_kind == "group"
