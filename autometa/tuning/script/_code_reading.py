"""The part of a generated script that reads the table, as `autometa.datasets` did.

What was decided on reading a CSV file (delimiter, encoding, which columns are
numbers) is written out, so that the script decides nothing. ARFF needs a parser:
the script contains ours.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autometa.datasets import (
    MISSING_WORDS,
    CsvFormat,
    arff_modules,
    read_csv_with_format,
    read_text,
)
from autometa.exceptions import DatasetError

OPENERS = {"gzip": "gzip", "bz2": "bz2", "xz": "lzma"}
ENDINGS = {"gzip": ".gz", "bz2": ".bz2", "xz": ".xz", "zip": ".zip"}

READ_CSV = '''{lists}
MISSING = {missing}


def read_csv(path):
    """Return the table in a CSV file: numbers, booleans, and text as it stands."""
    texts = pd.read_csv({options})
{drop}    columns = {{}}
    for name in texts:
        column = texts[name].mask(texts[name] == "")
        plain = column.str.strip()
        if name in INTEGERS or name in FLOATS:
            plain = plain.mask(plain.str.lower().isin(MISSING))
{commas}            columns[name] = plain.astype("int64" if name in INTEGERS else "float64")
            continue
{padded}        column = column.mask(plain.isin(["", "?"]))
{dates}        if name in BOOLEANS:
            flags = column.str.strip().str.lower().map({{"true": True, "false": False}})
            column = flags.astype(object).where(flags.notna(), None) if flags.hasnans else flags
        columns[name] = column
    return pd.DataFrame(columns)


'''

READ_ARFF = '''import re

{parser}

def read_arff(path):
    """Return the table in an ARFF file."""
{opened}
    return arff_frame(parse_arff(text))


'''


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a script reads its table.

    Attributes
    ----------
    expression : str
        What gives the table.
    definitions : str
        What stands before it.
    imports : dict
        Names the definitions use, by module.
    """

    expression: str
    definitions: str = ""
    imports: Mapping[str, set[str]]


def reading(source: str, numeric: list[str], encoding: str | None = None) -> Reading:
    """Return how a script reads ``source``.

    Parameters
    ----------
    source : str
        A file, ``sklearn:NAME`` or ``openml:ID``.
    numeric : list of str
        Columns that are numbers, for a CSV file that is not there to be asked.
    encoding : str or None
        Of a file of text, where it was asked for.
    """
    kind, _, name = source.partition(":")
    if kind == "sklearn" and name:
        loader = f"load_{name}"
        return Reading(
            expression=f"{loader}(as_frame=True).frame", imports={"sklearn.datasets": {loader}}
        )
    if kind == "openml" and name:
        return Reading(
            expression=f"fetch_openml(data_id={int(name)}, as_frame=True).frame",
            imports={"sklearn.datasets": {"fetch_openml"}},
        )
    endings = [ending.lower() for ending in Path(source).suffixes[-2:]]
    if ".parquet" in endings[-1:]:
        return Reading(expression=f"pd.read_parquet({source!r})", imports={})
    if ".feather" in endings[-1:]:
        return Reading(expression=f"pd.read_feather({source!r})", imports={})
    if ".arff" in endings:
        return _arff_reading(source, encoding)
    return Reading(
        expression=f"read_csv({source!r})",
        definitions=_csv_definitions(source, numeric, encoding),
        imports={},
    )


def _csv_definitions(source: str, numeric: list[str], encoding: str | None) -> str:
    path = Path(source)
    try:
        form = read_csv_with_format(path, encoding)[1]
    except DatasetError:  # not here now: what its name and the pipeline say must do
        form = CsvFormat.usual(path, numeric)
    of_kind = {
        kind: [name for name, of_column in form.kinds.items() if of_column == kind]
        for kind in ("integer", "float", "boolean")
    }
    lists = [
        f"INTEGERS = {of_kind['integer']!r}",
        f"FLOATS = {of_kind['float']!r}",
        f"BOOLEANS = {of_kind['boolean']!r}",
    ]
    commas = padded = dates = drop = ""
    if form.decimal_commas:
        lists.append(f"DECIMAL_COMMAS = {form.decimal_commas!r}")
        commas += (
            "            if name in DECIMAL_COMMAS:\n"
            '                plain = plain.str.replace(".", "", regex=False)\n'
            '                plain = plain.str.replace(",", ".", regex=False)\n'
        )
    if form.thousands_commas:
        lists.append(f"THOUSANDS_COMMAS = {form.thousands_commas!r}")
        commas += (
            "            if name in THOUSANDS_COMMAS:\n"
            '                plain = plain.str.replace(",", "", regex=False)\n'
        )
    if form.padded:
        lists.append(f"PADDED = {form.padded!r}  # their texts stand between blanks")
        padded = "        column = plain if name in PADDED else column\n"
    if form.dates:
        lists.append(f"DATES_WITH_WORDS = {form.dates!r}")
        dates = (
            "        if name in DATES_WITH_WORDS:\n"
            "            column = column.mask(plain.str.lower().isin(MISSING))\n"
        )
    if form.has_own_names:
        lists.append(f"NAMES = {form.names!r}")
        drop = "    texts = texts.iloc[1:].reset_index(drop=True)  # the header is a row here\n"
    if form.left_out:
        drop += f"    texts = texts.drop(columns={form.left_out!r})\n"
    return READ_CSV.format(
        lists="\n".join(lists),
        missing=repr(list(MISSING_WORDS)),
        options=_options(form, path),
        drop=drop,
        commas=commas,
        padded=padded,
        dates=dates,
    )


def _options(form: CsvFormat, path: Path) -> str:
    """Return the arguments of `pandas.read_csv`, those that are the default left out."""
    dialect = form.dialect
    ending = ENDINGS.get(form.compression or "")
    ending_of_name = path.suffix.lower() if path.suffix.lower() in ENDINGS.values() else None
    options: dict[str, Any] = {
        "sep": {",": None, " ": r"\s+"}.get(dialect.delimiter, dialect.delimiter),
        "encoding": form.encoding if form.encoding != "utf-8" else None,
        "skiprows": dialect.n_skipped or None,
        "escapechar": "\\" if dialect.is_escaped else None,
        "skipinitialspace": dialect.is_spaced or None,
    }
    arguments = [f"{name}={value!r}" for name, value in options.items() if value is not None]
    if ending != ending_of_name:
        arguments.append(f"compression={form.compression!r}")
    if form.has_own_names:
        arguments.append("names=NAMES, header=None, index_col=False")
    return ", ".join(["path", *arguments, "dtype=str, keep_default_na=False"])


def _arff_reading(source: str, asked: str | None) -> Reading:
    encoding, compression = asked or "utf-8", "gzip" if source.lower().endswith(".gz") else None
    try:
        text = read_text(Path(source), asked)
        encoding, compression = text.encoding, text.compression
    except DatasetError:  # not here now: what its name says must do
        pass
    opened = [f'    with open(path, encoding={encoding!r}, newline="") as file:']
    if compression in OPENERS:
        module = OPENERS[compression]
        opened = [
            f"    import {module}\n",
            f'    with {module}.open(path, "rt", encoding={encoding!r}, newline="") as file:',
        ]
    read = "file.read()"
    if compression == "zip":
        opened = ["    import zipfile\n", "    with zipfile.ZipFile(path) as file:"]
        read = f"file.read(file.namelist()[0]).decode({encoding!r})"
    return Reading(
        expression=f"read_arff({source!r})",
        definitions=READ_ARFF.format(
            parser="\n\n".join(_body(module) for module in arff_modules()),
            opened="\n".join([*opened, f"        text = {read}"]),
        ),
        imports={"collections": {"Counter"}, "typing": {"Any", "NamedTuple"}},
    )


def _body(module: ModuleType) -> str:
    """Return the source of a module behind its imports."""
    source = inspect.getsource(module)
    imports = [n for n in ast.parse(source).body if isinstance(n, ast.Import | ast.ImportFrom)]
    return "\n".join(source.splitlines()[imports[-1].end_lineno :]).strip() + "\n"
