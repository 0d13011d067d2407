"""What is left out for want of a library says so, and how to install it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from autometa import KnowledgeBase, recommend, tune
from autometa.algorithms import _registry, get_algorithm, not_installed, register_algorithm
from autometa.exceptions import ParameterError


@pytest.fixture(
    params=[("boost", "pip install 'autometa-learn[boost]'"), (None, "pip install 'nowhere'")]
)
def absent(request, monkeypatch):
    """An algorithm whose library nobody has, by an extra or on its own."""
    extra, command = request.param
    monkeypatch.setattr(_registry, "_registered", {})
    tree = get_algorithm("decision_tree")
    register_algorithm(
        replace(tree, name="absent", requires="nowhere", library="nowhere", extra=extra)
    )
    return command


def history():
    rows = [
        {"task_id": task, "algorithm": name, "config": "{}", "metric": "accuracy", "score": score}
        for task in "ab"
        for name, score in (("absent", 0.9), ("decision_tree", 0.8))
    ]
    tasks = pd.DataFrame({"task_id": ["a", "b"], "task_type": "binary"})
    return KnowledgeBase.from_frames(tasks, None, pd.DataFrame(rows))


def test_advice_names_what_is_not_installed_and_the_command_that_installs_it(absent):
    advice = recommend(
        metafeatures={"n_rows": 50.0}, task_type="binary", metric="accuracy",
        knowledge_base=history(),
    )  # fmt: skip
    assert [one.algorithm for one in advice] == ["decision_tree"]
    (note,) = [note for note in advice.notes if "not installed" in note]
    assert "absent" in note
    assert absent in note


def test_nothing_is_said_where_nothing_is_missing(absent):
    assert not_installed(["decision_tree"], "binary") == ""
    assert not_installed(["absent"], "binary") != ""


def test_what_is_asked_for_and_not_installed_is_refused_with_the_command(absent):
    asked = {"algorithms": ["absent"], "metric": "accuracy", "knowledge_base": history()}
    X = pd.DataFrame({"a": range(40)})
    for call in (recommend, tune):
        with pytest.raises(ParameterError) as refused:
            call(X, X["a"] > 20, **asked)
        assert str(refused.value).endswith(f"{absent} brings absent.")
