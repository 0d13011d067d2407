"""What every algorithm keeps to, whatever family it is of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    distribution_to_json,
    json_to_distribution,
)
from sklearn.base import clone
from sklearn.metrics import get_scorer

from autometa.algorithms import Algorithm, Size
from autometa.testing._tables import N_TRAINING, learnable_table, tiny_table
from autometa.tuning import load_model
from autometa.tuning.saved._saving import save_model

SCORERS = {"binary": "roc_auc", "multiclass": "roc_auc_ovr", "regression": "r2"}
MARGIN = 0.05  # a standard error of an area over 60 rows; the weakest setup, a network, has .57
CLASSES: dict[str, list[list[Any]]] = {
    "binary": [[False, True], [-1.0, 1.0], ["no", "yes"]],
    "multiclass": [["up", "down", "left"], [10, 20, 30]],
}
FEW_ROUNDS = 5  # where what is tested does not depend on how good a model is
ENOUGH_ROUNDS = 30  # more teach a few hundred rows nothing that a guess could be mistaken for


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
class AlgorithmContract:
    """Tests of each algorithm on each type of task it can solve.

    Attributes
    ----------
    algorithms : sequence of Algorithm
        Those to test, registered or of a plug-in. What is not installed is left out.
    """

    algorithms: Sequence[Algorithm] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each test for each pair of an algorithm and a task type."""
        installed = [algorithm for algorithm in self.algorithms if algorithm.is_installed]
        pairs = [(algorithm, t) for algorithm in installed for t in algorithm.task_types]
        ids = [f"{algorithm.name}-{task_type}" for algorithm, task_type in pairs]
        metafunc.parametrize(("algorithm", "task_type"), pairs, ids=ids)

    def test_each_known_setup_beats_a_guess(self, algorithm: Algorithm, task_type: str) -> None:
        """On a table with every kind of column, by its order of rows: a guess has no order."""
        X, y = learnable_table(task_type)
        scores = {}
        for label, config in algorithm.setups(task_type).items():
            quick = _few_rounds(algorithm, task_type, config, ENOUGH_ROUNDS)
            pipeline = algorithm.build(quick, task_type)
            pipeline.fit(X.iloc[:N_TRAINING], y.iloc[:N_TRAINING])
            new = X.iloc[N_TRAINING:]
            assert len(pipeline.predict(new)) == len(new)
            if task_type != "regression":
                probabilities = pipeline.predict_proba(new)
                np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)
                assert set(pipeline.classes_) == set(y)
            scores[label] = get_scorer(SCORERS[task_type])(pipeline, new, y.iloc[N_TRAINING:])
        guess = 0.0 if task_type == "regression" else 0.5
        assert {label: score for label, score in scores.items() if score <= guess + MARGIN} == {}

    def test_known_setups_lie_in_the_space(self, algorithm: Algorithm, task_type: str) -> None:
        """A library's default alone may be outside: a penalty of 0 on a scale of logarithms."""
        space = algorithm.space(task_type)
        for label, config in algorithm.setups(task_type).items():
            assert config.keys() == space.keys(), label
            for name, distribution in space.items():
                if label != "library" or not isinstance(config[name], float):
                    internal = distribution.to_internal_repr(config[name])
                    assert distribution._contains(internal), (label, name)

    def test_sampled_setups_lie_in_the_space_and_differ(
        self, algorithm: Algorithm, task_type: str
    ) -> None:
        """The same seed draws the same ones."""
        space = algorithm.space(task_type)
        sampled = algorithm.sample(8, task_type)
        assert sampled == algorithm.sample(8, task_type)
        assert len({str(config) for config in sampled}) == (8 if space else 0)
        for config in sampled:
            assert config.keys() == space.keys()
            for name, distribution in space.items():
                assert distribution._contains(distribution.to_internal_repr(config[name]))

    def test_studies_can_store_the_space(self, algorithm: Algorithm, task_type: str) -> None:
        """Optuna writes distributions as JSON, in which a tuple is a list."""
        for name, distribution in algorithm.space(task_type).items():
            stored = json_to_distribution(distribution_to_json(distribution))
            assert stored == distribution, name

    def test_the_same_seed_gives_the_same_predictions(
        self, algorithm: Algorithm, task_type: str
    ) -> None:
        """Two fits of one pipeline agree to the last bit."""
        X, y = learnable_table(task_type)
        pipeline = algorithm.build(_few_rounds(algorithm, task_type), task_type, random_state=3)
        first, second = (clone(pipeline).fit(X, y).predict(X) for _ in range(2))
        assert (first == second).all()

    def test_new_levels_and_missing_values_are_predicted(
        self, algorithm: Algorithm, task_type: str
    ) -> None:
        """Though the training rows had neither."""
        rng = np.random.default_rng(0)
        X = pd.DataFrame({"level": rng.choice(["x", "y", "z"], 60), "number": rng.normal(size=60)})
        targets = {"binary": X["number"] > 0, "multiclass": X["level"]}
        y = targets.get(task_type, X["number"] * 2)
        pipeline = algorithm.build(_few_rounds(algorithm, task_type), task_type).fit(X, y)
        new = pd.DataFrame({"level": ["x", None, "other"], "number": [0.0, np.nan, np.inf]})
        assert len(pipeline.predict(new)) == 3

    def test_the_likeliest_class_is_predicted_as_it_is_written(
        self, algorithm: Algorithm, task_type: str
    ) -> None:
        """One label a row, of the type of the target; a column of labels compares with all rows."""
        X = pd.DataFrame({"a": np.arange(90.0), "b": np.arange(90) % 7})
        for labels in CLASSES.get(task_type, []):
            y = np.array(labels)[np.arange(90) * len(labels) // 90]
            quick = _few_rounds(algorithm, task_type)
            pipeline = algorithm.build(quick, task_type, n_rows=90).fit(X, y)
            predicted = pipeline.predict(X)
            assert (predicted.shape, predicted.dtype) == (y.shape, y.dtype)
            likeliest = pipeline.predict_proba(X).argmax(axis=1)
            np.testing.assert_array_equal(predicted, pipeline.classes_[likeliest])

    @pytest.mark.parametrize("n_rows", [6, 19])
    def test_every_setup_takes_a_tiny_table(
        self, algorithm: Algorithm, task_type: str, n_rows: int
    ) -> None:
        """Limits that count rows are lowered in tables too small for them."""
        X, y = tiny_table(task_type, n_rows)
        for config in [*algorithm.setups(task_type).values(), *algorithm.sample(2, task_type)]:
            quick = _few_rounds(algorithm, task_type, config)
            pipeline = algorithm.build(quick, task_type, n_rows=n_rows).fit(X, y)
            ask = pipeline.predict if task_type == "regression" else pipeline.predict_proba
            assert np.isfinite(np.asarray(ask(X), dtype=np.float64)).all()

    def test_a_saved_model_predicts_the_same(
        self, algorithm: Algorithm, task_type: str, tmp_path: Path
    ) -> None:
        """Its types are among those trusted: skops' own, autometa's, and ``trusted_types``."""
        X, y = learnable_table(task_type)
        for label, config in _one_of_each_kind(algorithm, task_type).items():
            quick = _few_rounds(algorithm, task_type, config)
            pipeline = algorithm.build(quick, task_type).fit(X, y)
            save_model(pipeline, tmp_path / label)
            loaded = load_model(tmp_path / label)
            for ask in ("predict",) if task_type == "regression" else ("predict", "predict_proba"):
                np.testing.assert_array_equal(getattr(loaded, ask)(X), getattr(pipeline, ask)(X))

    def test_seconds_grow_with_the_table(self, algorithm: Algorithm, task_type: str) -> None:
        """They are positive, and a matter of days at most, for any setup."""
        n_classes = {"binary": 2, "multiclass": 5}.get(task_type, 0)
        small = Size(n_rows=1_000, n_columns=10, n_classes=n_classes)
        large = Size(n_rows=100_000, n_columns=50, n_classes=n_classes)
        for config in [*algorithm.setups(task_type).values(), {}]:
            assert 0 < algorithm.seconds(small, config) < algorithm.seconds(large, config) < 1e6

    def test_rounds_are_a_count_of_the_space(self, algorithm: Algorithm, task_type: str) -> None:
        """They can be halved."""
        if algorithm.rounds is not None:
            space: Any = algorithm.space(task_type)[algorithm.rounds]
            assert isinstance(space.low, int)
            assert 2 * space.low <= space.high


def _few_rounds(
    algorithm: Algorithm,
    task_type: str,
    config: dict[str, Any] | None = None,
    rounds: int = FEW_ROUNDS,
) -> dict[str, Any]:
    """Return a configuration, the library's default if none is given, that is fitted quickly."""
    config = algorithm.setups(task_type)["library"] if config is None else config
    few = {algorithm.rounds: min(config[algorithm.rounds], rounds)} if algorithm.rounds else {}
    return {name: few.get(name, value) for name, value in config.items()}


def _one_of_each_kind(algorithm: Algorithm, task_type: str) -> dict[str, dict[str, Any]]:
    """Return the setups that differ in a choice: numbers change no type of what is saved."""
    space = algorithm.space(task_type)
    choices = [n for n, d in space.items() if isinstance(d, CategoricalDistribution)]
    kinds: dict[str, tuple[str, dict[str, Any]]] = {}
    for label, config in algorithm.setups(task_type).items():
        kinds.setdefault(repr([config[name] for name in choices]), (label, config))
    return dict(kinds.values())
