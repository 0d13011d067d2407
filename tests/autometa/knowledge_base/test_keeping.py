"""Adding, merging, compacting, removing, comparing: what each does, and says."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from keepers import do_add, grid, history, load, rows_of, score

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError, KnowledgeBaseWarning, ParameterError
from autometa.knowledge_base import (
    add_to,
    compact,
    default_state,
    diff,
    merge_folders,
    remove,
    user_folder,
    verify,
)
from autometa.knowledge_base._repeated import repeated_or_less
from autometa.knowledge_base.maintenance import _compacting, _rewriting
from autometa.knowledge_base.maintenance._repeats import SeenRuns
from autometa.knowledge_base.storage._parts import part_paths, read_part, write_part
from autometa.knowledge_base.storage._replaced import retry_if_rewritten, without_replaced
from autometa.metrics import get_metric


def with_provenance(rows, **provenance):
    kb = history(rows)
    return KnowledgeBase(kb.tasks, kb.metafeatures, kb.runs, provenance)


# Adding and merging


def test_adding_says_what_was_new_and_what_was_there(tmp_path):
    first = add_to(tmp_path, history(grid("ab", range(3))), "one")
    assert (first.n_tasks, first.n_described, first.n_runs, first.n_repeats) == (2, 2, 6, 0)
    second = add_to(tmp_path, history(grid("bc", range(2, 5))), "two")
    assert (second.n_tasks, second.n_described, second.n_runs, second.n_repeats) == (1, 1, 5, 1)
    assert load(tmp_path) == grid("ab", range(3)) | grid("bc", range(2, 5))


def test_adding_the_same_again_writes_nothing(tmp_path):
    do_add(tmp_path, grid("ab", range(3)))
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert add_to(tmp_path, history(grid("ab", range(3))), "again").n_repeats == 6
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_merging_drops_exact_repeats_and_keeps_the_provenance_of_all(tmp_path):
    with_provenance(grid("ab", range(3)), by="me").save(tmp_path / "a")
    with_provenance(grid("bc", range(3)), by="you").save(tmp_path / "b")
    merged = merge_folders([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    assert (merged.n_tasks, merged.n_runs, merged.n_repeats) == (3, 9, 3)
    assert load(tmp_path / "c") == grid("abc", range(3))
    sources = KnowledgeBase.load(tmp_path / "c").provenance["sources"]
    assert sources == [{"by": "me"}, {"by": "you"}]
    again = merge_folders([tmp_path / "b"], tmp_path / "c")
    assert (again.n_tasks, again.n_runs, again.n_repeats) == (0, 0, 6)
    assert KnowledgeBase.load(tmp_path / "c").provenance["sources"] == sources


def test_merging_keeps_runs_that_differ_in_their_score_or_source(tmp_path):
    changed(score=0.5).save(tmp_path / "a")
    changed(score=0.25).save(tmp_path / "b")
    changed(score=0.5, source="elsewhere").save(tmp_path / "c")
    merged = merge_folders([tmp_path / name for name in "abca"], tmp_path / "all")
    assert (merged.n_runs, merged.n_repeats) == (3, 1)
    assert sorted(KnowledgeBase.load(tmp_path / "all").runs["score"]) == [0.25, 0.5, 0.5]


def test_merging_a_folder_with_a_damaged_part_says_so(tmp_path):
    do_add(tmp_path / "a", grid("a", range(3)))
    path = part_paths(tmp_path / "a", "runs")[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(KnowledgeBaseError, match="is damaged"):
        merge_folders([tmp_path / "a"], tmp_path / "b")


def test_repeats_are_rows_whose_key_is_equal_and_nothing_else():
    runs = history(grid("ab", range(4))).runs
    assert repeated_or_less(pd.concat([runs, runs])).tolist() == [False] * 8 + [True] * 8

    def is_repeated(**change):
        first = runs.head(1)
        return repeated_or_less(pd.concat([first, first.assign(**change)])).tolist()[1]

    assert is_repeated()
    for change in ("task_id", "algorithm", "config", "metric", "status", "source"):
        assert not is_repeated(**{change: "other"}), change
    for change in ("score", "fidelity"):
        assert not is_repeated(**{change: 0.0625}), change
    zeros = pd.concat([runs.head(1).assign(score=0.0), runs.head(1).assign(score=-0.0)])
    assert repeated_or_less(zeros).tolist() == [False, True]
    failed = pd.concat([runs.head(1).assign(score=float("nan"))] * 2)
    assert repeated_or_less(failed).tolist() == [False, True]


def test_the_seen_are_rows_whose_key_is_equal_and_nothing_else():
    runs = history(grid("ab", range(4))).runs
    seen = SeenRuns()
    assert seen.add(runs).all()
    assert not seen.add(runs).any()
    negative_zero = pd.concat([runs.head(1).assign(score=0.0), runs.head(1).assign(score=-0.0)])
    assert seen.add(negative_zero).tolist() == [True, False]
    failed = pd.concat([runs.head(1).assign(score=float("nan"))] * 2)
    assert seen.add(failed).tolist() == [True, False]
    for change in ("task_id", "algorithm", "config", "metric", "status", "source"):
        assert seen.add(runs.head(1).assign(**{change: "other"})).all()
    for change in ("score", "fidelity"):
        assert seen.add(runs.head(1).assign(**{change: 0.0625})).all()
    assert len(seen) == 8 + 1 + 1 + 6 + 2


# Compacting


@pytest.mark.slow
def test_compacting_leaves_one_part_a_table_and_says_what_it_did(tmp_path):
    for k in range(5):
        do_add(tmp_path, grid("ab"[k % 2], [k]))
    before = KnowledgeBase.load(tmp_path)
    done = compact(tmp_path)
    assert (done.n_parts_before, done.n_parts_after, done.n_repeats) == (2 + 2 + 5, 3, 0)
    assert done.n_bytes_after < done.n_bytes_before
    after = KnowledgeBase.load(tmp_path)
    assert diff(before, after, noise=0.0).is_empty
    assert after.provenance == before.provenance
    assert not verify(tmp_path).findings


def test_compacting_a_compact_folder_changes_no_part(tmp_path):
    do_add(tmp_path, grid("ab", range(4)))
    do_add(tmp_path, grid("c", range(4)))
    compact(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")}
    compact(tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")} == before


@pytest.mark.slow
def test_large_folders_are_sorted_by_task_over_all_parts_and_then_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(_compacting, "ROWS", 100)
    monkeypatch.setattr(_compacting, "LARGE", 1)
    for k in range(2):
        for task in "abc":
            do_add(tmp_path, grid(task, range(50 * k, 50 * k + 50)))
    compact(tmp_path)
    parts = part_paths(tmp_path, "runs")
    tasks = [set(read_part(path)["task_id"]) for path in parts]
    assert len(parts) >= 2
    assert sum(map(len, tasks)) == 3
    compact(tmp_path)
    assert part_paths(tmp_path, "runs") == parts
    assert remove(tmp_path, algorithms=["knn"]).n_runs == 150
    assert len(part_paths(tmp_path, "runs")) == len(parts)
    write_part(tmp_path, "runs", history(grid("a", [0, 2, 4])).runs)
    assert compact(tmp_path).n_repeats == 3
    assert load(tmp_path) == grid("abc", range(0, 100, 2))


def test_who_loaded_before_a_rewrite_still_reads_what_was_there(tmp_path):
    do_add(tmp_path, grid("a", range(3)))
    do_add(tmp_path, grid("b", range(3)))
    before = KnowledgeBase.load(tmp_path)
    compact(tmp_path)
    assert rows_of(before) == grid("ab", range(3))


# Removing


@pytest.fixture
def folder(tmp_path):
    """Two sources; odd setups are of knn, even ones of tree."""
    path = tmp_path / "kb"
    history(grid("ab", range(4)), source="mine").save(path)
    history(grid("bc", range(4, 6)), source="optuna:study 1").save(path, if_exists="append")
    return path


MINE, STUDY = grid("ab", range(4)), grid("bc", range(4, 6))


@pytest.mark.parametrize(
    ("wanted", "stays", "tasks"),
    [
        ({"tasks": ["a"]}, (MINE | STUDY) - grid("a", range(9)), ("a",)),
        ({"tasks": ["a", "c"]}, grid("b", range(6)), ("a", "c")),
        ({"algorithms": ["knn"]}, {row for row in MINE | STUDY if row[1] % 2 == 0}, ()),
        ({"source": "optuna:study 1"}, MINE, ("c",)),
        ({"source": "optuna:*"}, MINE, ("c",)),
        ({"tasks": ["b"], "source": "mine"}, grid("a", range(4)) | STUDY, ()),
        ({"tasks": ["b"], "algorithms": ["tree"]}, (MINE | STUDY) - grid("b", [0, 2, 4]), ()),
    ],
)
def test_what_fits_all_that_is_given_goes_and_tasks_left_without_runs(folder, wanted, stays, tasks):
    gone = (MINE | STUDY) - stays
    planned = remove(folder, **wanted, dry_run=True)
    assert load(folder) == MINE | STUDY
    removed = remove(folder, **wanted)
    assert removed == planned
    assert (removed.tasks, removed.n_runs) == (tasks, len(gone))
    assert load(folder) == stays
    kb = KnowledgeBase.load(folder)
    assert set(kb.tasks["task_id"]) == set("abc") - set(tasks)
    assert set(kb.metafeatures.index) == set("abc") - set(tasks)
    assert verify(folder).is_sound


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"tasks": ["aa"]}, r"no such tasks: \['aa'\]. Did you mean 'a'\?"),
        ({"algorithms": ["kn"]}, r"no such algorithms: \['kn'\]. Did you mean 'knn'\?"),
        ({"source": "min"}, r"no such sources: \['min'\]. Did you mean 'mine'\?"),
        ({}, "needs 'tasks', 'algorithms' or a 'source'"),
    ],
)
def test_removing_what_is_not_there_is_an_error(folder, wanted, message):
    with pytest.raises((KnowledgeBaseError, ParameterError), match=message):
        remove(folder, **wanted)
    assert load(folder) == MINE | STUDY


def test_what_was_removed_can_be_added_again_even_after_a_kill(folder, monkeypatch):
    """The part that is written then has the name of one that does not count any more."""
    monkeypatch.setattr(_rewriting, "finish", lambda folder: None)  # as if killed before it
    remove(folder, source="optuna:*")
    monkeypatch.undo()
    assert load(folder) == MINE
    assert any("was replaced by a rewrite" in found.message for found in verify(folder).findings)
    history(grid("bc", range(4, 6)), source="optuna:study 1").save(folder, if_exists="append")
    assert load(folder) == MINE | STUDY
    assert any("counts: it was added again" in found.message for found in verify(folder).findings)
    compact(folder)
    assert load(folder) == MINE | STUDY
    assert not verify(folder).findings


def test_who_lists_parts_before_their_deletion_and_asks_after_it_looks_again(folder, monkeypatch):
    monkeypatch.setattr(_rewriting, "finish", lambda folder: None)  # as if it took its time
    remove(folder, source="optuna:*")
    monkeypatch.undo()
    looks = []

    def read():
        paths = part_paths(folder, "runs")
        if not looks:
            _rewriting.finish(folder)
        looks.append(len(paths))
        return pd.concat([read_part(path) for path in without_replaced(folder, paths)])

    assert set(retry_if_rewritten(folder, read)["source"]) == {"mine"}
    assert looks == [2, 1]


def test_all_can_be_removed_and_the_folder_can_be_filled_again(folder):
    remove(folder, tasks=["a", "b", "c"])
    with pytest.raises(KnowledgeBaseError, match="is empty"):
        KnowledgeBase.load(folder)
    do_add(folder, grid("d", range(2)))
    assert load(folder) == grid("d", range(2))


# Comparing


def test_a_difference_names_what_is_only_in_one(tmp_path):
    found = diff(history(grid("ab", range(4))), history(grid("bc", range(2, 6))))
    assert (found.tasks_only_in_a, found.tasks_only_in_b) == (("a",), ("c",))
    assert found.setups_only_in_a["config"].tolist() == ['{"k": 1}', '{"k": 0}']
    assert found.setups_only_in_b["config"].tolist() == ['{"k": 5}', '{"k": 4}']
    assert len(found.runs_only_in_a) == 4 + 2
    assert len(found.runs_only_in_b) == 4 + 2
    assert found.n_scores_compared == 2
    assert not found.is_empty


def changed(**change):
    kb = history(grid("a", [1]))
    return KnowledgeBase(kb.tasks, kb.metafeatures, kb.runs.assign(**change))


def test_scores_differ_beyond_three_standard_errors_of_their_folds():
    folds = [[0.5, 0.6, 0.7]]  # sd 0.1, standard error 0.1 / sqrt(3); of a difference 0.0816
    a = changed(score=0.6, fold_scores=folds)
    within, beyond = (changed(score=0.6 + x, fold_scores=folds) for x in (0.24, 0.25))
    assert diff(a, within).is_empty
    assert diff(a, within).n_scores_within_noise == 1
    found = diff(a, beyond).scores
    assert found["noise"].tolist() == [pytest.approx(0.1 * (2 / 3) ** 0.5)]
    assert len(diff(a, within, noise=0.0).scores) == 1
    assert diff(a, a, noise=0.0).is_empty


def test_scores_without_folds_differ_when_they_are_not_equal():
    a = changed(fold_scores=None)
    assert diff(a, changed(fold_scores=None, score=score("a", 1) * (1 + 1e-12))).is_empty
    assert len(diff(a, changed(fold_scores=None, score=score("a", 1) + 1e-6)).scores) == 1


def test_a_run_that_failed_in_one_differs_and_one_that_failed_in_both_does_not():
    failed = changed(score=float("nan"), status="error")
    assert len(diff(changed(), failed).scores) == 1
    assert diff(failed, failed).is_empty


def test_descriptions_and_meta_features_are_compared():
    kb = history(grid("ab", [1]))
    other = KnowledgeBase(
        kb.tasks.assign(family=["x", "b"]), kb.metafeatures.assign(n_rows=[97.0, 99.0]), kb.runs
    )
    found = diff(kb, other)
    told = found.tasks_described_differently
    assert told.to_dict("records") == [{"task_id": "a", "column": "family", "a": "a", "b": "x"}]
    assert found.metafeatures.to_dict("records") == [
        {"task_id": "b", "metafeature": "n_rows", "a": 98.0, "b": 99.0}
    ]


def test_noise_must_not_be_negative():
    with pytest.raises(ParameterError, match="'noise' parameter of diff must be >= 0"):
        diff(changed(), changed(), noise=-1.0)


# The user's own folder


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return user_folder()


@pytest.mark.slow
def test_what_a_user_added_is_read_on_top_of_the_bundled_knowledge_base(own):
    bundled = KnowledgeBase.bundled()
    assert default_state() == ()
    assert KnowledgeBase.default().n_runs == bundled.n_runs
    do_add(own, grid("ab", range(3)))
    found = KnowledgeBase.default()
    assert found.n_runs == bundled.n_runs + 6
    assert {"a", "b"} | set(bundled.tasks["task_id"]) == set(found.tasks["task_id"])
    assert rows_of(KnowledgeBase.load(own)) == grid("ab", range(3))


def test_the_state_of_the_default_changes_whenever_its_content_does(own):
    states = [default_state()]
    for act in (
        lambda: do_add(own, grid("a", range(3))),
        lambda: do_add(own, grid("a", range(3, 5))),
        lambda: compact(own),
        lambda: remove(own, algorithms=["knn"]),
    ):
        act()
        states.append(default_state())
        assert default_state() == states[-1]
    assert len(set(states)) == len(states)


def test_a_damaged_own_knowledge_base_is_left_out_with_a_warning(own):
    do_add(own, grid("a", range(3)))
    path = part_paths(own, "runs")[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(KnowledgeBaseWarning, match="Your own knowledge base is left out"):
        found = KnowledgeBase.default()
    assert found.n_runs == KnowledgeBase.bundled().n_runs


# Ranges of metrics


def test_every_scorer_of_scikit_learn_has_bounds_that_its_best_and_worst_scores_keep():
    from sklearn.metrics import get_scorer_names

    bounds = {name: (get_metric(name).low, get_metric(name).high) for name in get_scorer_names()}
    assert all(low > -float("inf") or high < float("inf") for low, high in bounds.values())
    assert bounds["roc_auc_ovr_weighted"] == bounds["f1_micro"] == (0.0, 1.0)
    assert bounds["matthews_corrcoef"] == (-1.0, 1.0)
    assert bounds["r2"] == (-float("inf"), 1.0)
    assert bounds["neg_root_mean_squared_error"] == (-float("inf"), 0.0)
    assert not np.isfinite([get_metric("objective").low, get_metric("objective").high]).any()


def test_the_bundled_knowledge_base_is_sound():
    from autometa.knowledge_base.storage._folders import bundled_folder

    report = verify(bundled_folder())
    assert report.is_sound, report.errors
    assert json.loads((bundled_folder() / "manifest.json").read_text())["provenance"]
