"""Advice on screens of 60, 80 and 120 columns, in a pipe, and as a script."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from histories import two_clusters

WIDTHS = (60, 80, 120)


@pytest.fixture
def asked(tmp_path):
    """A command that advises on a dataset described by two meta-features."""
    two_clusters(16).save(tmp_path / "clusters")
    (tmp_path / "values.json").write_text(json.dumps({"size": 100.0, "noise": 0.0}))
    return (
        *("recommend", "--metafeatures", tmp_path / "values.json", "--task-type", "binary"),
        *("-k", tmp_path / "clusters", "-m", "accuracy"),
    )


def screen(run, monkeypatch, asked, width, *more):
    """Return the lines that a terminal of 30 lines and so many columns is given."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # what makes rich take stdout for a terminal
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", "30")
    code, out, _ = run(*asked, *more)
    assert code == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_screen_and_the_first_rank_stays_on_it(
    run, monkeypatch, asked, width
):
    lines = screen(run, monkeypatch, asked, width)
    assert max(map(len, lines)) <= width
    assert len(lines) < 30
    assert "each is chosen for what it adds" in " ".join(lines)
    first = next(line for line in lines if line.startswith(" 1 "))
    assert first.split()[1] == "algorithm0"
    assert any("best single" in line for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_reasons_fit_the_screen_too(run, monkeypatch, asked, width):
    lines = screen(run, monkeypatch, asked, width, "--explain", "1")
    assert max(map(len, lines)) <= width
    assert "Earlier tasks that count most" in lines
    assert "near to them as" not in " ".join(lines)
    assert "regret" not in " ".join(lines)


def test_into_a_pipe_goes_a_table_with_tabs(run, asked):
    code, out, _ = run(*asked, "-n", "3")
    assert code == 0
    title, header, *rows = out.splitlines()
    assert title.startswith("described: binary")
    names = header.split("\t")
    assert names[:3] == ["rank", "algorithm", "score"]
    cells = [row.split("\t") for row in rows if "\t" in row]
    assert [row[0] for row in cells] == ["1", "2", "3"]
    assert {len(row) for row in cells} == {len(names)}
    assert all(cell == cell.strip() for row in cells for cell in row)


def test_the_order_is_in_the_answer(run, asked):
    code, out, _ = run(*asked, "--order", "single", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["order"] == "single"
    scores = [one["expected_score"] for one in answer["recommendations"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["recommendations"][0]["role"].startswith("highest expected score")


@pytest.mark.slow
def test_the_first_setup_is_written_as_a_script_that_runs(run, tmp_path):
    path = tmp_path / "first.py"
    code, _, err = run("recommend", "sklearn:wine", "-n", "1", "--code", path)
    assert code == 0
    assert f"Wrote '{path}'" in err
    text = path.read_text()
    assert "autometa import" not in text
    assert "import autometa" not in text
    done = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "VotingClassifier" in done.stdout


def test_a_script_needs_a_table(run, asked, tmp_path):
    code, _, err = run(*asked, "--code", tmp_path / "first.py")
    assert code == 2
    assert "'--code' needs a TABLE" in err
