"""The wheel holds what git tracks of the packages and of data/, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of the tracked files, so that nothing is built in the folder under test."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    for name in tracked():
        (tmp_path / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


@pytest.mark.slow
def test_a_wheel_built_over_an_older_build_holds_the_tracked_files_alone(checkout, tmp_path):
    stale = checkout / "build" / "lib" / "autometa" / "data" / "runs-of-an-older-version.parquet"
    stale.parent.mkdir(parents=True)
    stale.touch()
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)],
        cwd=checkout,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    expected = {n for n in tracked() if n.startswith(("autometa/", "metafeatures/"))} | {
        str(PurePosixPath("autometa") / n) for n in tracked() if n.startswith("data/")
    }
    assert packed == expected
