"""KnowledgeBase: what it takes, what it refuses, and what the disk gives back."""

from __future__ import annotations

import json
import multiprocessing

import numpy as np
import optuna
import pandas as pd
import pytest
from writers import add_one

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseCorruptError, KnowledgeBaseError
from autometa.knowledge_base import add_to, canonical_config, merge_folders, summarise
from autometa.knowledge_base._setups import canonical_setup

TASKS = pd.DataFrame({"task_id": [1, 2], "task_type": ["binary", "regression"]})
METAFEATURES = pd.DataFrame({"n_rows": [100, 200], "odd": [np.nan, np.inf]}, index=[1, 2])


def runs(scores=(0.9, 0.8), task_id=1):
    return pd.DataFrame(
        {
            "task_id": task_id,
            "algorithm": "knn",
            "config": [{"k": 5, "p": 2}, '{"p": 2, "k": 1}'],
            "metric": "accuracy",
            "score": scores,
        }
    )


@pytest.fixture
def kb():
    return KnowledgeBase.from_frames(TASKS, METAFEATURES, runs())


def test_frames_become_tidy_tables_with_defaults(kb):
    assert kb.tasks["task_id"].tolist() == ["1", "2"]
    assert kb.tasks["family"].tolist() == ["1", "2"]
    assert kb.runs["config"].tolist() == ['{"k": 5, "p": 2}', '{"k": 1, "p": 2}']
    assert kb.runs["status"].tolist() == ["ok", "ok"]
    assert kb.runs["fidelity"].tolist() == [1.0, 1.0]
    assert kb.metafeatures.index.tolist() == ["1", "2"]
    assert kb.metafeatures.loc["2", "odd"] == np.inf


def test_the_frames_given_are_left_alone():
    given = runs()
    KnowledgeBase.from_frames(TASKS, METAFEATURES, given)
    pd.testing.assert_frame_equal(given, runs())


def test_metafeatures_may_be_absent():
    assert KnowledgeBase.from_frames(TASKS, None, runs()).metafeatures.shape == (0, 0)


def test_setups_have_ids_that_follow_from_their_content(kb):
    again = KnowledgeBase.from_frames(TASKS, METAFEATURES, runs().iloc[::-1])
    assert set(kb.setups["setup_id"]) == set(again.setups["setup_id"])
    assert kb.setups["n_tasks"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": np.inf}, "infinite scores"),
        ({"status": "crashed"}, "'status' of runs must be one of"),
        ({"task_id": 3}, r"tasks that 'tasks' does not list: \['3'\]"),
        ({"fidelity": 0.0}, "0 < fidelity <= 1"),
        ({"fit_seconds": -1.0}, "'fit_seconds' must be >= 0"),
        ({"config": "{nonsense"}, "A config must be a dict or its JSON text"),
    ],
)
def test_runs_that_cannot_be_are_refused(change, message):
    with pytest.raises(KnowledgeBaseError, match=message):
        KnowledgeBase.from_frames(TASKS, METAFEATURES, runs().assign(**change))


def test_a_missing_column_is_named():
    with pytest.raises(KnowledgeBaseError, match=r"Missing: \['score'\]"):
        KnowledgeBase.from_frames(TASKS, METAFEATURES, runs().drop(columns="score"))


def test_repeated_tasks_are_refused():
    with pytest.raises(KnowledgeBaseError, match=r"Repeated: \['1'\]"):
        KnowledgeBase.from_frames(pd.concat([TASKS, TASKS.iloc[:1]]), None, runs())


def test_equal_configurations_have_one_text():
    assert canonical_config({"b": np.int64(2), "a": 1.0}) == canonical_config('{"a": 1.0, "b": 2}')


def test_what_is_saved_is_what_is_loaded(kb, tmp_path):
    kb.save(tmp_path / "kb")
    loaded = KnowledgeBase.load(tmp_path / "kb")
    pd.testing.assert_frame_equal(loaded.runs, kb.runs, check_dtype=False)
    pd.testing.assert_frame_equal(loaded.metafeatures, kb.metafeatures)
    pd.testing.assert_frame_equal(loaded.tasks, kb.tasks, check_dtype=False)


def test_saving_twice_writes_nothing_new(kb, tmp_path):
    kb.save(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    kb.save(tmp_path, if_exists="append")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_added_runs_are_one_more_part(kb, tmp_path):
    kb.save(tmp_path)
    kb.add(runs(scores=(0.5, 0.6), task_id=2)).save(tmp_path, if_exists="append")
    assert len(list(tmp_path.glob("runs-*.parquet"))) == 2
    assert len(KnowledgeBase.load(tmp_path).runs) == 4


def test_adding_the_same_runs_again_changes_nothing(kb):
    assert len(kb.add(runs()).runs) == 2


def test_runs_of_a_new_task_need_its_description(kb):
    with pytest.raises(KnowledgeBaseError, match="does not list"):
        kb.add(runs(task_id=9))
    new = pd.DataFrame({"task_id": [9], "task_type": ["binary"]})
    assert len(kb.add(runs(task_id=9), tasks=new).tasks) == 3


def test_merging_keeps_both_and_drops_repeats(kb):
    other = KnowledgeBase.from_frames(TASKS, METAFEATURES, runs(scores=(0.9, 0.1)))
    assert kb.merge(other).runs["score"].tolist() == [0.9, 0.8, 0.1]


def test_a_flipped_byte_is_an_error(kb, tmp_path):
    kb.save(tmp_path)
    path = next(tmp_path.glob("runs-*.parquet"))
    data = bytearray(path.read_bytes())
    data[60] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(KnowledgeBaseCorruptError, match="is damaged"):
        KnowledgeBase.load(tmp_path)


@pytest.mark.parametrize("kept", [0, 10, 200])
def test_a_truncated_part_is_an_error(kb, tmp_path, kept):
    kb.save(tmp_path)
    path = next(tmp_path.glob("runs-*.parquet"))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(KnowledgeBaseCorruptError, match="is damaged"):
        KnowledgeBase.load(tmp_path)


def test_a_folder_without_manifest_is_no_knowledge_base(tmp_path):
    with pytest.raises(KnowledgeBaseError, match=r"holds no manifest.json"):
        KnowledgeBase.load(tmp_path)


def test_a_newer_schema_asks_for_an_update(kb, tmp_path):
    kb.save(tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 99}))
    with pytest.raises(KnowledgeBaseError, match="Update autometa"):
        KnowledgeBase.load(tmp_path)


@pytest.mark.slow
def test_writers_at_the_same_time_lose_nothing(kb, tmp_path):
    kb.save(tmp_path)
    scores = {0.1, 0.2, 0.3, 0.4}
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_one, args=(tmp_path, score)) for score in scores]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert scores <= set(KnowledgeBase.load(tmp_path).runs["score"])


@pytest.mark.parametrize(("direction", "sign"), [("maximize", 1.0), ("minimize", -1.0)])
def test_studies_become_runs_with_greater_better_scores(direction, sign):
    study = optuna.create_study(direction=direction)
    study.add_trial(
        optuna.trial.create_trial(
            params={"x": 0.5},
            distributions={"x": optuna.distributions.FloatDistribution(0, 1)},
            value=2.0,
        )
    )
    kb = KnowledgeBase.from_studies({"t": study})
    assert kb.runs["score"].tolist() == [sign * 2.0]
    assert kb.runs["config"].tolist() == ['{"x": 0.5}']


def test_the_summary_counts(kb):
    summary = summarise(kb)
    assert (summary["n_tasks"], summary["n_setups"], summary["n_runs"]) == (2, 2, 2)
    assert summary["task_types"] == {"binary": 1, "regression": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("fit_seconds", [1.0, 2.0, 3.0]),
        ("predict_seconds", [1.0, 2.0, np.nan]),
        ("reference_seconds", [0.1, 0.2, np.nan]),
        ("train_score", [0.5, 0.6, np.nan]),
        ("fold_scores", [[0.5, 0.6], [0.6, 0.5], None]),
        ("message", ["", "a", "b"]),
        ("source", ["", "a", "b"]),
    ],
)
def test_runs_of_equal_scores_are_kept_while_anything_else_differs(column, values, tmp_path):
    """Added, merged, saved, loaded, or handed over at once: three runs and not one."""
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "binary"})
    same = {"task_id": "t", "algorithm": "a", "config": "{}", "metric": "accuracy", "score": 0.9}
    runs = pd.DataFrame([same] * 3).assign(**{column: pd.Series(values, dtype=object)})
    if column not in ("fold_scores", "message", "source"):
        runs[column] = runs[column].astype(float)
    kb = KnowledgeBase.from_frames(tasks, None, pd.concat([runs, runs]))
    assert len(kb.runs) == 3
    assert len(kb.merge(KnowledgeBase.from_frames(tasks, None, runs)).runs) == 3
    parts = [KnowledgeBase.from_frames(tasks, None, runs.iloc[[i]]) for i in range(3)]
    assert len(parts[0].merge(parts[1]).add(runs.iloc[[2]]).runs) == 3
    for part in (kb, parts[1], kb):
        part.save(tmp_path / "kb", if_exists="append")
        add_to(tmp_path / "added", part, "test")
    assert len(KnowledgeBase.load(tmp_path / "kb").runs) == 3
    assert len(KnowledgeBase.load(tmp_path / "added").runs) == 3


def of(config, algorithm="knn", task_type="binary"):
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": task_type})
    run = {"task_id": "t", "algorithm": algorithm, "config": config, "metric": "r2", "score": 0.5}
    return KnowledgeBase.from_frames(tasks, None, pd.DataFrame([run]))


@pytest.mark.parametrize(
    ("algorithm", "configs"),
    [
        ("knn", ['{"k": 5}', '{"k": 5.0}', {"k": np.float64(5)}, {"k": 5, "gone": np.nan}]),
        ("knn", [{"k": 0}, {"k": -0.0}]),
        ("knn", [{"k": [1, 2.5, {"d": 3}]}, {"k": [1.0, 2.5, {"d": 3.0}]}]),
        ("random_forest", [{"max_features": 1}, {"max_features": 1.0, "n_estimators": 100.0}, {}]),
        ("svm", [{"C": 1}, {"C": 1.0, "gamma": "scale"}, "{}"]),
    ],
)
def test_equal_configurations_are_one_setup(algorithm, configs):
    """By value, with the types and the defaults of the algorithm's space where it is ours."""
    merged = of(configs[0], algorithm, "regression")
    for config in configs[1:]:
        merged.merge(of(config, algorithm, "regression"))
    assert len(merged.setups) == 1
    assert len(merged.runs) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"k": 1}, {"k": True}),
        ({"k": 1}, {"k": "1"}),
        ({"k": None}, {}),
        ({"k": 2**53}, {"k": float(2**53 + 2)}),
        ({"k": 0.5}, {"k": 0.25}),
    ],
)
def test_other_configurations_are_other_setups(one, other):
    assert len(of(one).merge(of(other)).setups) == 2


def test_defaults_are_those_of_the_kind_of_task():
    classes, numbers = (of({}, "random_forest", kind) for kind in ("multiclass", "regression"))
    assert json.loads(classes.setups["config"][0])["max_features"] == "sqrt"
    assert json.loads(numbers.setups["config"][0])["max_features"] == 1.0


def test_a_folder_that_holds_both_spellings_reads_as_one_setup(tmp_path):
    """As earlier versions wrote it: in memory and from the disk."""
    kb = of({"k": 5}).merge(of({"k": 6}))
    kb = KnowledgeBase(
        kb.tasks,
        kb.metafeatures,
        kb.runs.assign(config=['{"k": 5}', '{"k": 5.0}'], source=["a", "b"]),
    )
    assert len(kb.setups) == 1
    kb.save(tmp_path / "kb")
    loaded = KnowledgeBase.load(tmp_path / "kb")
    assert len(loaded.runs) == 2
    assert loaded.setups["config"].tolist() == ['{"k": 5}']
    assert loaded.averages().n_scores.tolist() == [2]


def test_the_bundled_setups_are_what_they_were():
    setups = KnowledgeBase.bundled().setups
    same = [canonical_setup(*pair) for pair in zip(setups.algorithm, setups.config, strict=True)]
    assert same == setups.config.tolist()


TRAIN = {"task_id": ["train"], "task_type": ["binary"], "target": ["y"], "n_rows": [100.0]}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"task_type": ["regression"]}, "'task_type' is 'binary' and 'regression'"),
        ({"n_rows": [90.0]}, "'n_rows' is '100.0' and '90.0'"),
        ({"target": ["z"]}, "'target' is 'y' and 'z'"),
        ({"task_type": ["multiclass"]}, "'task_type' is 'binary' and 'multiclass'"),
    ],
)
def test_two_tasks_of_one_id_are_refused_by_name_at_every_door(other, said, tmp_path):
    run = pd.DataFrame([{"task_id": "train", "algorithm": "a", "config": "{}", "metric": "r2",
                         "score": 0.5}])  # fmt: skip
    kb = KnowledgeBase.from_frames(pd.DataFrame(TRAIN), None, run)
    twin = KnowledgeBase.from_frames(pd.DataFrame(TRAIN | other), None, run.assign(score=0.25))
    add_to(tmp_path / "kb", kb, "test")
    twin.save(tmp_path / "twin")
    doors = [
        lambda: kb.merge(twin),
        lambda: kb.add(run, tasks=twin.tasks),
        lambda: add_to(tmp_path / "kb", twin, "test"),
        lambda: merge_folders([tmp_path / "twin"], tmp_path / "kb"),
        lambda: twin.save(tmp_path / "kb", if_exists="append"),
    ]
    for door in doors:
        with pytest.raises(KnowledgeBaseError, match=r"'train'.*task_prefix") as refused:
            door()
        differs = [said, "' and '".join(reversed(said.partition(" is '")[2][:-1].split("' and '")))]
        assert any(text in str(refused.value) for text in differs)  # in either order
    assert len(kb.runs) == 1
    assert len(KnowledgeBase.load(tmp_path / "kb").runs) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"task_type": ["classification"]},
        {"n_rows": [np.nan]},
        {"target": [""]},
        {"name": ["Train"]},
        {"family": ["f"]},
    ],
)
def test_a_task_of_which_one_side_knows_less_is_the_same(other):
    run = pd.DataFrame([{"task_id": "train", "algorithm": "a", "config": "{}", "metric": "r2",
                         "score": 0.5}])  # fmt: skip
    kb = KnowledgeBase.from_frames(pd.DataFrame(TRAIN), None, run)
    twin = KnowledgeBase.from_frames(pd.DataFrame(TRAIN | other), None, run.assign(score=0.25))
    assert len(kb.merge(twin).runs) == 2
