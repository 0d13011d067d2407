"""A generated script reads a file to the frame that autometa read."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import warnings
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autometa.datasets import read_file
from autometa.exceptions import DatasetError, DatasetWarning
from autometa.tuning.script._code_reading import reading

ARFF = """@relation r
@attribute\tx\tnumeric [0,1]
@attribute d date "yyyy-MM-dd"
@attribute 'a b' {-1,1,'it\\'s, so'} %{no, yes}
@attribute é string
@data
.3,"2020-01-03",1,'a % b'
? 2020-02-02 -1 "x"
{0 1.5, 1 2020-02-02, 2 'it\\'s, so'}
"""


def read_by_script(path: Path) -> pd.DataFrame:
    table = reading(str(path), [])
    imports = "\n".join(
        f"from {module} import {', '.join(names)}" for module, names in table.imports.items()
    )
    head = "from __future__ import annotations\nimport numpy as np\nimport pandas as pd"
    source = "\n".join([head, imports, table.definitions, f"frame = {table.expression}"])
    made: dict[str, object] = {"__name__": "made", "__builtins__": __builtins__}
    exec(compile(source, "made.py", "exec", dont_inherit=True), made)
    return made["frame"]


def check(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        try:
            expected = read_file(path)
        except DatasetError:
            return False
        pd.testing.assert_frame_equal(read_by_script(path), expected)
    return True


PLAIN = "age,job,pay\n39,NA,1.5\n50,,2.25\n,?,NA\n"
WRITTEN = {
    "plain": PLAIN,
    "semicolons": PLAIN.replace(",", ";").replace(".", ","),
    "quoted commas": 'a,b\n"1,5",NA\n"2,25",x\n',
    "thousands": 'a,b\n1.5,"1,234"\n2,"5,678.5"\n',
    "thousands in points": "a;b\n1,5;2.500\n1.234,5;1.250\n",
    "blanks": "age, job, income\n39, State-gov, <=50K\n50, ?, >50K\n",
    "blanks before quotes": 'age, job\n39, "a, b"\n50, "c"\n',
    "sep": "sep=;\nx;y\n1;2\n",
    "preamble": "# by x, y\n\na,b\n1,x\n",
    "a mark before quotes over lines": '%,"\n0"\n,\n',
    "marked header": "# a,b\n1,x\n",
    "row names": "a,b\nr1,1,x\nr2,2,y\n",
    "index": ",a,b\n0,1,x\n1,2,y\n",
    "trailing": "a;b\n1;x;\n2;y;\n",
    "nameless": "a,,b\n1,2,x\n2,3,y\n",
    "escapes": 'a,b\n1,"x \\"q\\", y"\n2,"z"\n',
    "dates": "d,e\n2024-01-31,20240131\nNA,20240201\n2024-02-01,20240301\n"
    "2024-02-02,20240302\nnull,NA\n2024-02-03,20240303\n2024-02-04,20240304\n",
    "codes": "zip,version\n02134,1.1\n2134,1.10\n",
    "booleans": "a,b\nTrue,true\nFalse,\n",
    "long": "a,b\n9007199254740993,12345678901234567890\n2,3\n",
    "signs": "a,b\n+5,-0.0\n-5,1e-05\n",
    "lines in quotes": 'a,"b\nc"\n1,"x\ny"\n2,"z\r\nz"\n',
    "blank lines": "\n\na,b\n\n1,2\n   \n3,4\n",
    "old Macs": "a,b\r1,x\r2,y\r",
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_csv_of_every_kind_reads_as_it_was_read(tmp_path, kind):
    assert check(tmp_path / "t.csv", WRITTEN[kind].encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings_are_written_out(tmp_path, encoding):
    assert check(tmp_path / "t.csv", "größe,b\n1,ä\n2,ö\n".encode(encoding))
    assert check(tmp_path / "t.arff", ARFF.encode(encoding))


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("table", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("ending", "compress"),
    [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress),
     (".zip", zipped), ("", gzip.compress), (".gz", bytes)],
)  # fmt: skip
@pytest.mark.parametrize(("kind", "text"), [("csv", PLAIN), ("arff", ARFF)])
def test_compression_is_that_of_the_file_not_of_its_name(tmp_path, kind, text, ending, compress):
    assert check(tmp_path / f"t.{kind}{ending}", compress(text.encode()))


CELLS = st.one_of(
    st.sampled_from(["", "?", "NA", "None", "nan", "True", "false", "007", "1,5", "1.50", "inf"]),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False).map(repr),
    st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"])),
    st.text("ab ,;'\"\n\t#%\\|", max_size=6),
)


@st.composite
def files(draw):
    n_columns = draw(st.integers(2, 4))
    n_rows = draw(st.integers(1, 5))
    kinds = [
        draw(st.sampled_from([CELLS, st.integers(-9, 9).map(str), st.sampled_from(["a", "b", ""])]))
        for _ in range(n_columns)
    ]
    rows = [[draw(kind) for kind in kinds] for _ in range(n_rows)]
    names = draw(st.lists(CELLS, min_size=n_columns, max_size=n_columns, unique=True))
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        delimiter=draw(st.sampled_from(",;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerows([names, *rows])
    return file.getvalue().encode()


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=files())
def test_generated_files_read_as_they_were_read(tmp_path, content):
    check(tmp_path / "t.csv", content)
