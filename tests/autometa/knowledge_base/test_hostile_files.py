"""Knowledge bases that somebody made to do harm: refused by a documented error, nothing touched."""

from __future__ import annotations

import contextlib
import json
import os
import random
import warnings
from collections.abc import Callable
from pathlib import Path

import optuna
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn_runs import draw_runs, make_everything_large, task_table
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from autometa import KnowledgeBase
from autometa.building._journal import Journal
from autometa.building._journal import _read as read_journal
from autometa.exceptions import AutoMetaError, AutoMetaWarning
from autometa.importers import import_history, read_export
from autometa.knowledge_base import compact, export, remove, verify
from autometa.knowledge_base.storage import _parts
from autometa.knowledge_base.storage._files import digest
from autometa.knowledge_base.storage._manifest import _signed, _text, read_manifest
from autometa.knowledge_base.storage._opened import OpenedPart, open_part
from autometa.knowledge_base.storage._parts import footer_digest, read_part
from autometa.knowledge_base.storage._replaced import (
    REWRITES,
    Rewrites,
    read_rewrites,
    rewrites_text,
)

NAMES = ["../victim", "..", ".", "", "a/b", "a\\b", "x\0y", "manifest.json", "victim", ".lock"]


def save(path: Path) -> Path:
    metafeatures = pd.DataFrame({"n_rows": 9.0, "n_columns": 3.0}, index=list("ab"))
    KnowledgeBase.from_frames(task_table(), metafeatures, draw_runs(0)).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    return save(tmp_path / "kb")


def everything(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", [*NAMES, "{absolute}"])
def test_a_rewrite_deletes_only_parts_of_its_folder(folder, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (folder / "victim").write_text("precious")
    name = name.format(absolute=victim)
    times = {os.stat(victim).st_mtime_ns, os.stat(folder / "manifest.json").st_mtime_ns}
    for time in times:
        (folder / REWRITES).write_bytes(rewrites_text(Rewrites(count=1, replaced={name: time})))
        before = everything(tmp_path)
        for command in (compact, lambda kb: remove(kb, tasks=["a"]), KnowledgeBase.load):
            with pytest.raises(AutoMetaError, match=r"rewrites\.json' is damaged"):
                command(folder)
        assert any(found.file == REWRITES for found in verify(folder).errors)
        assert {k: v for k, v in everything(tmp_path).items() if ".lock" not in k} == {
            k: v for k, v in before.items() if ".lock" not in k
        }


def test_a_replaced_part_that_is_a_link_goes_and_what_it_points_to_stays(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    link = folder / "runs-0123456789abcdef-01234567.parquet"
    link.symlink_to(victim)
    replaced = {link.name: victim.stat().st_mtime_ns}
    (folder / REWRITES).write_bytes(rewrites_text(Rewrites(count=1, replaced=replaced)))
    compact(folder)
    assert victim.read_text() == "precious"
    assert not link.is_symlink()


def test_a_link_in_place_of_bookkeeping_is_not_written_through(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (folder / ".lock").symlink_to(victim)
    with pytest.raises(AutoMetaError, match="is a link"):
        compact(folder)
    journal = Journal(folder / "journal.jsonl")
    journal.path.symlink_to(victim)
    with pytest.raises(AutoMetaError, match="Could not write"):
        journal.append({"task_id": "a"})
    assert victim.read_text() == "precious"


def test_a_metric_named_as_a_path_is_exported_into_the_folder(tmp_path):
    runs = draw_runs(0).assign(metric="../../victim", score=0.5, status="ok")
    done = export(KnowledgeBase.from_frames(task_table(), None, runs), tmp_path / "x", "matrix")
    assert "scores-..%2F..%2Fvictim.csv" in done.files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]


def test_an_export_deletes_no_folder_that_it_did_not_make(tmp_path):
    other = tmp_path / f".x.{os.getpid()}.tmp"
    other.mkdir()
    (other / "victim").write_text("precious")
    with pytest.raises(AutoMetaError, match="Could not write"):
        export(KnowledgeBase.load(save(tmp_path / "kb")), tmp_path / "x", "csv")
    assert (other / "victim").read_text() == "precious"


@pytest.mark.slow
def test_pipes_and_devices_in_place_of_files_are_refused_at_once(folder, tmp_path):
    for number, name in enumerate(sorted(os.listdir(folder))):
        for kind in ("pipe", "device", "folder"):
            copy = save(tmp_path / f"{number}-{kind}")
            path = copy / name
            path.unlink()
            if kind == "pipe":
                os.mkfifo(path)
            elif kind == "device":
                path.symlink_to("/dev/zero")
            else:
                path.mkdir()
            with pytest.raises(AutoMetaError, match="cannot be read"):
                KnowledgeBase.load(copy)
            assert not verify(copy).is_sound


def forge(folder: Path, table: str, content: pa.Table) -> None:
    """Put a part in place of another, named as if it was written by autometa."""
    (old,) = folder.glob(f"{table}-*.parquet")
    old.unlink()
    file = pa.BufferOutputStream()
    pq.write_table(content, file)
    data = file.getvalue().to_pybytes()
    (folder / f"{table}-{digest(data)}-{footer_digest(data)}.parquet").write_bytes(data)


WRONG = {
    "number": lambda n: pa.array([1] * n),
    "structs": lambda n: pa.array([{"a": 1}] * n),
    "lists": lambda n: pa.array([["a"]] * n),
    "bytes": lambda n: pa.array([b"\xff"] * n),
    "dates": lambda n: pa.array([pd.Timestamp(0)] * n),
    "text": lambda n: pa.array(["x"] * n),
    "nothing": lambda n: pa.nulls(n),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "is_large"),
    [("nothing", False), ("nothing", True), ("structs", True), ("number", False)],
)
def test_columns_of_wrong_types_are_an_error_or_do_no_harm(tmp_path, monkeypatch, kind, is_large):
    check_wrong_types(tmp_path, monkeypatch, kind, is_large, step=1)


@pytest.mark.parametrize("kind", WRONG)
def test_some_columns_of_wrong_types_are_an_error_or_do_no_harm(tmp_path, monkeypatch, kind):
    check_wrong_types(tmp_path, monkeypatch, kind, is_large=len(kind) % 2 == 0, step=7)


def check_wrong_types(tmp_path, monkeypatch, kind, is_large, step):
    if is_large:
        make_everything_large(monkeypatch)
    frames = {
        "tasks": task_table(),
        "metafeatures": pd.DataFrame({"n_rows": 1.0, "task_id": list("ab")}),
        "runs": draw_runs(0),
    }
    for table, frame in frames.items():
        content = pa.Table.from_pandas(frame, preserve_index=False)
        for place, name in list(enumerate(frame))[::step]:
            folder = save(tmp_path / f"{table}-{place}-{kind}")
            wrong = WRONG[kind](len(frame))
            forge(folder, table, content.set_column(place, name, wrong))
            use(folder)
            if kind == "nothing":  # a column that is not there is so whatever the others hold
                forge(folder, table, content.remove_column(place))
                use(folder)


def use(folder: Path) -> None:
    """Do what reads a knowledge base; only documented errors may come."""
    verify(folder)
    with warnings.catch_warnings(), contextlib.suppress(AutoMetaError):
        warnings.simplefilter("ignore", AutoMetaWarning)
        kb = KnowledgeBase.load(folder)
        len(kb.tasks), len(kb.metafeatures), len(kb.runs), kb.counts(), kb.averages("accuracy")
        kb.runs_of("a"), repr(kb), kb.score_counts(), kb.outcome_counts()


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": "2"}, {"schema_version": None}, {"schema_version": True},
        {"schema_version": [2]}, {"provenance": []}, {"provenance": "x"}, {"provenance": 1},
        {"provenance": {"sources": 3}}, {"provenance": {"sources": [1]}}, {"versions": 7},
    ],
    ids=repr,
)  # fmt: skip
def test_a_manifest_of_wrong_types_is_an_error_or_does_no_harm(folder, change):
    content = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_bytes(_text(_signed({**content, **change})))
    use(folder)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [100, 990, 100_000])
def test_nested_json_is_refused_wherever_it_stands(folder, levels):
    data = f'{{"provenance": {nested(levels)}}}\n'.encode()
    for name in ("manifest.json", REWRITES, f"source-{digest(data)}.json"):
        before = (folder / name).read_bytes() if (folder / name).exists() else None
        (folder / name).write_bytes(data)
        with pytest.raises(AutoMetaError, match="nests more than"):
            KnowledgeBase.load(folder)
        assert any("nests more than" in found.message for found in verify(folder).errors)
        (folder / name).unlink()
        if before is not None:
            (folder / name).write_bytes(before)
    runs = pa.Table.from_pandas(draw_runs(0), preserve_index=False)
    configs = pa.array([f'{{"a": {nested(levels)}}}'] * len(runs))
    forge(folder, "runs", runs.set_column(runs.column_names.index("config"), "config", configs))
    assert any("no canonical JSON" in found.message for found in verify(folder).errors)


def test_a_part_that_claims_more_rows_than_memory_holds_is_refused(folder, monkeypatch):
    monkeypatch.setattr(_parts, "MAX_ROWS", 1000)
    names = pa.array(["a"] * 2000)
    forge(folder, "tasks", pa.table({"task_id": names, "task_type": names}))
    with pytest.raises(AutoMetaError, match="claims 2000 rows"):
        KnowledgeBase.load(folder)


# --- fuzzing: bytes changed at random, names mended so that no hash keeps them out --------


def changed(data: bytes, rng: random.Random) -> bytes:
    """Flip, cut, repeat or insert something."""
    found = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        place = rng.randrange(len(found) or 1)
        what = rng.randrange(6)
        if what <= 2 and found:
            found[place % len(found)] ^= 1 << rng.randrange(8)
        elif what == 3:
            del found[place : place + rng.choice([1, 4, 100])]
        elif what == 4:
            found[place:place] = rng.choice([b"[", b"{", b"\0", b'"', b"-1", b"1e999", b"\xff"]) * 3
        else:
            del found[place:]
    return bytes(found)


def documented(read: Callable[[], object]) -> None:
    """Call a reader; only documented errors and warnings may come of it."""
    with warnings.catch_warnings(), contextlib.suppress(AutoMetaError):
        warnings.simplefilter("ignore", AutoMetaWarning)
        read()


def fuzz_parts(tmp_path: Path, rng: random.Random, n: int) -> None:
    whole = {path.name: path.read_bytes() for path in save(tmp_path / "kb").glob("*.parquet")}
    for i in range(n):
        name, data = rng.choice(list(whole.items()))
        data = changed(data, rng)
        table = name.partition("-")[0]
        path = tmp_path / f"{table}-{digest(data)}-{footer_digest(data) or '01234567'}.parquet"
        path.write_bytes(data)
        documented(lambda path=path: read_part(path))
        documented(lambda path=path, i=i: read_all(open_part(path, keep=i % 2 == 0)))
        path.unlink()


def read_all(part: OpenedPart) -> None:
    if part.name.startswith("runs"):
        for index, _ in enumerate(part.spans):
            part.read(index)
    else:
        part.ids()
        part.frame(part.name.partition("-")[0])


def fuzz_texts(tmp_path: Path, rng: random.Random, n: int) -> None:
    folder = save(tmp_path / "kb")
    manifest = (folder / "manifest.json").read_bytes()
    source = b'{"provenance": {"by": ["me", 1]}, "versions": {"numpy": "2"}}'
    replaced = {path.name: 1 for path in folder.glob("*.parquet")}
    line = b'{"task_id": "a", "algorithm": "x", "config": "{}", "fidelity": 1.0}\n'
    texts: dict[str, tuple[bytes, Callable[[Path], object]]] = {
        "manifest.json": (manifest, lambda path: read_manifest(path.parent)),
        REWRITES: (
            rewrites_text(Rewrites(count=3, replaced=replaced)),
            lambda path: read_rewrites(path.parent),
        ),
        "source-": (source, lambda path: read_manifest(path.parent)),
        "journal.jsonl": (2 * line, lambda path: list(read_journal(path))),
    }
    for _ in range(n):
        name, (text, read) = rng.choice(list(texts.items()))
        data = changed(text, rng)
        path = folder / (f"source-{digest(data)}.json" if name == "source-" else name)
        path.write_bytes(data)
        documented(lambda path=path, read=read: read(path))
        path.unlink()
        if path.name == "manifest.json":
            path.write_bytes(manifest)


def fuzz_exports(tmp_path: Path, rng: random.Random, n: int) -> None:
    fuzz_files(tmp_path, rng, n, ("csv", "parquet", "frames"), read_export)


def fuzz_histories(tmp_path: Path, rng: random.Random, n: int) -> None:
    fuzz_files(tmp_path, rng, n, ("matrix", "aslib"), import_history)


def fuzz_files(tmp_path, rng, n, formats, read) -> None:
    kb = KnowledgeBase.load(save(tmp_path / "kb"))
    paths = []
    for format in formats:
        export(kb, tmp_path / format, format)
        paths += (tmp_path / format).iterdir()
    for _ in range(n):
        path = rng.choice(sorted(paths))
        whole = path.read_bytes()
        path.write_bytes(changed(whole, rng))
        documented(lambda path=path: read(path.parent))
        path.write_bytes(whole)


def fuzz_journals(tmp_path: Path, rng: random.Random, n: int) -> None:
    path = tmp_path / "study.log"
    storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name="s", direction="maximize")
    for x in (0.1, 0.2):
        trial = study.ask()
        trial.suggest_categorical("algorithm", ["knn", "svm"])
        study.tell(trial, trial.suggest_float("x", 0, 1) + x)
    whole = path.read_bytes()
    for _ in range(n):
        path.write_bytes(changed(whole, rng))
        documented(lambda: import_history(path))


# How often in the fast and in the slow test. The readers take 2 ms, an importer 50 ms or more.
FUZZED: dict[str, tuple[Callable[[Path, random.Random, int], None], int, int]] = {
    "parts": (fuzz_parts, 60, 2_000),
    "texts": (fuzz_texts, 100, 2_000),
    "exports": (fuzz_exports, 30, 150),
    "histories": (fuzz_histories, 10, 50),
    "journals": (fuzz_journals, 20, 150),
}


@pytest.mark.parametrize("what", FUZZED)
def test_changed_bytes_bring_documented_errors_only(tmp_path, what):
    fuzz, n, _ = FUZZED[what]
    fuzz(tmp_path, random.Random(1), n)


@pytest.mark.slow
@pytest.mark.parametrize("what", FUZZED)
def test_more_changed_bytes_bring_documented_errors_only(tmp_path, what):
    fuzz, _, n = FUZZED[what]
    fuzz(tmp_path, random.Random(2), n)
