"""The weighted average of fitted members, each distinct encoder asked once.

scikit-learn's votes ask each member for itself: forty members of three encoders encode a table
forty times. For a few rows the members are asked without detours too (see
`autometa.algorithms._few_rows`); the numbers are the same.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from weakref import WeakKeyDictionary

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

from autometa.algorithms._few_cells import MAX_FEW_ROWS
from autometa.algorithms._few_rows import (
    Levels,
    Step,
    coded,
    encoder_step,
    levels_out,
    model_step,
)


class Vote(VotingClassifier):  # type: ignore[misc]
    """VotingClassifier of members that may share their encoders.

    Attributes
    ----------
    levels_ : dict of str to list of str
        By column of categories, the levels that members were fitted on.
    """

    def predict(self, X: Any) -> Any:
        """Return the label of greatest mean probability of each row."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _collect_probas(self, X: Any) -> Any:
        return np.asarray(_predictions(self, X, "predict_proba"))

    def __sklearn_tags__(self) -> Any:
        return _tags_of(self, super().__sklearn_tags__)


class MeanVote(VotingRegressor):  # type: ignore[misc]
    """VotingRegressor of members that may share their encoders.

    Attributes
    ----------
    levels_ : dict of str to list of str
        By column of categories, the levels that members were fitted on.
    """

    def _predict(self, X: Any) -> Any:
        return np.asarray(_predictions(self, X, "predict")).T

    def __sklearn_tags__(self) -> Any:
        return _tags_of(self, super().__sklearn_tags__)


_TAGS: WeakKeyDictionary[Any, tuple[Any, Any]] = WeakKeyDictionary()


def _tags_of(vote: Any, ask: Callable[[], Any]) -> Any:
    """Return the tags of a vote, which depend on its members alone.

    scikit-learn asks for them six times in each prediction, and each time they would ask every
    step of every member: more time than all members take to predict a row.
    """
    members = vote.estimators
    if vote not in _TAGS or _TAGS[vote][0] is not members:
        _TAGS[vote] = members, ask()
    tags = copy.copy(_TAGS[vote][1])  # what is returned belongs to the caller
    for part in fields(tags):
        setattr(tags, part.name, copy.copy(getattr(tags, part.name)))
    return tags


def share_encoders(models: Sequence[Any]) -> None:
    """Let members whose fitted encoders are equal have one: the same setup, other seeds."""
    distinct: dict[str, Any] = {}
    for model in models:
        if _has_encoder(model):
            name, encoder = model.steps[0]
            model.steps[0] = name, distinct.setdefault(joblib.hash(encoder), encoder)


def _has_encoder(model: Any) -> bool:
    return isinstance(model, Pipeline) and len(model.steps) == 2


def _predictions(vote: Any, X: Any, ask: str) -> list[Any]:
    """Return what each member predicts."""
    if isinstance(X, pd.DataFrame) and 0 < len(X) <= MAX_FEW_ROWS:
        plan = _plan_of(vote)
        if plan is not None and plan.is_for(X):
            return plan.predict(X)
    encoded: dict[int, Any] = {}
    values = []
    for model in vote.estimators_:
        if not _has_encoder(model):
            values.append(getattr(model, ask)(X))
            continue
        encoder = model.steps[0][1]
        if id(encoder) not in encoded:
            encoded[id(encoder)] = encoder.transform(X)
        values.append(getattr(model.steps[1][1], ask)(encoded[id(encoder)]))
    return values


@dataclass
class _Plan:
    """How to predict a few rows: an encoder and a model for each member, as plain functions."""

    names: list[str]
    levels: dict[str, list[str]]
    fitted: Any  # the list of members it was made of
    encoders: dict[int, Step]
    members: list[tuple[int, Step]]
    checked: dict[str, Any] = field(default_factory=dict)  # dtypes whose levels were compared

    def is_for(self, X: pd.DataFrame) -> bool:
        """Tell whether a cleaned table has the columns and levels of `fit`."""
        if X.columns.tolist() != self.names:
            return False
        for name, dtype in zip(self.names, X.dtypes.tolist(), strict=True):
            if isinstance(dtype, pd.CategoricalDtype):
                if self.checked.get(name) is dtype:
                    continue
                if dtype.categories.tolist() != self.levels.get(name):
                    return False
                self.checked[name] = dtype
            elif dtype != np.float64 or name in self.levels:
                return False
        return True

    def predict(self, X: pd.DataFrame) -> list[Any]:
        """Return what each member predicts."""
        cells = coded(X)
        encoded = {key: encode(cells) for key, encode in self.encoders.items()}
        return [model(encoded[key]) for key, model in self.members]


_PLANS: WeakKeyDictionary[Any, _Plan | None] = WeakKeyDictionary()


def _plan_of(vote: Any) -> _Plan | None:
    """Return the plan of a fitted vote, made at its first prediction; None where there is none."""
    plan = _PLANS.get(vote)
    if vote not in _PLANS or (plan is not None and plan.fitted is not vote.estimators_):
        plan = _PLANS[vote] = _make_plan(vote)
    return plan


def _make_plan(vote: Any) -> _Plan | None:
    levels: dict[str, list[str]] | None = getattr(vote, "levels_", None)
    names = getattr(vote, "feature_names_in_", None)
    if levels is None or names is None:  # a model that an older version saved
        return None
    encoders: dict[int, Step] = {}
    members: list[tuple[int, Step]] = []
    for model in vote.estimators_:
        if not _has_encoder(model):
            return None
        encoder, key = model.steps[0][1], id(model.steps[0][1])
        if key not in encoders:
            step = encoder_step(encoder, [str(name) for name in names], levels)
            if step is None:
                return None
            encoders[key] = step
        out: list[Levels] = levels_out(encoder, levels)
        predict = model_step(model.steps[1][1], out)
        if predict is None:
            return None
        members.append((key, predict))
    known = [str(name) for name in names]
    return _Plan(known, levels, vote.estimators_, encoders, members)
