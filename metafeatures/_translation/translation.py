"""translate(): meta-features that another system computed, under our names.

What is said of a dataset elsewhere can then stand beside what `MetaFeatureExtractor`
says of another one. Names come from the catalogue, formulas from `foreign_names`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import pandas as pd

from metafeatures._arrays import Floats
from metafeatures._registry import MetaFeature, metafeatures
from metafeatures._translation.foreign_names import (
    APPROXIMATE,
    FOLLOWS,
    OLD_OPENML_NAMES,
    SOURCES,
    Formulas,
)
from metafeatures._translation.formulas import evaluate, names
from metafeatures.exceptions import (
    MetaFeatureDataError,
    MetaFeatureNotFoundError,
    MetaFeatureParameterError,
    MetaFeatureTypeError,
)

Values = TypeVar("Values", "pd.Series[float]", pd.DataFrame)
SLACK = 1e-9  # of a range: exports are rounded, and a share may come as 1.0000000001


def translate(values: Values, source: str, *, approximate: bool = False) -> Values:
    """Return the meta-features of another system as ours.

    Parameters
    ----------
    values : Series or DataFrame
        One dataset, indexed by the foreign names; or one row a dataset, with the
        foreign names as columns. Text is read as numbers.
    source : {"openml", "openml-2017", "autosklearn", "pymfe"}
        Whose names these are: OpenML's qualities; the same as exported before its
        engine was rewritten in 2017, as in ASlib's scenarios (``openml`` knows these by
        names such as ``DefaultAccuracy``); auto-sklearn's meta-features; pymfe's.
    approximate : bool, default=False
        Whether to take values of nearly the same definition as well, where they
        correlate with ours by 0.96 or more on real tables: landmarkers of one split or
        one linear discriminant, and OpenML's skewness and kurtosis where values are
        missing.

    Returns
    -------
    Series or DataFrame of float64
        Our names, in the order of `list_metafeatures`; the index of a DataFrame is
        kept. What has no equal among ours, landmarkers for one, is left out. NaN where
        the value was missing or infinite, where it lies outside the range of the
        meta-feature (old exports say -1 for "not known"), and where the two definitions
        agree on other tables only, such as those without missing values.

    Raises
    ------
    MetaFeatureDataError
        If a name occurs twice.
    MetaFeatureNotFoundError
        If no name is known to the source.
    MetaFeatureParameterError
        If ``source`` is none of these.
    MetaFeatureTypeError
        If ``values`` is neither a Series nor a DataFrame.

    See Also
    --------
    list_metafeatures : Its columns ``openml``, ``autosklearn`` and ``pymfe`` say which
        foreign name each translation begins with.

    Examples
    --------
    >>> qualities = pd.Series({"NumberOfInstances": 150, "NumberOfFeatures": 5})
    >>> translate(qualities, source="openml").to_dict()
    {'n_rows': 150.0, 'log_n_rows': 5.0106..., 'n_columns': 4.0, ...}
    """
    if source not in SOURCES:
        sources = ", ".join(map(repr, SOURCES))
        raise MetaFeatureParameterError(
            f"The 'source' parameter of translate must be one of {sources}. Got {source!r} instead."
        )
    if isinstance(values, pd.Series):
        table = values.to_frame().T
    elif isinstance(values, pd.DataFrame):
        table = values
    else:
        raise MetaFeatureTypeError(
            "The 'values' parameter of translate must be a Series or a DataFrame. "
            f"Got {type(values).__name__} instead."
        )
    translated = _translate(_columns(table), source, approximate)
    result = pd.DataFrame(translated, index=table.index, dtype=np.float64)
    if isinstance(values, pd.DataFrame):
        return result
    return pd.Series(
        result.to_numpy()[0], index=pd.Index(result.columns, name="metafeature"), name=values.name
    )


def _columns(table: pd.DataFrame) -> dict[str, Floats]:
    """Return columns of numbers by name, NaN where a value is none or infinite."""
    if not table.columns.is_unique:
        name = table.columns[table.columns.duplicated()][0]
        raise MetaFeatureDataError(f"Each name must occur once. Got {name!r} more than once.")
    columns = {}
    for name in table.columns:
        column = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        columns[str(name)] = np.where(np.isfinite(column), column, np.nan)
    return columns


def _translate(theirs: Mapping[str, Floats], source: str, approximate: bool) -> dict[str, Floats]:
    if source == "openml" and not theirs.keys().isdisjoint(OLD_OPENML_NAMES):
        source = "openml-2017"
    catalogue = metafeatures()
    ours: dict[str, Floats] = {}
    for name, foreign in equal_names(source).items():
        if foreign in theirs:
            ours[name] = _within(theirs[foreign], catalogue[name])
    _follow(SOURCES[source], theirs, ours, catalogue)
    if not ours:
        raise _unknown(list(theirs), source)
    _follow(FOLLOWS, {}, ours, catalogue)
    # last, so that they fill only what no equal definition gives
    if approximate:
        _follow(APPROXIMATE[source], theirs, ours, catalogue)
    return {name: ours[name] for name in catalogue if name in ours}


def _follow(
    formulas: Formulas,
    theirs: Mapping[str, Floats],
    ours: dict[str, Floats],
    catalogue: Mapping[str, MetaFeature],
) -> None:
    """Add to ours what the formulas give, without replacing a number that is there."""
    for name, formula in formulas.items():
        for one in (formula,) if isinstance(formula, str) else formula:
            values_by_name = {**theirs, **ours}
            if values_by_name.keys() >= set(names(one)):
                value = _within(evaluate(one, values_by_name), catalogue[name])
                before = ours.get(name, value)
                ours[name] = np.where(np.isnan(before), value, before)


def _within(values: Floats, feature: MetaFeature) -> Floats:
    """Return values with NaN for those outside the range of a meta-feature."""
    slack = SLACK * np.maximum(1.0, np.abs(values))
    is_possible = (values >= feature.low - slack) & (values <= feature.high + slack)
    return np.where(is_possible, values, np.nan)


def equal_names(source: str) -> dict[str, str]:
    """Return the foreign name of each meta-feature whose definition is the same to the letter."""
    if source not in ("openml", "autosklearn", "pymfe"):
        return {}
    return {
        name: getattr(feature, source)
        for name, feature in metafeatures().items()
        if getattr(feature, source)
    }


def foreign_names(source: str) -> dict[str, str]:
    """Return the foreign name with which the translation of each meta-feature begins."""
    ours = metafeatures()
    first_names = equal_names(source)
    for name, formula in SOURCES[source].items():
        first = formula if isinstance(formula, str) else formula[0]
        foreign = [one for one in names(first) if one not in ours]
        first_names.setdefault(name, foreign[0])
    return {name: first_names[name] for name in ours if name in first_names}


def _unknown(theirs: list[str], source: str) -> MetaFeatureNotFoundError:
    others = [
        other
        for other in SOURCES
        if other != source and not set(foreign_names(other).values()).isdisjoint(theirs)
    ]
    hint = f" Did you mean source={others[0]!r}?" if others else ""
    some = ", ".join(map(repr, theirs[:3])) + (", ..." if len(theirs) > 3 else "")
    return MetaFeatureNotFoundError(f"No name is known to source={source!r}: {some}.{hint}")
