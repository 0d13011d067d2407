"""ARFF as it is found."""

from __future__ import annotations

import gzip

import pytest

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._arff import read_arff


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "table.arff"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_arff(path)

    return read


HEADER = "@relation x\n@attribute name string\n@attribute value numeric\n@data\n"


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,1", ["a", "1"]),
        ("  a ,\t1  ", ["a", "1"]),
        ("'a, b',1", ["a, b", "1"]),
        ('"it\'s",?', ["it's", None]),
        ("'it\\'s',1", ["it's", "1"]),
        ("O'Brien,1", ["O'Brien", "1"]),
        ("@home,1", ["@home", "1"]),
        ("a b,1e-3", ["a b", "1e-3"]),
        ("?,", [None, None]),
        ("'?',1", ["?", "1"]),
        ("a\t1", ["a", "1"]),
        ("{0 a}", ["a", "0"]),
        ("{0 'a, b', 1 3}", ["a, b", "3"]),
        ("a,1,{2}", ["a", "1"]),
    ],
)
def test_rows_are_read_in_all_spellings(read, line, cells):
    assert read(HEADER + line).frame.iloc[0].tolist() == cells


def test_comments_blank_lines_and_windows_ends_are_no_rows(read):
    arff = read(HEADER.replace("\n", "\r\n") + "% note\r\n\r\na,1\r\n%\r\nb,2\r\n")
    assert arff.frame["name"].tolist() == ["a", "b"]
    assert arff.bad_lines == []


def test_rows_of_another_length_are_counted_by_line(read):
    assert read(HEADER + "a,1\nb\nc,1,2\nd,4").bad_lines == [6, 7]


def test_a_missing_data_line_is_no_matter(read):
    assert len(read(HEADER.replace("@data\n", "") + "a,1").frame) == 1


def test_names_and_levels_may_be_quoted(read):
    text = "@ATTRIBUTE 'the name' REAL\n@attribute kind{'p q', \"r\", s}\n@DATA\n1,'p q'\n"
    arff = read(text)
    assert list(arff.frame.columns) == ["the name", "kind"]
    assert arff.levels == {"kind": ("p q", "r", "s")}


def test_an_attribute_without_a_type_is_one_all_the_same(read):
    assert read("@attribute a\n@attribute 'b c'\n@data\n1,2\n").frame.loc[0, "b c"] == "2"


def test_names_that_occur_again_are_numbered(read):
    text = "@attribute a numeric\n@attribute a numeric\n@data\n1,2\n"
    assert list(read(text).frame.columns) == ["a", "a.1"]


def test_bytes_that_are_no_utf8_and_marks_at_the_start_are_read(read):
    assert read(b"\xef\xbb\xbf" + HEADER.encode() + b"a,1").frame.shape == (1, 2)
    assert read(HEADER.encode() + "é,1".encode("latin-1")).frame.iloc[0, 0] == "é"
    assert read(gzip.compress(HEADER.encode() + b"a,1")).frame.shape == (1, 2)


def test_a_file_without_attributes_is_refused(read):
    with pytest.raises(KnowledgeBaseError, match="declares no attribute"):
        read("hello\n")
