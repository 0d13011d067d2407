"""Predictions for a few rows without what libraries do once per call.

scikit-learn checks, copies and starts threads for each step of each member, which for one row
takes a hundred times as long as the arithmetic. Here the arithmetic of a fitted encoder is
written down once as functions of a matrix, and each kind of model is asked in the quickest way
it has, by one thread. The numbers are the same; what is not listed here gives None, and is
predicted as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)

from autometa._common.arrays import Floats
from autometa.algorithms._encoding import NewGapImputer
from autometa.algorithms._target import ClassEncoder, LogScaler, in_double

EDGE = 1e-7  # scikit-learn's: so near to the first or last quantile is on it

Levels = list[str] | None  # of a column of categories, in the order of its codes; None of numbers
Step = Callable[[Floats], Any]


def coded(X: pd.DataFrame) -> Floats:
    """Return a cleaned table as one matrix: categories by the numbers of their levels, or NaN."""
    dtypes = X.dtypes.tolist()
    if not any(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes):
        return np.asarray(X.to_numpy("float64"), dtype=np.float64)
    matrix = np.empty(X.shape)
    for place, (_, column) in enumerate(X.items()):
        cells: Any = column.array
        if isinstance(cells, pd.Categorical):
            matrix[:, place] = cells.codes
            matrix[cells.codes < 0, place] = np.nan
        else:
            matrix[:, place] = cells
    return matrix


def encoder_step(
    encoder: Any, names: Sequence[str], levels: Mapping[str, list[str]]
) -> Step | None:
    """Return what ``encoder.transform`` does, as a function of a coded matrix.

    Parameters
    ----------
    encoder : ColumnTransformer
        Fitted.
    names : sequence of str
        Columns of the matrix.
    levels : dict of str to list of str
        Of the columns of categories.

    Returns
    -------
    callable or None
        None where a step is of another kind than those of `make_encoder`.
    """
    if not isinstance(encoder, ColumnTransformer):
        return None
    places = {name: place for place, name in enumerate(names)}
    parts: list[tuple[Any, Step]] = []
    for _, transformer, columns in encoder.transformers_:
        chosen = [str(name) for name in columns]
        if not chosen or transformer == "drop":
            continue
        step = _step(transformer, chosen, [levels.get(name) for name in chosen])
        if step is None or not set(chosen) <= set(places):
            return None
        parts.append((np.array([places[name] for name in chosen]), step))
    if not parts:
        return None
    return lambda X: np.concatenate([step(X[:, columns]) for columns, step in parts], axis=1)


def levels_out(encoder: ColumnTransformer, levels: Mapping[str, list[str]]) -> list[Levels]:
    """Return the levels of each column that comes out of a fitted encoder, None of numbers."""
    out: list[Levels] = []
    for name, transformer, columns in encoder.transformers_:
        if isinstance(transformer, NewGapImputer):
            out += [levels.get(str(column)) for column in columns]
        else:
            made = encoder.output_indices_[name]
            out += [None] * (made.stop - made.start)
    return out


def _step(transformer: Any, names: list[str], levels: list[Levels]) -> Step | None:
    if isinstance(transformer, Pipeline):
        return _chain(transformer, names, levels)
    if isinstance(transformer, NewGapImputer):
        return _filling(fills_of(transformer, names, levels))
    if isinstance(transformer, SimpleImputer):
        filled = np.asarray(transformer.statistics_, dtype=object)
        is_whole = all(isinstance(v, int | float | np.number) and v == v for v in filled)
        return _filling(filled.astype("float64")) if is_whole else None  # else columns are dropped
    if isinstance(transformer, StandardScaler):
        mean, scale = transformer.mean_, transformer.scale_
        return lambda X: (X - mean) / scale
    if isinstance(transformer, QuantileTransformer):
        return _normal_scores(transformer)
    tables = tables_of(transformer, levels)
    return None if tables is None else _look_up(tables)


def _chain(pipeline: Pipeline, names: list[str], levels: list[Levels]) -> Step | None:
    steps = [_step(step, names, levels) for _, step in pipeline.steps]
    if any(step is None for step in steps):
        return None

    def chain(X: Floats) -> Any:
        for step in steps:
            assert step is not None
            X = step(X)
        return X

    return chain


def fills_of(imputer: NewGapImputer, names: list[str], levels: list[Levels]) -> Floats:
    """Return what fills each column, a level by its number; NaN leaves gaps as they are."""
    fills = [imputer.fills_.get(name, np.nan) for name in names]
    pairs = zip(fills, levels, strict=True)
    return np.array([own.index(v) if own and isinstance(v, str) else v for v, own in pairs])


def _filling(fills: Floats) -> Step:
    return lambda X: np.where(np.isnan(X), fills, X)


def _normal_scores(transformer: QuantileTransformer) -> Step | None:
    """Return what QuantileTransformer does, with one call for the tails of all columns."""
    if transformer.output_distribution != "normal":
        return None
    quantiles, references = transformer.quantiles_, transformer.references_
    forth = [np.ascontiguousarray(column) for column in quantiles.T]
    back = [-column[::-1] for column in forth]
    mirrored = -references[::-1]
    lowest, highest = quantiles[0], quantiles[-1]
    ends = ndtri(EDGE - np.spacing(1)), ndtri(1 - (EDGE - np.spacing(1)))

    def scores(X: Floats) -> Floats:
        shares = np.empty(X.shape)
        for place, (up, down) in enumerate(zip(forth, back, strict=True)):
            x = X[:, place]
            shares[:, place] = 0.5 * (np.interp(x, up, references) - np.interp(-x, down, mirrored))
        shares[highest < X + EDGE] = 1.0
        shares[lowest > X - EDGE] = 0.0
        return np.asarray(np.clip(ndtri(shares), *ends))

    return scores


def tables_of(transformer: Any, levels: list[Levels]) -> list[tuple[int, Floats]] | None:
    """Return for each column that comes out which one it is made of, and a value a level.

    The last value is that of a missing level.
    """
    if not isinstance(transformer, OrdinalEncoder | OneHotEncoder | TargetEncoder):
        return None
    if any(own is None for own in levels):
        return None
    tables: list[tuple[int, Floats]] = []
    for place, (own, categories) in enumerate(zip(levels, transformer.categories_, strict=True)):
        assert own is not None
        numbers = _numbers_of(own, categories)
        tables += [(place, table) for table in _values_of(transformer, place, numbers)]
    return tables


def _numbers_of(levels: list[str], categories: Any) -> Any:
    """Return the number that an encoder gives each level and, last, a gap; -1 is unknown."""
    numbers = {c: i for i, c in enumerate(categories) if isinstance(c, str)}
    gap = next((i for i, c in enumerate(categories) if not isinstance(c, str)), -1)
    return np.array([*(numbers.get(level, -1) for level in levels), gap])


def _values_of(transformer: Any, place: int, numbers: Any) -> list[Floats]:
    """Return the columns that an encoder makes of one, a value for each number."""
    if isinstance(transformer, OneHotEncoder):
        n_categories = len(transformer.categories_[place])
        return [(numbers == number).astype("float64") for number in range(n_categories)]
    if isinstance(transformer, OrdinalEncoder):
        values = np.where(numbers < 0, transformer.unknown_value, numbers).astype("float64")
        if numbers[-1] >= 0:
            values[-1] = transformer.encoded_missing_value
        return [values]
    n_outputs = len(transformer.encodings_) // len(transformer.categories_)
    means = np.atleast_1d(transformer.target_mean_)
    encodings = transformer.encodings_[place * n_outputs : (place + 1) * n_outputs]
    pairs = zip(encodings, means, strict=True)
    return [np.where(numbers < 0, mean, np.asarray(own)[numbers]) for own, mean in pairs]


def _look_up(tables: list[tuple[int, Floats]]) -> Step:
    gaps = [len(table) - 1 for _, table in tables]
    sources = [place for place, _ in tables]

    def look_up(X: Floats) -> Floats:
        codes = np.where(np.isnan(X[:, sources]), gaps, X[:, sources]).astype(np.intp)
        return np.stack([t[codes[:, i]] for i, (_, t) in enumerate(tables)], axis=1)

    return look_up


def model_step(model: Any, levels: list[Levels]) -> Step | None:
    """Return ``predict_proba`` or, of a regressor, ``predict`` as a function of a matrix.

    Parameters
    ----------
    model : estimator
        Fitted on what the encoder gives.
    levels : list
        Of the columns of that matrix; None of numbers.
    """
    if isinstance(model, TransformedTargetRegressor):
        return _unscaled(model, levels)
    if isinstance(model, ClassEncoder):
        shares = model_step(model.classifier_, levels)
        return None if shares is None else lambda X: in_double(shares(X))
    make = KINDS.get(f"{type(model).__module__}.{type(model).__qualname__}")
    if make is not None:
        step: Step | None = make(model, levels)
        return step
    if any(own is not None for own in levels) or hasattr(model, "feature_names_in_"):
        return None  # fitted on a table with names
    if hasattr(model, "predict_proba"):
        return lambda X: model.predict_proba(X)
    return lambda X: model.predict(X)


def _unscaled(model: TransformedTargetRegressor, levels: list[Levels]) -> Step | None:
    inner, scaler = model_step(model.regressor_, levels), model.transformer_
    if inner is None or not isinstance(scaler, StandardScaler):
        return None
    if isinstance(scaler, LogScaler):
        logs = inner
        return lambda X: scaler.inverse_transform(np.reshape(logs(X), (-1, 1))).ravel()
    scale, mean = scaler.scale_, scaler.mean_
    return lambda X: np.asarray(inner(X), "float64").ravel() * scale + mean


def _lightgbm(model: Any, levels: list[Levels]) -> Step:
    booster = model.booster_
    is_binary = len(getattr(model, "classes_", ())) == 2

    def predict(X: Floats) -> Any:
        values = booster.predict(X, num_threads=1)
        return np.vstack((1.0 - values, values)).transpose() if is_binary else values

    return predict


def _xgboost(model: Any, levels: list[Levels]) -> Step:
    booster = model.get_booster()
    is_binary = getattr(model, "n_classes_", 0) == 2

    def predict(X: Floats) -> Any:
        values = booster.inplace_predict(X, missing=model.missing, validate_features=False)
        return np.vstack((1.0 - values, values)).transpose() if is_binary else values

    return predict


def _catboost(model: Any, levels: list[Levels]) -> Step:
    predict = getattr(model, "predict_proba", None) or model.predict
    return lambda X: predict(X, thread_count=1)


def _forest(model: Any, levels: list[Levels]) -> Step:
    """Return the mean over trees, added up in their order as scikit-learn does."""
    trees = [tree.tree_ for tree in model.estimators_]
    is_classifier = hasattr(model, "classes_")

    def predict(X: Floats) -> Any:
        cells = np.ascontiguousarray(X, dtype=np.float32)
        total = trees[0].predict(cells)
        for tree in trees[1:]:
            total += tree.predict(cells)
        total /= len(trees)
        return total if is_classifier else total[:, 0]

    return predict


def _hist_gradient_boosting(model: Any, levels: list[Levels]) -> Step | None:
    """Return predictions by one thread: scikit-learn starts a team of them for each tree.

    With categories it puts their columns first, by the numbers of its own encoder.
    """
    order, tables = np.arange(len(levels)), []
    if model.is_categorical_ is not None:
        is_level = np.asarray(model.is_categorical_)
        order = np.concatenate([np.flatnonzero(is_level), np.flatnonzero(~is_level)])
        (_, encoder, _), *_ = model._preprocessor.transformers_
        own = [levels[place] for place in np.flatnonzero(is_level)]
        if any(one is None for one in own):
            return None
        for names, categories in zip(own, encoder.categories_, strict=True):
            numbers = _numbers_of(names or [], categories).astype("float64")
            numbers[-1] = np.nan
            tables.append(np.where(numbers < 0, np.nan, numbers))
    elif any(one is not None for one in levels):
        return None
    look_up = _look_up(list(enumerate(tables))) if tables else None
    n_levels, is_classifier = len(tables), hasattr(model, "classes_")

    def predict(X: Floats) -> Any:
        cells = X[:, order]
        if look_up is not None:
            cells[:, :n_levels] = look_up(cells[:, :n_levels])
        raw = np.zeros((len(cells), model.n_trees_per_iteration_), order="F")
        raw += model._baseline_prediction
        model._predict_iterations(
            np.ascontiguousarray(cells), model._predictors, raw, False, n_threads=1
        )
        if is_classifier:
            return model._loss.predict_proba(raw)
        return model._loss.link.inverse(raw.ravel())

    return predict


_SKLEARN_FOREST = "sklearn.ensemble._forest"
_SKLEARN_BOOSTING = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting"
KINDS: dict[str, Callable[[Any, list[Levels]], Step | None]] = {
    "lightgbm.sklearn.LGBMClassifier": _lightgbm,
    "lightgbm.sklearn.LGBMRegressor": _lightgbm,
    "xgboost.sklearn.XGBClassifier": _xgboost,
    "xgboost.sklearn.XGBRegressor": _xgboost,
    "catboost.core.CatBoostClassifier": _catboost,
    "catboost.core.CatBoostRegressor": _catboost,
    f"{_SKLEARN_FOREST}.RandomForestClassifier": _forest,
    f"{_SKLEARN_FOREST}.RandomForestRegressor": _forest,
    f"{_SKLEARN_FOREST}.ExtraTreesClassifier": _forest,
    f"{_SKLEARN_FOREST}.ExtraTreesRegressor": _forest,
    f"{_SKLEARN_BOOSTING}.HistGradientBoostingClassifier": _hist_gradient_boosting,
    f"{_SKLEARN_BOOSTING}.HistGradientBoostingRegressor": _hist_gradient_boosting,
}
