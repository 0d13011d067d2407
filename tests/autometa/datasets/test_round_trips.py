"""The same table gives the same frame from every kind of file, as far as the kind can say."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autometa.datasets import read_file
from autometa.exceptions import DatasetWarning

# Blanks around a text, and texts of blanks, are no part of a value in CSV or ARFF.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=8
).filter(lambda text: text == text.strip() and text not in ("", "?"))
DATES = st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2100-01-01").date())


def cells(values):
    """Lists of values and gaps; two values are there at least."""
    return st.lists(st.one_of(st.none(), values), min_size=4, max_size=4).map(
        lambda some: [*some, None]
    )


@st.composite
def tables(draw):
    """A table with a column of each kind: what it is as an Arrow file says."""
    words = draw(st.lists(TEXTS, min_size=4, max_size=4))
    flags = draw(st.lists(st.booleans(), min_size=5, max_size=5))
    table = pd.DataFrame(
        {
            "count": draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=5, max_size=5)),
            "size": pd.Series(draw(cells(st.floats(allow_nan=False))), dtype="float64"),
            "few": pd.Series([*draw(cells(st.integers(0, 5)))], dtype="float64"),
            "word": pd.Series([*words, "word"], dtype="str"),
            "gap": pd.Series([*draw(cells(TEXTS))[:4], "word"], dtype="str"),
            "flag": flags,
            "kind": pd.Categorical([*words[:3], "level", None]),
            "day": pd.Series(draw(st.lists(DATES, min_size=5, max_size=5))).astype(
                "datetime64[ms]"  # Parquet has no seconds
            ),
        }
    )
    name = draw(TEXTS.filter(lambda text: text not in table))
    return table.rename(columns={"gap": name})


def quoted(text):
    for sign, escape in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(sign, escape)
    return f"'{text}'"


def written(value):
    if value is None or value is pd.NaT or value != value:
        return "?"
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return quoted(str(value)) if isinstance(value, str | bool) else repr(value)


def arff(table):
    kinds = []
    for name, column in table.items():
        kind = {"i": "integer", "f": "numeric", "M": 'date "yyyy-MM-dd"'}.get(column.dtype.kind)
        if isinstance(column.dtype, pd.CategoricalDtype):
            kind = "{" + ", ".join(map(quoted, column.cat.categories)) + "}"
        elif column.dtype == bool:
            kind = "{False, True}"
        kinds.append(f"@attribute {quoted(name)} {kind or 'string'}")
    rows = [",".join(map(written, row)) for row in table.astype(object).to_numpy().tolist()]
    return "\n".join(["@relation t", *kinds, "@data", *rows])


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        return read_file(path)


def check(folder, table):
    table.to_parquet(folder / "t.parquet")
    table.to_feather(folder / "t.feather")
    table.to_csv(folder / "t.csv", index=False)
    table.to_csv(folder / "t.tsv.gz", index=False, sep="\t")
    (folder / "t.arff").write_text(arff(table), encoding="utf-8", newline="")
    for kind in ("parquet", "feather"):
        pd.testing.assert_frame_equal(read(folder / f"t.{kind}"), table)
    # CSV knows neither dates nor categories: they are text, which later means the same.
    plain = table.assign(
        day=table["day"].dt.strftime("%Y-%m-%d").astype("str"), kind=table["kind"].astype("str")
    )
    for kind in ("csv", "tsv.gz"):
        pd.testing.assert_frame_equal(read(folder / f"t.{kind}"), plain)
    # ARFF has no booleans: they are levels.
    flags = pd.Categorical(table["flag"].astype(str), categories=["False", "True"])
    from_arff = read(folder / "t.arff")
    expected = table.assign(flag=flags, day=table["day"].astype(from_arff["day"].dtype))
    pd.testing.assert_frame_equal(from_arff, expected, check_exact=True)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_a_table_is_the_same_from_every_kind_of_file(tmp_path, table):
    check(tmp_path, table)


def test_a_long_table_is_what_was_written(tmp_path):
    chance = np.random.default_rng(0)
    table = pd.DataFrame(chance.normal(size=(20_000, 6))).add_prefix("c")
    table["count"] = chance.integers(-9, 9, len(table))
    table["colour"] = chance.choice(["red", "green, dark", 'say "x"'], len(table))
    table.loc[::7, "c0"] = np.nan
    table.to_csv(tmp_path / "t.csv", index=False)
    frame = read_file(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(frame, table, check_exact=True)
    assert frame.dtypes.tolist() == pd.read_csv(tmp_path / "t.csv").dtypes.tolist()
