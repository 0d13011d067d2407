"""Full disks and folders that are closed: a clear error, and nothing that was there is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from keepers import (
    ROWS,
    do_add,
    do_compact,
    do_remove,
    do_save,
    grid,
    history,
    limited,
    load,
    run,
    start_server,
)

from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base import compact, remove, verify


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
@pytest.mark.parametrize("work", [do_add, do_save, do_compact, do_remove])
def test_a_file_that_cannot_be_written_leaves_the_folder_as_it_was(tmp_path, work):
    start_server()
    folder, said = tmp_path / "kb", tmp_path / "said"
    rows = grid("abc", range(300)) | grid("d", range(2))
    do_add(folder, grid("abc", range(300)))
    do_add(folder, grid("d", range(2)))
    before = set(os.listdir(folder))
    arguments = {do_compact: (), do_remove: (["a"],)}.get(work, (grid("pqr", range(400)),))
    for _ in range(2):
        assert run(limited, folder, said, 4096, work, *arguments) == 7
        assert "Could not write" in said.read_text()
        assert "File too large" in said.read_text()
        assert load(folder) == rows
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]
    if work in (do_compact, do_remove):
        assert set(os.listdir(folder)) - {".lock"} == before


@pytest.fixture
def small_disk():
    """A file system of 256 kB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    point = Path(tempfile.mkdtemp())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(point)], capture_output=True
    )
    if mounted.returncode:
        point.rmdir()
        pytest.skip("mounting is not permitted here")
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)
        point.rmdir()


def test_on_a_full_disk_the_error_is_clear_and_the_folder_opens_with_what_it_held(small_disk):
    folder, filler = small_disk / "kb", small_disk / "filler"
    rows = grid("abc", range(100))
    do_add(folder, grid("ab", range(100)))
    do_add(folder, grid("c", range(100)))
    fill(filler)
    for act in (compact, lambda f: remove(f, tasks=["a"]), lambda f: do_add(f, grid("h", [1]))):
        with pytest.raises(KnowledgeBaseError, match="No space left on device"):
            act(folder)
        assert load(folder) == rows
        assert not list(folder.glob(".*.tmp"))
    filler.unlink()
    compact(folder)
    do_add(folder, grid("h", [1]))
    assert load(folder) == rows | grid("h", [1])


def fill(path):
    """Let a file take all that is left of a disk."""
    with path.open("wb", buffering=0) as file:
        try:
            for _ in range(10_000):
                file.write(b"x" * 512)
        except OSError:
            return
    raise AssertionError("the disk is larger than thought")


@pytest.fixture
def closed(tmp_path_factory):
    """A folder that may be read and not written to, by us as we are then."""
    if sys.platform == "win32":
        pytest.skip("permissions are POSIX")
    point = Path(tempfile.mkdtemp())
    point.chmod(0o755)
    folder = point / "kb"
    do_add(folder, ROWS)
    do_add(folder, grid("d", range(3)))
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)  # nobody: permissions do not bind root
    try:
        yield folder
    finally:
        os.seteuid(was)
        folder.chmod(0o755)
        shutil.rmtree(point)


def test_a_read_only_folder_opens_and_writing_to_it_is_a_clear_error(closed):
    rows = load(closed)
    assert rows == ROWS | grid("d", range(3))
    assert verify(closed).is_sound
    for act in (compact, lambda f: remove(f, tasks=["a"]), lambda f: do_add(f, grid("h", [1]))):
        with pytest.raises(KnowledgeBaseError, match=r"Could not write .*Permission denied"):
            act(closed)
    # Nothing of it is new, so nothing is written.
    history(sorted(ROWS)).save(closed, if_exists="append")
    with pytest.raises(KnowledgeBaseError, match=r"Could not write .*Permission denied"):
        history([("h", 1)]).save(closed, if_exists="append")
    with pytest.raises(KnowledgeBaseError, match=r"Could not write .*Permission denied"):
        do_add(closed / "inside", ROWS)
    assert load(closed) == rows
