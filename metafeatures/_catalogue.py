"""The catalogue as a table."""

from __future__ import annotations

import pandas as pd

from metafeatures._registry import TASK_TYPES, metafeatures
from metafeatures._sampling_error import sampling_errors
from metafeatures._translation.translation import foreign_names
from metafeatures.exceptions import MetaFeatureParameterError


def list_metafeatures(task_type: str | None = None) -> pd.DataFrame:
    """Return the catalogue: one row a meta-feature, in the order of the vector.

    Parameters
    ----------
    task_type : {"binary", "multiclass", "regression"}, optional
        Only the meta-features of this task type.

    Returns
    -------
    DataFrame
        ``name``, ``family``, ``task_types``, ``definition``, ``low`` and ``high`` (the
        range), ``unit``, ``cost`` (``count``: one pass over all rows; ``columns``: each
        column of the sample; ``pairs``: pairs of columns; ``rows``: pairs of rows;
        ``models``: small models), ``sampling_error`` (how far the value of a sample is
        from that of all rows, in units of ``spread``; NaN if not measured), ``spread``
        (half the distance of the 16th and 84th percentile over real tables), ``undefined``
        (when the value is NaN), ``same_as`` (another one that is the same number up to a factor
        and a constant, on all tables or on tables of numbers), ``by_place`` (whether the order
        of columns, or the names of levels, may matter), ``varies_with`` (``units`` when the
        value changes with a factor of a column, ``offsets`` when with what is added to one,
        ``target`` when with unit or offset of the target), ``reference``, ``pymfe``,
        ``openml``, ``autosklearn`` (its name there, where the definition is the same up to
        what `translate` does), and ``differs`` (whose definition is another, and how).

    Examples
    --------
    >>> list_metafeatures().set_index("name").loc["class_entropy", "unit"]
    'bit'
    """
    if task_type is not None and task_type not in TASK_TYPES:
        raise MetaFeatureParameterError(
            f"task_type must be one of {', '.join(TASK_TYPES)} or None. Got {task_type!r} instead."
        )
    openml, autosklearn = foreign_names("openml"), foreign_names("autosklearn")
    errors, spreads = sampling_errors()["sampling_error"], sampling_errors()["spread"]
    rows = [
        {
            "name": feature.name,
            "family": feature.family,
            "task_types": tuple(sorted(feature.task_types)),
            "definition": feature.definition,
            "low": feature.low,
            "high": feature.high,
            "unit": feature.unit,
            "cost": feature.cost,
            "sampling_error": errors.get(feature.name, float("nan")),
            "spread": spreads.get(feature.name, float("nan")),
            "undefined": feature.undefined,
            "same_as": feature.same_as,
            "by_place": feature.by_place,
            "varies_with": feature.varies_with,
            "reference": feature.reference,
            "pymfe": feature.pymfe,
            "openml": openml.get(feature.name, ""),
            "autosklearn": autosklearn.get(feature.name, ""),
            "differs": feature.differs,
        }
        for feature in metafeatures().values()
        if task_type is None or task_type in feature.task_types
    ]
    return pd.DataFrame(rows)
