"""What units and rounding may change of advice: expected errors and seconds, never the order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from histories import history

from autometa import KnowledgeBase
from autometa.evaluation import STANDARD_SECONDS
from autometa.meta_models import MetaModel


def test_errors_are_expected_in_the_unit_of_the_target():
    """The same tasks in millimetres and in kilometres: the order is the same, errors scale."""
    rng = np.random.default_rng(0)
    spread = 10.0 ** rng.uniform(-3, 6, 60)
    relative = np.column_stack([rng.uniform(0.3, 0.35, 60), rng.uniform(0.5, 0.55, 60)])
    features = pd.DataFrame({"f": rng.normal(size=60), "target_sd": spread})
    kb = history(
        -relative * spread[:, None],
        features,
        task_type="regression",
        metric="neg_root_mean_squared_error",
    )
    model = MetaModel(n_trees=20).fit(kb)
    for unit in (1.0, 1e6):
        first, _ = model.recommend(pd.Series({"f": 0.0, "target_sd": unit}))
        assert first.config == {"j": 0}
        low, high = first.score_interval
        assert -0.4 * unit < low < first.expected_score < high < -0.25 * unit


def test_seconds_are_those_of_the_machine_that_asks():
    """A machine half as fast as the standard measured the runs; one of its speed will fit."""
    kb = history(np.full((12, 1), 0.5), {"f": np.arange(12.0)}, seconds=3.0)
    plain = MetaModel(n_trees=5).fit(kb).recommend(None, reference_seconds=lambda: 1 / 0)
    assert plain[0].expected_fit_seconds == pytest.approx(3.0)
    kb = KnowledgeBase(
        kb.tasks, kb.metafeatures, kb.runs.assign(reference_seconds=2 * STANDARD_SECONDS)
    )
    model = MetaModel(n_trees=5).fit(kb)
    assert model.recommend(None)[0].expected_fit_seconds == pytest.approx(1.5)
    slow = model.recommend(None, reference_seconds=lambda: 4 * STANDARD_SECONDS)
    assert slow[0].expected_fit_seconds == pytest.approx(6.0)


@pytest.mark.parametrize("offset", [1.0, -3e6, 1e-9])
def test_a_metafeature_that_differs_by_rounding_only_says_nothing(offset):
    rng = np.random.default_rng(0)
    size = rng.normal(size=30)
    scores = 0.8 - 0.1 * np.abs(size[:, None] - np.array([-1.0, 0.0, 1.0]))
    rounding = offset * (1 + 1e-15 * rng.normal(size=30))
    here = pd.Series({"size": 0.3, "same": offset * (1 + 1e-14)})
    one, other = (
        MetaModel(n_trees=10).fit(history(scores, columns)).recommend(here, n=3)
        for columns in ({"size": size}, {"size": size, "same": rounding})
    )
    assert [o.to_dict() for o in one] == [o.to_dict() for o in other]
