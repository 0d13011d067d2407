"""What the command line says names its own options, not parameters of Python."""

from __future__ import annotations

import pytest

from autometa.cli._spelling import as_options


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("pass groups='p 1' if so.", "pass --groups 'p 1' if so."),
        ("cv='group' needs 'groups'. Got none.", "--cv group needs --groups. Got none."),
        ("Give 'timestamps', or cv='time'.", "Give --timestamps, or --cv time."),
        ("'tune_threshold' must be so.", "--threshold must be so."),
        ("Too many. 'sample_weight' must be so.", "Too many. --weights must be so."),
        # columns, metrics and files of these names
        ("X has no column 'gap'. It has ['cv', 'groups'].", None),
        ("Each value of 'groups' stands on 6 rows.", None),
        ("There is no 'cv'.", None),
        ("my_groups='a' and it.cv='b'", None),
    ],
)
def test_parameters_are_respelt_and_names_of_the_user_are_not(message, said):
    assert as_options(message) == (message if said is None else said)


def test_an_error_names_the_option_that_was_given(autometa, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(40)))
    code, _, err = autometa("tune", table, "--target", "y", "--threshold", "30")
    assert code == 2
    assert "Error: --threshold must be 'auto'" in err
    assert "tune_threshold" not in err
