"""Dates of any spelling are the moments that pandas' own parser makes of them."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafeatures.columns import (
    column_kind,
    column_order,
    is_guessed,
    source_of_dates,
    time_zone,
    to_numeric,
    to_stamps,
)

DAYS = pd.Series(pd.date_range("2023-01-01", periods=400, freq="31h"))
FORMS = {
    "%Y-%m-%d": "iso",
    "%Y/%m/%d": "iso",
    "%Y.%m.%d %H:%M": "iso",
    "%Y%m%d": "iso",
    "%Y%m%dT%H%M%S": "iso",
    "%d/%m/%Y": "dmy",
    "%d.%m.%Y": "dmy",
    "%d-%m-%Y %H:%M:%S": "dmy",
    "%d-%b-%Y": "dmy",
    "%d %B %Y": "dmy",
    "%m/%d/%Y": "mdy",
    "%m-%d-%Y %I:%M:%S %p": "mdy",
}


@pytest.mark.parametrize(("form", "order"), list(FORMS.items()))
def test_dates_of_every_form_are_what_pandas_reads_with_that_form(form, order):
    texts = DAYS.dt.strftime(form).astype(object)
    assert column_kind(texts) == "datetime"
    assert column_order(texts) == order
    expected = pd.to_datetime(texts, format=form, utc=True)
    pd.testing.assert_series_equal(to_stamps(texts, order), expected, check_dtype=False)


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-01-01", "2024-01-01T10:00:00.5", "2024-01-01T10:00:00+02:00"],
        ["01/02/2024", "01/02/2024 10:00", "2024-02-01"],
    ],
)
def test_forms_may_be_mixed_as_long_as_the_order_is_one(texts):
    column = pd.Series(texts, dtype=object)
    assert column_kind(column) == column_kind(column[::-1]) == "datetime"
    assert to_stamps(column, column_order(column)).notna().all()


@pytest.mark.parametrize(
    "texts",
    [
        ["31/12/2024", "12/31/2024"],
        ["2024-02-30", "2024-01-01"],
        ["1.2.3", "1.10.2"],
        ["20241301"] * 9,
        ["13-Foo-2024"],
        ["2024-01-01", "soon"],
    ],
)
def test_what_has_no_one_reading_is_no_date(texts):
    assert column_kind(pd.Series(texts, dtype=object)) != "datetime"


def test_an_order_that_no_row_shows_is_a_guess():
    assert is_guessed(["01/02/2024", "03/04/2024"], "mdy")
    assert not is_guessed(["01/02/2024", "13/04/2024"], "dmy")
    assert not is_guessed(["2024-01-02"], "iso")


@pytest.mark.parametrize(
    ("column", "zone"),
    [
        (DAYS, "UTC"),
        (DAYS.dt.tz_localize("Asia/Tokyo"), "Asia/Tokyo"),
        (DAYS.dt.tz_localize("Asia/Tokyo").astype(object), "Asia/Tokyo"),
        (pd.Series(["2024-01-01T10:00+02:00", "2024-06-01T10:00+02:00"]), "UTC+02:00"),
        (pd.Series(["2024-01-01T10:00+01:00", "2024-06-01T10:00+02:00"]), "UTC"),
        (pd.Series(["2024-01-01T10:00Z", "2024-06-01T10:00"]), "UTC"),
        (pd.Series([datetime.date(2024, 1, 1)]), "UTC"),
    ],
)
def test_one_zone_is_kept_and_several_are_utc(column, zone):
    assert time_zone(column) == zone


@given(st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)))
def test_text_and_moment_are_the_same_day_number(moment):
    text = pd.Series([moment.isoformat()], dtype=object)
    stamp = pd.Series([pd.Timestamp(moment)])
    assert to_numeric(text, "datetime")[0] == to_numeric(stamp, "datetime")[0]


def test_a_part_of_a_column_is_read_in_the_order_of_the_whole():
    whole = pd.Series(["31/12/2024", "01/02/2024"], dtype=object)
    part = to_numeric(whole[1:], "datetime", column_order(whole))
    assert part.tolist() == [(pd.Timestamp("2024-02-01") - pd.Timestamp(0)).days]


def test_the_source_for_scripts_reads_the_same():
    made: dict[str, object] = {}
    exec("import numpy as np\nimport pandas as pd\n" + source_of_dates(), made)
    texts = DAYS.dt.strftime("%d.%m.%Y %H:%M").astype(object)
    np.testing.assert_array_equal(made["to_stamps"](texts, "dmy"), to_stamps(texts, "dmy"))
