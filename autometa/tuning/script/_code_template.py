"""The parts of a generated script that are the same for every table."""

from __future__ import annotations

# A script runs where autometa is not installed, so it has functions of its own. Each does what the
# cleaner of a pipeline does, with what that has learnt as constants above it: the texts below are
# filled by `_code.py`, and tests hold both to equal predictions.
TEMPLATE = '''"""A scikit-learn pipeline found by autometa: {summary}.

Run it to fit the pipeline; import it to use ``read``, ``prepare`` and ``make_model``.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
{imports}

TARGET = {target}
{columns}


def read():
    """Return the whole table, target included."""
    return {read}


{prepare}

def make_model():
    """Return the unfitted model; it takes what ``prepare`` returns."""
    return {model}


{together}
def fit(table):
    """Return the fitted model, and the word models that ``prepare`` needs for other rows."""
{rows}    words = {{}}
    X = prepare(table, words)
    y = {labels}
    return {fit}, words


if __name__ == "__main__":
    model, words = fit(read())
    print(model)
'''

AS_DATES = '''def as_dates(name, column, order, zone):
    """Return days since 1970 (UTC), and month, weekday and hour in the column's time zone."""
    stamps = to_stamps(column, order)
    local = stamps.dt.tz_convert(zone)
    return {
        (name, ""): (stamps - pd.Timestamp("1970-01-01", tz="UTC")) / pd.Timedelta(days=1),
        (name, "month"): local.dt.month.astype("float64"),
        (name, "weekday"): local.dt.day_of_week.astype("float64"),
        (name, "hour"): local.dt.hour.astype("float64"),
    }


'''

# The numbers of `as_topics` are those of the cleaner (`autometa.algorithms._text`): 1,000 words and
# 8 components. Words are learnt when a table is fitted, so ``words`` is empty then alone.
PREPARE = '''def as_number(column):
    """Return a column as float64; what does not read as a number is missing."""
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def as_level(name, value):
    """Return a level as text; 1 and 1.0 are one level, and so are True and true."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    text = str(value)
    return text.capitalize() if name in TRUTH and text.lower() in ("true", "false") else text


def as_topics(name, column, words):
    """Return the leading components of a text column's TF-IDF matrix."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    texts = column.astype(object).where(column.notna(), "").astype(str)
    if name not in words:
        known = texts
        if len(texts) > {max_text_rows}:
            known = texts.iloc[np.random.default_rng(0).permutation(len(texts))[:{max_text_rows}]]
        counts = TfidfVectorizer(max_features=1000, token_pattern=r"\\S+")
        n_components = min(8, counts.fit_transform(known).shape[1])
        words[name] = make_pipeline(counts, TruncatedSVD(n_components, random_state=0)).fit(known)
    parts = words[name].transform(texts)
    return {(name, str(i)): pd.Series(part, column.index) for i, part in enumerate(parts.T)}


def prepare(table, words):
    """Return the table as float64 and category columns."""
    table = table.set_axis([str(name) for name in table.columns], axis=1)
    pieces = {(name, ""): as_number(table[name]) for name in NUMBERS}
    for name in PRESENCE:
        has_value = table[name].notna() & ~table[name].isin([np.inf, -np.inf])
        pieces[name, "presence"] = has_value.astype("float64")
    for name, levels in LEVELS.items():
        texts = table[name].astype(object).map(partial(as_level, name), na_action="ignore")
        pieces[name, ""] = texts.astype("category").cat.set_categories(levels)
    for name, (order, zone) in DATES.items():
        pieces.update(as_dates(name, table[name], order, zone))
    for name in TEXTS:
        pieces.update(as_topics(name, table[name], words))
    columns = {name: pieces[piece] for name, piece in COLUMNS.items()}
{in_units}    return pd.DataFrame(columns, index=table.index)

'''

# Only where numbers lie too far from 0 for single precision; other scripts have no such step.
IN_UNITS = """    for name, (origin, unit) in UNITS.items():
        columns[name] = (columns[name] - origin) / unit
"""

WEIGHTED = """

class WeightedPipeline(Pipeline):
    \"\"\"A pipeline whose last step is given what each row counts for.\"\"\"

    def fit(self, X, y=None, sample_weight=None):
        return super().fit(X, y, **{{f"{{self.steps[-1][0]}}__sample_weight": sample_weight}})


def weighted_rows(table):
    \"\"\"Return the rows that count, and for how much: 1 on average.\"\"\"
    weights = pd.to_numeric(table[{column!r}]).to_numpy("float64")
    counts = weights > 0
    return table[counts], np.round(weights[counts] / weights[counts].mean(), {digits})


def fit_weighted(model, X, y, weights):
    \"\"\"Fit a model to weighted rows; a rule that makes classes of probabilities stays.\"\"\"
    if {decides}:
        model.estimator_ = model.estimator.fit(X, y, sample_weight=weights)
        return model
    return model.fit(X, y, sample_weight=weights)

"""

# Weights of 0 and 1 alone: the rest of the script is that of a table without weights.
COUNTED = """

def rows_that_count(table):
    \"\"\"Return the rows of a weight above 0; they count alike.\"\"\"
    return table[pd.to_numeric(table[{column!r}]).to_numpy("float64") > 0]

"""

FILL_GAPS = '''

def fill_gaps(X, values):
    """Fill gaps of columns that had none in fit."""
    return X.fillna(values)

'''
