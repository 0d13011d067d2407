"""From fitted members to one fitted scikit-learn pipeline that takes the user's raw table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas.api.types import is_string_dtype
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from autometa.algorithms import SparseCleaner, TableCleaner, get_algorithm, make_cleaner
from autometa.exceptions import DatasetError
from autometa.tables import Table, take_rows
from autometa.tuning.final_model._class_weights import ClassWeightedClassifier
from autometa.tuning.final_model._decision import MOST_PROBABLE, DecisionRule
from autometa.tuning.final_model._vote import MeanVote, Vote, share_encoders

FALLBACK_ROWS = 2_000
FALLBACK_CELLS = 2_000_000
FALLBACK_COLUMNS = 500  # of wide tables; each costs the encoder some 0.1 ms
MIN_FALLBACK_ROWS = 100
CELLS_PER_CHARACTER = 7  # words are counted and decomposed; a row of 700 letters takes 0.5 ms
CHARACTER_ROWS = 50


@dataclass(frozen=True, kw_only=True)
class Member:
    """A fitted pipeline (encoder and model) and its weight.

    Attributes
    ----------
    name : str
    model : Pipeline
        Fitted on the cleaned table; its classes are numbers.
    weight : float
    """

    name: str
    model: Any
    weight: float


def assemble(
    cleaner: TableCleaner | SparseCleaner,
    members: list[Member],
    table: Table,
    rule: DecisionRule = MOST_PROBABLE,
    positive: int = 1,
) -> Pipeline:
    """Return a fitted pipeline: clean the table, then average what the members predict.

    The vote of a classifier knows the user's labels; it stands within what decides by another
    rule than the greatest probability.
    """
    share_encoders([member.model for member in members])
    model = _vote(members, table)
    model.levels_ = levels_of(cleaner)
    return Pipeline([("clean", cleaner), ("model", decide_by(model, rule, positive))])


def decide_by(model: Any, rule: DecisionRule, positive: int) -> Any:
    """Return a fitted classifier that predicts by a rule; its probabilities stay as they are."""
    if rule.is_default:
        return model
    if len(rule.weights) > 2:
        return ClassWeightedClassifier(model, class_weights=list(rule.weights))
    label = model.classes_.tolist()[positive]
    decided = FixedThresholdClassifier(
        model,
        threshold=float(rule.threshold(positive)),
        pos_label=label,
        response_method="predict_proba",
    )
    decided.estimator_ = model  # as `fit` names it; the model is fitted already
    if hasattr(model, "feature_names_in_"):
        decided.feature_names_in_ = model.feature_names_in_
    return decided


def levels_of(cleaner: TableCleaner | SparseCleaner) -> dict[str, list[str]]:
    """Return the levels of each column of categories that comes out of a cleaner."""
    if isinstance(cleaner, SparseCleaner):
        return {}
    made = zip(cleaner.feature_names_out_, cleaner.pieces_, strict=True)
    return {
        name: cleaner.levels_[source] for name, (source, _) in made if source in cleaner.levels_
    }


def _vote(members: list[Member], table: Table) -> Any:
    """Return what ``fit`` of a voting estimator would have made of the members."""
    estimators = [(member.name, member.model) for member in members]
    weights = [float(member.weight) for member in members]
    vote: Any
    if table.n_classes:
        vote = Vote(estimators, voting="soft", weights=weights)
        vote.le_ = LabelEncoder()
        vote.le_.classes_ = vote.classes_ = table.classes  # fit would sort labels of one type only
    else:
        vote = MeanVote(estimators, weights=weights)
    vote.estimators_ = [member.model for member in members]
    vote.named_estimators_ = Bunch(**dict(estimators))
    if hasattr(members[0].model, "feature_names_in_"):
        vote.feature_names_in_ = members[0].model.feature_names_in_
    return vote


def fit_fallback(table: Table, seed: int) -> tuple[Pipeline, int]:
    """Return a model fitted in a moment, and on how many rows.

    It is a small tree, or at least the prior. Whatever the size of the table, it looks at
    so few cells that it takes a second at most.
    """
    rows = some_rows(table, seed)
    cleaner = make_cleaner(table.is_sparse, strict=len(rows) == len(table.y))
    try:
        X = cleaner.fit_transform(take_rows(table.X, rows))
    except DatasetError:  # no column varies in these rows
        rows = np.arange(len(table.y))
        X = cleaner.fit_transform(table.X)
    model = _quick_model(table, seed, len(rows))
    few = X
    if not table.is_sparse:
        columns = np.random.default_rng(seed).permutation(X.shape[1])[:FALLBACK_COLUMNS]
        few = X[X.columns[np.sort(columns)]]
    try:
        table.fit(model, few, rows)
    except (ValueError, TypeError):
        constant = DummyClassifier(strategy="prior") if table.n_classes else DummyRegressor()
        model = Pipeline([("model", table.fit(constant, X, rows))])
    members = [Member(name="fallback", model=model, weight=1.0)]
    return assemble(cleaner, members, table), len(rows)


def _quick_model(table: Table, seed: int, n_rows: int) -> Pipeline:
    """Return a small tree; of many sparse columns a tree would look at one by one, a line."""
    linear = "logistic_regression" if table.n_classes else "ridge"
    name, setup = (linear, "strong") if table.is_sparse else ("decision_tree", "pruned")
    algorithm = get_algorithm(name)
    config = algorithm.setups(table.task_type)[setup]
    return algorithm.build(config, table.task_type, seed, is_sparse=table.is_sparse, n_rows=n_rows)[
        1:
    ]


def _characters(table: Table, rows: np.ndarray[Any, np.dtype[np.intp]]) -> int:
    """Return the length of the text in a row, by a look at some."""
    if table.is_sparse:
        return 0
    X = table.X
    texts = [i for i, dtype in enumerate(X.dtypes) if is_string_dtype(dtype)]  # or of objects
    looked_at = X.iloc[rows, texts].to_numpy(dtype=object).ravel()
    return sum(len(cell) for cell in looked_at if isinstance(cell, str)) // len(rows)


def some_rows(table: Table, seed: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return some rows, one of each class at least."""
    rows = np.random.default_rng(seed).permutation(len(table.y))
    width = table.X.size // len(rows) + 1  # of a sparse row, what is not zero
    width += CELLS_PER_CHARACTER * _characters(table, rows[:CHARACTER_ROWS])
    n_rows = max(MIN_FALLBACK_ROWS, min(FALLBACK_ROWS, FALLBACK_CELLS // width))
    if not table.n_classes:
        return rows[:n_rows]
    first = np.unique(table.y[rows], return_index=True)[1]
    return np.unique(np.concatenate([rows[first], rows[:n_rows]]))
