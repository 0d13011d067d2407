"""A column means the same whether it comes from a CSV file or from memory."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from autometa.datasets import read_file
from autometa.exceptions import DatasetWarning
from metafeatures.columns import column_kind

COLUMNS = {
    "compact dates": ["20241231", "20240105", "20231111", "20240203", "20240301", "20230607"],
    "dates": ["2024-12-31", "2024-01-05"],
    "days first": ["31/12/2024", "01/02/2024"],
    "dots": ["31.12.2024", "01.02.2024"],
    "codes": ["02134", "2134", "00501"],
    "versions": ["1.1", "1.10", "1.2"],
    "two forms": ["1", "1.0", "2.5"],
    "exponents": ["1E5", "10E4", "7E400"],
    "signs": ["+5", "5", "6"],
    "zeros with a sign": ["-0.0", "0.0", "1.5"],
    "identifiers": ["9007199254740993", "9007199254740992", "1"],
    "nanoseconds": ["1700000000000000001", "1700000000000000002", "1700000000000000003"],
    "underscores": ["1_000", "2"],
    "hexadecimal": ["0x10", "0x11"],
    "infinite": ["inf", "1", "2"],
    "prices": ["1.50", "2.25", "3.00"],
    "fractions": [".5", "1.", "2.25"],
    "years": ["2019", "2020", "2021"],
    "booleans": ["True", "False", "True"],
    "words": ["red", "green", "None"],
    "padded": [" 1", " 2", "3 "],
}


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        return read_file(path)


@pytest.mark.parametrize("name", COLUMNS)
def test_files_and_text_in_memory_have_one_rule(tmp_path, name):
    table = pd.DataFrame({"v": COLUMNS[name] * 3, "n": range(3 * len(COLUMNS[name]))})
    table.to_csv(tmp_path / "t.csv", index=False)
    assert column_kind(read(tmp_path / "t.csv")["v"]) == column_kind(table["v"])


def test_words_for_missing_among_dates_are_missing(tmp_path):
    days = pd.Series(pd.date_range("2024-01-01", periods=30)).dt.strftime("%d/%m/%Y")
    table = pd.DataFrame({"day": days.mask(days.index % 7 == 0, "NA"), "n": range(30)})
    table.to_csv(tmp_path / "t.csv", index=False)
    frame = read_file(tmp_path / "t.csv")
    assert frame["day"].isna().sum() == 5
    assert column_kind(frame["day"]) == "datetime"
