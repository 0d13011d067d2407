"""What lies outside all that is known on one measure is named, and less is certain there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa import KnowledgeBase, MetaModel, Recommendations
from autometa.performance._known_range import KnownRange, novelty_of, widening

KNOWN = pd.DataFrame(
    {
        "n_rows": [50.0, 60, 70, 100, 500, 1000, 1000, 1000, 90_000],
        "n_columns": [2.0, 3, 4, 5, 6, 7, 8, 9, 10],
        "n_text": 0.0,
        "missing_share": [0.0, 0, 0, 0, 0, 0, 0.1, 0.2, 0.3],
        "class_share.min": [0.5, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1],
    }
)
INSIDE = KNOWN.iloc[4]


def outside(**changes):
    found = KnownRange(KNOWN).outside(pd.concat([INSIDE.drop(list(changes)), pd.Series(changes)]))
    return {one.name: one for one in found}


def test_what_three_tasks_reach_on_either_side_is_inside():
    assert outside() == {}
    assert outside(n_rows=70.0) == outside(n_rows=1000.0) == outside(n_columns=2.0) == {}


@pytest.mark.parametrize(
    ("changes", "name", "known"),
    [
        ({"n_rows": 10_000.0}, "rows", (70.0, 1000.0)),  # one task of 90,000 rows is no range
        ({"n_rows": 7.0}, "rows", (70.0, 1000.0)),
        ({"n_columns": 80.0}, "columns", (4.0, 8.0)),
    ],
)
def test_ten_times_beyond_is_one(changes, name, known):
    found = outside(**changes)
    assert list(found) == [name]
    assert found[name].known == known
    assert found[name].beyond == pytest.approx(1.0)


def test_shares_are_compared_by_their_odds():
    assert outside(missing_share=0.1) == {}
    assert outside(missing_share=0.99)["share of missing cells"].beyond > 1.5
    assert outside(n_text=6.0)["share of text columns"].value == 1.0
    rare = outside(**{"class_share.min": 0.001})["share of the rarest class"]
    assert rare.beyond > 1.5
    assert outside(**{"class_share.min": 0.5}) == {}


def test_what_is_undefined_or_known_of_few_tasks_is_not_judged():
    assert outside(n_rows=np.nan) == {}
    few = KnownRange(KNOWN.iloc[:5])
    assert few.outside(INSIDE * 1000) == ()
    assert KnownRange(KNOWN).outside(None) == ()


def test_novelty_and_errors_grow_with_the_farthest_measure():
    near = tuple(outside(n_rows=2000.0).values())
    far = tuple(outside(n_rows=1e6, n_columns=12.0).values())
    assert [one.name for one in far] == ["rows", "columns"]
    assert novelty_of(()) == 0.0
    assert widening(()) == 1.0
    assert 0.0 < novelty_of(near) < novelty_of(far) == 1.0
    assert 1.0 < widening(near) < widening(far) <= 4.0


@pytest.fixture(scope="module")
def bundled():
    kb = KnowledgeBase.bundled()
    regression = kb.tasks[kb.tasks["task_type"] == "regression"]["task_id"]
    return MetaModel().fit(kb), kb.metafeatures.loc[regression.iloc[0]]


def test_advice_for_a_large_table_is_less_certain_and_says_by_what(bundled):
    model, described = bundled
    usual = model.recommend(described, 3, task_type="regression", order="single")
    large = described.copy()
    large["n_rows"] = 5e6
    advice = model.recommend(large, 200, task_type="regression", order="single")
    assert [one.name for one in advice.outside] == ["rows"]
    assert advice.novelty == advice[0].novelty == 1.0
    same = next(one for one in advice if one.setup_id == usual[0].setup_id)
    widths = [np.ptp(one.score_interval) for one in (usual[0], same)]
    assert widths[1] > 1.5 * widths[0]


def test_it_comes_back_from_json(bundled):
    model, described = bundled
    large = described.copy()
    large["n_rows"] = 5e6
    advice = model.recommend(large, 1, task_type="regression")
    again = Recommendations.from_dict(advice.to_dict())
    assert again.outside == advice.outside
    assert again[:0].outside == advice.outside
