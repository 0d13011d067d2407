"""Nominal values of ARFF are the levels that their attribute declares."""

from __future__ import annotations

import warnings

import pytest

from autometa.datasets import read_file
from autometa.exceptions import DatasetWarning

HEAD = "@relation r\n@attribute a numeric\n@attribute y {}\n@data\n"


def read(tmp_path, levels, values):
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values))
    (tmp_path / "t.arff").write_text(HEAD.format(levels) + rows)
    return read_file(tmp_path / "t.arff")["y"]


def test_blanks_at_the_ends_make_no_level(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        column = read(tmp_path, "{'- 50', 50+}", ["' - 50'", "'- 50'", "'50+ '", "?"])
    assert column.cat.categories.tolist() == ["- 50", "50+"]
    assert column.tolist()[:3] == ["- 50", "- 50", "50+"]
    assert column.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("levels", "value"), [("{a, b}", "c"), ("{'a', ' a'}", "'a '"), ("{ab, b}", "'a b'")]
)
def test_another_value_is_a_level_of_its_own_and_said(tmp_path, levels, value):
    with pytest.warns(DatasetWarning, match="not declared"):
        column = read(tmp_path, levels, [value, "b"])
    assert column.iloc[0] == value.strip("'")
