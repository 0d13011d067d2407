"""How tables lie on the disk: exact where it must be, small where it may be, old ones readable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from drawn_runs import TASKS, draw_runs, task_table
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa import KnowledgeBase
from autometa.knowledge_base._checks import check_runs
from autometa.knowledge_base._schema import NARROW, RUN_KEY, SCHEMA_VERSION
from autometa.knowledge_base.storage import _layout
from autometa.knowledge_base.storage._files import digest
from autometa.knowledge_base.storage._layout import encode, from_arrow, to_arrow
from autometa.knowledge_base.storage._manifest import join_provenance
from autometa.knowledge_base.storage._parts import (
    add_provenance,
    footer_digest,
    read_manifest,
    read_part,
    write_part,
)

SCHEMA_1 = Path(__file__).parent / "schema_1"
numbers = st.floats(allow_infinity=False)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(TASKS),
            numbers,
            st.floats(0, 1e6),
            st.one_of(st.none(), st.lists(st.floats(-1, 1), max_size=4)),
            st.text(st.characters(codec="utf-8"), max_size=5),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_scores_seconds_and_texts_come_back_to_the_bit(rows):
    task, score, seconds, folds, message = map(list, zip(*rows, strict=True))
    runs = check_runs(
        pd.DataFrame(
            {
                "task_id": task,
                "algorithm": "knn",
                "config": "{}",
                "metric": "objective",  # any number is a score of it
                "score": score,
                "fit_seconds": seconds,
                "fold_scores": pd.Series(folds, dtype=object),
                "message": message,
                "source": [str(place) for place in range(len(rows))],
            }
        ),
        TASKS,
    )
    found = from_arrow("runs", to_arrow("runs", runs)).set_index("source")
    expected = runs.set_index("source").loc[found.index]
    assert found["task_id"].is_monotonic_increasing
    for column in (name for name in RUN_KEY if name not in (*NARROW, "source")):
        pd.testing.assert_series_equal(found[column], expected[column], check_exact=True)
    for one, other in zip(found["fold_scores"], expected["fold_scores"], strict=True):
        if isinstance(other, list):
            np.testing.assert_allclose(np.asarray(one, dtype=float), other, rtol=1e-7, atol=1e-38)
        else:
            assert pd.isna(one)


def test_details_too_large_for_single_precision_stay_double():
    runs = draw_runs(0, 3).assign(train_score=[-1e300, np.nan, 0.1], fold_scores=[[1e39], None, []])
    found = from_arrow("runs", to_arrow("runs", runs.assign(task_id="a")))
    assert found["train_score"].tolist() == pytest.approx([-1e300, np.nan, 0.1], nan_ok=True)
    assert list(found["fold_scores"].iloc[0]) == [1e39]


def test_rows_of_a_task_keep_their_order(tmp_path):
    runs = draw_runs(3, 100)
    path = write_part(tmp_path, "runs", runs)
    expected = pd.concat([runs[runs["task_id"] == task] for task in sorted(TASKS)])
    found = read_part(path)
    keys = [name for name in RUN_KEY if name != "fold_scores"]
    pd.testing.assert_frame_equal(found[keys], expected[keys].reset_index(drop=True))
    for one, other in zip(found["fold_scores"], expected["fold_scores"], strict=True):
        assert list(one) == list(other) if other is not None else pd.isna(one)


def test_a_part_holds_no_repeats(tmp_path):
    runs = draw_runs(0)
    assert len(read_part(write_part(tmp_path, "runs", pd.concat([runs, runs])))) == len(runs)


def test_categories_and_numbers_as_names_are_written_as_text(tmp_path):
    runs = draw_runs(0).astype({"task_id": "category", "config": "category"})
    found = read_part(write_part(tmp_path, "runs", runs))
    assert found["task_id"].dtype == draw_runs(0)["task_id"].dtype


def test_a_part_is_named_by_its_bytes_and_its_footer_tells_of_its_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(_layout, "ROWS_PER_GROUP", 10)
    path = write_part(tmp_path, "runs", draw_runs(0))
    data = path.read_bytes()
    assert path.name == f"runs-{digest(data)}-{footer_digest(data)}.parquet"
    metadata = pq.read_metadata(path)
    note = json.loads(metadata.metadata[b"autometa"])
    assert metadata.num_row_groups == len(note["row_groups"]) > 1
    ends = [4]
    for index in range(metadata.num_row_groups):
        chunks = [metadata.row_group(index).column(i) for i in range(metadata.num_columns)]
        ends.append(ends[-1] + sum(chunk.total_compressed_size for chunk in chunks))
        assert digest(data[ends[-2] : ends[-1]]) == note["row_groups"][index]
    assert metadata.row_group(0).column(0).statistics.min == min(draw_runs(0)["task_id"])


def test_other_tools_read_parts(tmp_path):
    pandas = pd.read_parquet(write_part(tmp_path, "runs", draw_runs(0)))
    assert len(pandas) == len(draw_runs(0))
    described = pd.DataFrame({"n_rows": [1.0]}, index=pd.Index(["a"], name="task_id"))
    assert list(pd.read_parquet(write_part(tmp_path, "metafeatures", described))) == [
        "task_id",
        "n_rows",
    ]


@pytest.mark.slow
def test_a_bundled_run_takes_two_dozen_bytes():
    runs = KnowledgeBase.bundled().runs
    assert len(encode("runs", to_arrow("runs", runs))) < 24 * len(runs)


def test_an_old_folder_that_gets_a_new_part_says_so(tmp_path):
    folder = tmp_path / "kb"
    shutil.copytree(SCHEMA_1, folder)
    kb = KnowledgeBase.load(folder)
    before = read_manifest(folder)
    kb.save(folder, if_exists="append")
    assert read_manifest(folder) == before
    assert before["schema_version"] == 1
    more = draw_runs(0).assign(task_id=kb.tasks["task_id"].iloc[0])
    kb.add(more).save(folder, if_exists="append")
    assert read_manifest(folder)["schema_version"] == SCHEMA_VERSION
    assert read_manifest(folder)["provenance"] == before["provenance"]
    assert len(KnowledgeBase.load(folder).runs) == len(kb.runs)


def test_provenance_of_what_joins_a_folder_is_kept(tmp_path):
    def history(seed, by):
        return KnowledgeBase.from_frames(task_table(), None, draw_runs(seed), {"by": by})

    history(0, "me").save(tmp_path)
    history(1, "you").save(tmp_path, if_exists="append")
    history(2, "me").save(tmp_path, if_exists="append")
    both = KnowledgeBase.load(tmp_path)
    assert both.provenance == {"sources": [{"by": "me"}, {"by": "you"}]}
    both.merge(history(3, "them")).save(tmp_path / "all")
    assert KnowledgeBase.load(tmp_path / "all").provenance["sources"][2] == {"by": "them"}
    assert read_manifest(tmp_path)["provenance"] == {"sources": [{"by": "me"}, {"by": "you"}]}


def test_a_known_source_is_not_noted_again(tmp_path):
    KnowledgeBase.from_frames(task_table(), None, draw_runs(0), {"by": "me"}).save(tmp_path)
    for _ in range(2):
        add_provenance(tmp_path, {"by": "me"})
        add_provenance(tmp_path, {"by": ("a", "tuple")})
    assert len(list(tmp_path.glob("source-*.json"))) == 1


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)), max_size=5))
def test_joined_provenance_does_not_depend_on_how_it_is_bracketed(sources):
    one_by_one: dict[str, object] = {}
    for source in sources:
        one_by_one = join_provenance(one_by_one, source)
    assert one_by_one == join_provenance(*sources)
