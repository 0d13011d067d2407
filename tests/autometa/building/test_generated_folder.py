"""kb generate: a folder of generated tables that `kb build` takes, begun and gone on with."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

from autometa.building._sources import read_sources
from autometa.building.generation._generated_folder import generate_tasks
from autometa.cli import main
from autometa.datasets import load_dataset
from autometa.exceptions import DatasetNotFoundError, ParameterError


@pytest.fixture
def datasets(tmp_path):
    """A folder of three small tables, one of them too small to derive from."""
    folder = tmp_path / "datasets"
    folder.mkdir()
    load_iris(as_frame=True).frame.to_parquet(folder / "iris.parquet")
    load_diabetes(as_frame=True).frame.to_parquet(folder / "sugar.parquet")
    load_diabetes(as_frame=True).frame.iloc[:20].to_parquet(folder / "tiny.parquet")
    pd.DataFrame(
        {
            "name": ["iris", "sugar", "tiny"],
            "family": ["flowers", "health", "health"],
            "task_type": ["multiclass", "regression", "regression"],
            "target": "target",
            "n_rows": [150, 442, 20],
            "n_features": [4, 10, 10],
        }
    ).to_csv(folder / "manifest.csv", index=False)
    return folder


def contents(folder):
    """Hash of every file by name."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_a_build_can_read_what_was_generated(datasets, tmp_path):
    out = tmp_path / "out"
    skipped = generate_tasks(out, datasets, per_dataset=2, n_synthetic=3)
    assert list(skipped) == ["tiny"]
    assert "fewer than 40 rows" in skipped["tiny"]
    manifest = pd.read_csv(out / "manifest.csv", keep_default_na=False)
    assert list(manifest) == ["name", "family", "task_type", "target", "n_rows", "n_features",
                              "parent", "how"]  # fmt: skip
    assert manifest.groupby("parent").size().to_dict() == {"": 3, "iris": 2, "sugar": 2}
    sources = read_sources(out)
    assert len(sources) == 7
    for source in sources:
        table = load_dataset(source.path, source.target, task_type=source.task_type)
        assert (len(table.X), table.X.shape[1]) == (source.n_rows, source.n_columns)
        assert table.task_type == source.task_type
    families = manifest.set_index("name")["family"]
    assert set(families[families.index.str.startswith("iris")]) == {"flowers"}
    assert set(families[families.index.str.startswith("sugar")]) == {"health"}


def test_the_source_folder_is_left_as_it_was(datasets, tmp_path):
    before = contents(datasets)
    generate_tasks(tmp_path / "out", datasets, per_dataset=2)
    assert contents(datasets) == before


def test_stopped_anywhere_it_goes_on_to_the_same_folder(datasets, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    generate_tasks(whole, datasets, per_dataset=3, n_synthetic=2)

    def stop(_what, n_done, _n_total):
        if n_done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_tasks(parts, datasets, per_dataset=3, n_synthetic=2, on_progress=stop)
    table = next(parts.glob("*.parquet"))
    table.unlink()
    generate_tasks(parts, datasets, per_dataset=3, n_synthetic=2)
    assert contents(parts) == contents(whole)


def test_asking_for_more_leaves_the_first_as_they_were(datasets, tmp_path):
    few, many = tmp_path / "few", tmp_path / "many"
    generate_tasks(few, datasets, per_dataset=1, n_synthetic=1)
    generate_tasks(many, datasets, per_dataset=2, n_synthetic=2)
    first = contents(few)
    generate_tasks(few, datasets, per_dataset=2, n_synthetic=2)
    assert contents(few) == contents(many)
    del first["manifest.csv"]
    assert first.items() <= contents(few).items()


def test_only_some_tables_may_be_asked_for(datasets, tmp_path):
    out = tmp_path / "out"
    generate_tasks(out, datasets, per_dataset=2, only={"sugar"})
    assert set(pd.read_csv(out / "manifest.csv")["parent"]) == {"sugar"}


def test_a_folder_begun_otherwise_is_refused(datasets, tmp_path):
    out = tmp_path / "out"
    generate_tasks(out, n_synthetic=1)
    with pytest.raises(ParameterError, match=r"was begun with .*'random_state': 0"):
        generate_tasks(out, n_synthetic=1, random_state=1)
    with pytest.raises(ParameterError, match="'out' must be a folder of its own"):
        generate_tasks(datasets, datasets, per_dataset=1)
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "manifest.csv").write_bytes((datasets / "manifest.csv").read_bytes())
    with pytest.raises(ParameterError, match="holds tables that were not generated"):
        generate_tasks(copied, datasets, per_dataset=1)


def test_a_table_that_is_not_there_is_an_error(datasets, tmp_path):
    (datasets / "iris.parquet").unlink()
    with pytest.raises(DatasetNotFoundError, match=r"There is no file .*iris\.parquet"):
        generate_tasks(tmp_path / "out", datasets, per_dataset=1)


def test_the_command_writes_the_folder_and_tells_what_it_left_out(datasets, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["--datasets", datasets, "--out", out, "--per-dataset", 1, "--synthetic", 1]
    with pytest.raises(SystemExit) as ended:
        main(["kb", "generate", *map(str, arguments), "--seed", "7"])
    stdout, stderr = capsys.readouterr()
    assert not ended.value.code
    assert stdout == ""
    assert "No task can be derived from 'tiny': it has fewer than 40 rows." in stderr
    assert "synthetic-7-0" in set(pd.read_csv(out / "manifest.csv")["name"])


def test_the_command_without_anything_to_do_is_a_mistake_of_usage(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["kb", "generate", "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert "nothing to do" in capsys.readouterr().err
