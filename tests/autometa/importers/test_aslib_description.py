"""Descriptions of scenarios as people write them."""

from __future__ import annotations

import pytest

from autometa.importers._aslib_description import parse_description


def test_lists_and_comma_separated_lines_say_the_same():
    lines = "performance_measures: a, b\nmaximize: true,false\nperformance_type: runtime,quality\n"
    yaml = (
        "performance_measures:\n- a\n- b\nmaximize: [yes, no]\n"
        "performance_type:\n  - runtime\n  - solution_quality\n"
    )
    for about in (parse_description(lines), parse_description(yaml)):
        assert about.measures == ("a", "b")
        assert about.maximize == (True, False)
        assert about.is_runtime == (True, False)


@pytest.mark.parametrize("text", ["?", "'?'", "null", "0", "''", "-1"])
def test_a_cutoff_that_says_nothing_is_none(text):
    assert parse_description(f"algorithm_cutoff_time: {text}\n").cutoff_seconds is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5000", 5000.0), ("5e3", 5000.0), ("'900.0'", 900.0), ("1,200", 1200.0), ("60 s", 60.0)],
)
def test_cutoffs_are_read_in_all_notations(text, seconds):
    assert parse_description(f"algorithm_cutoff_time: {text}\n").cutoff_seconds == seconds


def test_one_direction_counts_for_all_measures():
    about = parse_description("performance_measures: [a, b]\nmaximize: false\n")
    assert about.maximize == (False, False)


def test_too_few_directions_are_told():
    text = "performance_measures: [a, b, c]\nmaximize: [false, true]\nperformance_type: runtime\n"
    about = parse_description(text)
    assert about.maximize == (False, True, None)
    assert about.notes == ("description.txt has 2 'maximize' for 3 measures.",)


def test_names_that_yaml_takes_for_numbers_or_booleans_keep_their_spelling():
    text = (
        "scenario_id: 2013\nperformance_measures: [runtime]\nmetainfo_algorithms:\n"
        "  1.10:\n    configuration: a\n  no:\n    configuration: b\n"
    )
    about = parse_description(text)
    assert about.scenario_id == "2013"
    assert about.configurations == {"1.10": "a", "no": "b"}


def test_text_that_is_no_yaml_is_read_line_by_line():
    text = (
        "scenario_id: X\nmaximize: false\n\tbroken: [\nperformance_measures:\n - runtime\n"
        "note: this: is: no yaml\nperformance_type: runtime\n"
    )
    about = parse_description(text)
    assert about.measures == ("runtime",)
    assert about.maximize == (False,)
    assert about.notes == ("description.txt is no YAML; it was read line by line.",)


def test_an_empty_description_says_nothing():
    assert parse_description("").measures == ()
