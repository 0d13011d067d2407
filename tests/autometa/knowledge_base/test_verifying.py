"""What verify finds in parts that are as they were written."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from keepers import (
    ROWS,
    history,
    load,
    rows_of,
)

from autometa import KnowledgeBase
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import compact, verify


def test_what_verify_finds_in_rows_is_named(tmp_path):
    from autometa.knowledge_base.storage._parts import write_manifest, write_part

    kb = history(ROWS)
    runs = kb.runs.copy()
    runs.loc[0, "score"] = 1.5
    runs.loc[1, "score"] = -float("inf")
    runs.loc[2, "fit_seconds"] = -1.0
    runs.loc[3, "fidelity"] = 2.0
    runs.loc[4, "status"] = "odd"
    runs.loc[5, "task_id"] = "unlisted"
    runs.loc[6, "config"] = "{'k': 1}"
    runs.loc[7, "metric"] = None
    runs.loc[8, "status"] = "error"
    write_part(tmp_path, "tasks", kb.tasks.assign(task_type="odd"))
    write_part(tmp_path, "runs", runs)
    write_part(tmp_path, "metafeatures", pd.DataFrame({"n": [1.0]}, index=["nobody"]))
    write_manifest(tmp_path, {})
    said = " | ".join(error.message for error in verify(tmp_path).errors)
    for text in (
        *("outside 0 .. 1 (1 rows): ['1.5']", "infinite 'score'", "'fit_seconds' below 0"),
        *("'fidelity' that is no fraction", "'status' that is none of", "unlisted", "{'k': 1}"),
        *("1 rows without 'metric'", "scores of runs that failed", "'task_type' that is none of"),
        "nobody",
    ):
        assert text in said


def test_a_part_that_is_whole_but_no_parquet_is_named(tmp_path, folder):
    from autometa.knowledge_base.storage._files import digest

    data = b"PAR1 not really PAR1"
    path = folder / f"runs-{digest(data)}.parquet"
    path.write_bytes(data)
    assert [error.file for error in verify(folder).errors] == [path.name]
    with pytest.raises(KnowledgeBaseError):
        load(folder)


def test_exact_repeats_across_parts_are_counted_and_gone_after_a_compaction(folder):
    from autometa.knowledge_base.storage._parts import write_part

    kb = KnowledgeBase.load(folder)
    rows = rows_of(kb)
    write_part(folder, "runs", kb.runs.head(5))
    write_part(folder, "runs", kb.runs.head(3))
    assert load(folder) == rows
    said = [finding.message for finding in verify(folder).findings]
    assert any(message.startswith("8 runs are there more than once") for message in said)
    assert compact(folder).n_repeats == 8
    assert load(folder) == rows
    assert not verify(folder).findings


def test_page_checksums_are_written(folder):
    path = next(folder.glob("runs-*"))
    data = bytearray(path.read_bytes())
    group = pq.ParquetFile(path).metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    column = next(column for column in columns if column.path_in_schema == "score")
    data[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    with pytest.raises((OSError, pa.ArrowException), match=r"(?i)crc|checksum|corrupt"):
        pq.read_table(pa.BufferReader(bytes(data)), page_checksum_verification=True)
