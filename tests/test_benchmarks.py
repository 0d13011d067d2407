"""Every benchmark runs, small, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import scripts
import tune_compared_report
from measuring import Kept, by_group

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
IS_SCRIPT = 'if __name__ == "__main__":'
SCRIPTS = [path for path in sorted(FOLDER.glob("*.py")) if IS_SCRIPT in path.read_text()]
# What is not installed with `dev`: the benchmark then has nothing to compare with.
NEEDS = {"against_pymfe": "pymfe", "same_values": "pymfe", "openml_requests": "openml"}


def written() -> dict[str, int]:
    """Return the files that a benchmark may write when it is run for a result."""
    places = [FOLDER / "results", FOLDER.parent / "metafeatures"]
    files = [path for place in places for path in place.rglob("*") if path.suffix != ".pyc"]
    return {str(path): path.stat().st_mtime_ns for path in files if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_benchmark_runs_small_and_leaves_nothing_behind(script, tmp_path):
    if script.stem in NEEDS:
        pytest.importorskip(NEEDS[script.stem])
    before = written()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = scripts.run(script, "--smoke", cwd=tmp_path, env={"TMPDIR": str(temporary)})
    assert done.returncode == 0, done.stderr[-3000:]
    assert written() == before
    assert [path for path in tmp_path.iterdir() if path != temporary] == []


def test_the_readme_of_the_benchmarks_names_every_script():
    text = (FOLDER / "README.md").read_text()
    assert [path.name for path in SCRIPTS if f"`{path.name}`" not in text] == []


def test_a_benchmark_goes_on_where_it_was_stopped_even_in_mid_line(tmp_path):
    file, calls = tmp_path / "kept.jsonl", []

    def measure():
        calls.append(1)
        return [{"value": len(calls)}]

    assert Kept(file).rows(("a", 0), measure) == [{"value": 1}]
    with file.open("a") as half:
        half.write('{"commit": "x", "key"')
    again = Kept(file)
    assert again.rows(("a", 0), measure) == [{"value": 1}]
    assert again.rows(("b", 0), measure) == [{"value": 2}]
    assert list(Kept(file)) == [{"value": 1}, {"value": 2}]


def test_what_another_commit_measured_is_not_taken(tmp_path):
    file = tmp_path / "kept.jsonl"
    file.write_text('{"commit": "of another day", "key": ["a"], "rows": [{"value": 7}]}\n')
    assert Kept(file).rows(("a",), lambda: [{"value": 8}]) == [{"value": 8}]
    assert len(file.read_text().splitlines()) == 2


def test_standard_errors_count_families_not_tasks():
    differences = pd.Series([1.0, 2.0, 3.0, 4.0])
    assert by_group(differences) == "+2.5000 ± 0.6455"  # sd 1.291 / 2
    # Each task four times over says no more: the same four families.
    families = pd.Series([name for name in "abcd" for _ in range(4)])
    fourfold = differences.repeat(4).reset_index(drop=True)
    assert by_group(fourfold, families) == "+2.5000 ± 0.6455"


def row(dataset, split, method, score, error=""):
    about = {"family": dataset, "n_rows": 9, "metric": "roc_auc", "budget": 1.0, "seconds": 1.0}
    named = {"dataset": dataset, "split": split, "method": method}
    return about | named | {"score": score, "error": error}


def test_the_comparison_of_tune_is_paired_and_counts_ties_by_noise():
    # On "a" a method has twice the error of advice in each split; on "b" twice and half.
    rows = [row("a", s, m, 0.9 if m == "advice" else 0.8) for s in (0, 1) for m in ("advice", "x")]
    rows += [row("b", s, "advice", 0.9) for s in (0, 1)]
    rows += [row("b", 0, "x", 0.8), row("b", 1, "x", 0.95)]
    page = tune_compared_report.report(rows, "Question.")
    # Mean of log 2 and 0 over two families: the square root of 2; half their distance as error.
    assert "| x | 1.414 ± 0.490 | 0 / 1 / 1 |" in page
    assert "| advice | 1.000 ± 0.000 | 0 / 2 / 0 |" in page


def test_the_comparison_of_tune_reports_what_is_half_done_and_what_failed():
    rows = [
        row("a", 0, "advice", 0.9),
        row("a", 0, "x", None, "ValueError: no"),
        row("b", 0, "x", 1),
    ]
    page = tune_compared_report.report(rows, "Question.")
    assert "(1 families, 1 datasets and splits)" in page  # "b" has no advice yet
    assert "- x on a, split 0, 1 s: ValueError: no" in page
    assert "| x | 22026.466" in page  # FAILED more than the worst: exp(10)
    assert "No dataset is complete yet." in tune_compared_report.report(rows[2:], "Question.")
