"""Files that are damaged or meant to harm end in a DatasetError, soon and in little memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import resource
import subprocess
import sys
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autometa.datasets import read_file
from autometa.exceptions import DatasetError, DatasetNotFoundError

TABLE = pd.DataFrame(
    {
        "height": np.arange(6) / 4,
        "count": np.arange(6),
        "colour": ["red", "green", "blü", "a,b", None, 'say "x"'],
        "kind": pd.Categorical(["a", "b"] * 3),
        "day": pd.date_range("2020-01-01", periods=6),
        "flag": [True, False, None] * 2,
    }
)
ARFF = """@relation t
@attribute height numeric [0,1]
@attribute 'the colour' {red,'gr\\'een',blü} % {a comment}
@attribute day date "yyyy-MM-dd"
@attribute says string
@data
1.5,red,2020-01-01,'x, \\u0041'
? 'gr\\'een' ? "y"
{0 1, 1 blü}
"""
VALUES = (0, 1, 127, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1)


def sound_files(kind: str) -> list[bytes]:
    if kind == "csv":
        return [TABLE.to_csv(index=False, sep=sep).encode() for sep in ",;\t"]
    if kind == "csv.gz":
        return [gzip.compress(content) for content in sound_files("csv")]
    if kind == "arff":
        return [ARFF.encode(), ARFF.encode("utf-16")]
    files = []
    for compression in ("lz4", "zstd", None):
        file = io.BytesIO()
        if kind == "feather":
            TABLE.to_feather(file, compression=compression or "uncompressed")
        else:
            pq.write_table(pa.Table.from_pandas(TABLE), file, compression=compression or "none")
        files.append(file.getvalue())
    return files


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file cut, with bits or bytes changed, or a length in it replaced."""
    data = bytearray(content)
    place = chance.randrange(len(data))
    how = chance.randrange(5)
    if how == 0:
        return bytes(data[:place] or b"x")
    if how == 1:
        return bytes(data[:place] + data[place + chance.randrange(1, 40) :]) or b"x"
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(data))
        if how == 2:
            data[place] ^= 1 << chance.randrange(8)
        elif how == 3:
            data[place] = chance.randrange(256)
        else:
            width = chance.choice((1, 2, 4, 8))
            value = chance.choice(VALUES) % 256**width
            data[place : place + width] = value.to_bytes(width, "little")
    return bytes(data)


def check_read(path: Path) -> None:
    """A file is read to a frame or refused in one line; all other errors escape."""
    try:
        frame = read_file(path)
        said = "".join(map(str, [*frame.columns, *map(pd.Series.tolist, map(frame.get, frame))]))
    except DatasetError as error:
        said = str(error).replace(str(path), "")
        assert "\n" not in said
    assert said


def fuzz(path: Path, kind: str, n: int) -> None:
    chance = random.Random(kind)
    files = sound_files(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(n):
            path.write_bytes(mutated(files[number % len(files)], chance))
            check_read(path)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "arff", "feather", "parquet"])
def test_damaged_files_end_in_a_documented_error(tmp_path, kind):
    fuzz(tmp_path / f"t.{kind}", kind, 200)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "arff", "feather", "parquet"])
def test_two_thousand_damaged_files_end_in_a_documented_error(tmp_path, kind):
    fuzz(tmp_path / f"t.{kind}", kind, 2_000)


@pytest.mark.parametrize("kind", ["feather", "parquet"])
def test_each_bit_of_an_arrow_file_may_be_flipped(tmp_path, kind):
    """A flipped bit in an offset ended the process before tables were validated."""
    table = pa.table({"t": ["ab", "c", None]})
    file = io.BytesIO()
    if kind == "feather":
        table.to_pandas().to_feather(file, compression="uncompressed")
    else:
        pq.write_table(table, file)
    content = file.getvalue()
    path = tmp_path / f"t.{kind}"
    for place in range(0, len(content), 5):
        data = bytearray(content)
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        check_read(path)


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("ending", "compress"),
    [
        ("gz", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lambda content: lzma.compress(content, preset=0)),
        ("zip", zipped),
    ],
)
def test_a_bomb_is_refused_before_it_is_expanded(tmp_path, ending, compress):
    path = tmp_path / f"t.csv.{ending}"
    path.write_bytes(compress(b"a,b\n" + bytes(68 * 2**20)))
    with pytest.raises(DatasetError, match="expands to more than 64 MiB, 200 times its size"):
        read_file(path)


@pytest.mark.slow
def test_a_parquet_file_that_says_it_has_billions_of_rows_is_refused(tmp_path):
    """Run lengths make half a billion values of a megabyte."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({f"c{i}": pa.nulls(2**27) for i in range(5)}), path)
    assert path.stat().st_size < 2 * 2**20
    with pytest.raises(DatasetError, match="is too large for a table in memory: 134,217,728 rows"):
        read_file(path)


def test_a_sparse_file_that_is_dense_beyond_all_memory_is_refused(tmp_path):
    path = tmp_path / "t.arff"
    names = "".join(f"@attribute a{i} numeric\n" for i in range(6_000))
    path.write_text(names + "@data\n" + "{1 1}\n" * 100_000)
    with pytest.raises(DatasetError, match="is too large for a table in memory"):
        read_file(path)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "feather", "arff", "tsv.xz"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, kind):
    (tmp_path / f"folder.{kind}").mkdir()
    with pytest.raises(DatasetError, match=r"regular file|Is a directory"):
        read_file(tmp_path / f"folder.{kind}")
    os.mkfifo(tmp_path / f"pipe.{kind}")
    with pytest.raises(DatasetError, match="regular file"):
        read_file(tmp_path / f"pipe.{kind}")
    (tmp_path / f"zero.{kind}").symlink_to("/dev/zero")
    with pytest.raises(DatasetError, match="regular file"):
        read_file(tmp_path / f"zero.{kind}")
    (tmp_path / f"loop.{kind}").symlink_to(f"loop.{kind}")
    with pytest.raises(DatasetError, match="levels of symbolic links"):
        read_file(tmp_path / f"loop.{kind}")


@pytest.mark.parametrize("name", ["no.csv", "a\0b.csv", "x" * 5000 + ".csv", "no/such/t.csv"])
def test_what_is_not_there_is_not_found(tmp_path, name):
    with pytest.raises(DatasetError) as error:
        read_file(tmp_path / name)
    assert isinstance(error.value, DatasetNotFoundError) or "too long" in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "could not be read whole"),
        ("t.csv.bz2", bz2.compress(b"a,b\n1,2\n" * 99)[:-9], "could not be read whole"),
        ("t.csv.zip", zipped(b"a,b\n1,2\n")[:-9], "could not be read whole"),
        ("t.csv", b"a,b\n1,\0\n", "holds a NUL byte at 6"),
        ("t.csv", b"\xff\xfea,b", "begins as utf-16 but is not"),
        ("t.csv", bytes(range(256)), "holds a NUL byte"),
        ("t.feather", b"FEA1" + bytes(64), "Feather of version 1"),
        ("t.parquet", b"PAR1" + bytes(64), "does not read as parquet"),
    ],
)
def test_cut_and_binary_files_are_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=message) as error:
        read_file(tmp_path / name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        "\t " * 50_000 + '"',
        '"' * 100_001,
        ',"' * 50_000,
        ' "' * 50_000,
        '"a' * 50_000,
        '"\\"' * 50_000,
        "#" * 100_000,
        "@attribute a {" + "'" * 50_000,
        "@attribute '" + "\\'" * 50_000,
        "@attribute " + " " * 100_000 + "x",
        "@attribute a date " + "'" * 50_001,
        "@attribute a string\n@attribute b string\n@data\n" + "' " * 50_001,
        "@attribute a string\n@attribute b string\n@data\n" + "\"'" * 50_001 + ",",
        "@attribute a string\n@attribute b string\n@data\n{0 " + "'a" * 50_001,
        "@attribute a string\n@attribute b string\n@data\n" + " %" * 50_001,
    ],
)
def test_the_time_of_odd_texts_grows_with_their_length_alone(tmp_path, content):
    """Blanks and tabs in turn took a minute: each tab began a search to the end."""
    started = time.process_time()
    for kind in ("csv", "arff"):
        (tmp_path / f"t.{kind}").write_text(content)
        check_read(tmp_path / f"t.{kind}")
    assert time.process_time() - started < 10


def test_an_archive_of_several_files_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", "x")
    with pytest.raises(DatasetError, match="archive of 2; unpack it"):
        read_file(tmp_path / "t.csv.zip")


def test_nested_columns_read_without_recursion(tmp_path):
    nested = pa.int8()
    for _ in range(40):
        nested = pa.list_(nested)
    pq.write_table(pa.table({"n": pa.nulls(2, nested), "y": [1, 2]}), tmp_path / "t.parquet")
    assert len(read_file(tmp_path / "t.parquet")) == 2


@pytest.mark.slow
def test_a_bomb_takes_little_memory(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(bytes(2**30), 9))
    limit = 2**20 * 1024 * 2  # imports alone reserve 1 GB
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom autometa.datasets import read_file\n"
        f"resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}))\n"
        "read_file(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert "200 times its size" in done.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < limit // 1024
