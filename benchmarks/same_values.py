"""Compares, on real tables, every value that the catalogue names as pymfe does with pymfe's.

All complete classification tables of ``--shared`` up to ``--rows`` rows, numeric,
nominal and mixed; both on all rows, ``random_state=0``, pymfe's defaults (categories as
indicators, numbers in intervals). Equal: within 1e-6 of pymfe's value.

    pip install -e ".[benchmarks]"
    python benchmarks/same_values.py --smoke
    python benchmarks/same_values.py --shared ../shared
"""

from __future__ import annotations

import argparse
import math
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from pymfe.mfe import MFE
from rich.progress import track
from sklearn.datasets import load_iris, load_wine

from metafeatures import MetaFeatureExtractor, list_metafeatures

SUMMARIES = ["mean", "sd", "min", "median", "max", "range", "quantiles"]
CLOSE = 1e-6


def read(folder: Path, row: Any) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return the columns and the classes of a table."""
    table = pd.read_parquet(folder / f"{row.name}.parquet")
    return table.drop(columns=row["target"]), table[row["target"]].astype(str)


def pymfe_values(X: pd.DataFrame, y: pd.Series[str]) -> dict[str, float]:
    """Return all that pymfe says; what it cannot say is left out."""
    is_category = [isinstance(dtype, pd.CategoricalDtype) for dtype in X.dtypes]
    cells = np.empty(X.shape, object)
    for i, name in enumerate(X):
        cells[:, i] = X[name].astype(str) if is_category[i] else X[name].to_numpy(np.float64)
    extractor = MFE(groups="all", summary=SUMMARIES, random_state=0, suppress_warnings=True)
    extractor.fit(
        cells if any(is_category) else cells.astype(np.float64),
        y.to_numpy(),
        cat_cols=[int(i) for i in np.flatnonzero(is_category)] or None,
        suppress_warnings=True,
    )
    names, values = extractor.extract(suppress_warnings=True)
    found = zip(names, values, strict=True)
    return {name: float(v) for name, v in found if v is not None and math.isfinite(v)}


def compare(folder: Path, manifest: pd.DataFrame) -> pd.DataFrame:
    """Return both values of each shared meta-feature on each table."""
    catalogue = list_metafeatures("multiclass").query("pymfe != ''")
    rows = []
    for name, row in track(list(manifest.iterrows()), "Comparing"):
        X, y = read(folder, row)
        theirs = pymfe_values(X, y)
        names = list(catalogue["name"])
        ours = MetaFeatureExtractor(names=names, max_rows=None, random_state=0).extract(X, y)
        rows += [
            (name, mine, other, ours[mine], theirs[other])
            for mine, other in zip(catalogue["name"], catalogue["pymfe"], strict=True)
            if mine in ours and other in theirs
        ]
    table = pd.DataFrame(rows, columns=["table", "name", "pymfe", "ours", "theirs"])
    table["equal"] = np.isclose(table["ours"], table["theirs"], rtol=CLOSE, atol=1e-12)
    return table


def report(table: pd.DataFrame, manifest: pd.DataFrame) -> str:
    """Return what is equal everywhere, and where the rest is not, as Markdown."""
    by_name = table.groupby(["name", "pymfe"], sort=False)["equal"].agg(["sum", "count"])
    always = (by_name["sum"] == by_name["count"]).sum()
    nominal = (manifest["n_numeric"] == 0).sum()
    numeric = (manifest["n_categorical"] == 0).sum()
    lines = [
        "# The same values as pymfe",
        "",
        f"{len(manifest)} tables ({numeric} numeric, {nominal} nominal, the others mixed), pymfe "
        f"{version('pymfe')}. Of {len(by_name)} meta-features with a name in pymfe, {always} are "
        f"equal on every table where pymfe has a value; of {len(table):,} values, "
        f"{table['equal'].mean():.2%} are. The others:",
        "",
        "| meta-feature | pymfe | equal on | differs most on | ours | pymfe's | why |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    why = list_metafeatures().set_index("name")["differs"]
    for (name, other), counts in by_name[by_name["sum"] < by_name["count"]].iterrows():
        part = table[(table["name"] == name) & ~table["equal"]]
        far = part.loc[((part["ours"] - part["theirs"]) / part["theirs"]).abs().fillna(9).idxmax()]
        lines.append(
            f"| {name} | {other} | {counts['sum']} of {counts['count']} | {far['table']} "
            f"| {far['ours']:.6g} | {far['theirs']:.6g} | {why[name]} |"
        )
    return "\n".join([*lines, "", made_by("same_values.py"), ""])


def main() -> None:
    """Compare, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--rows", type=int, default=2_400)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.smoke:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), made(Path(folder)), is_smoke=True)
        return
    folder = options.shared / "datasets"
    manifest = pd.read_csv(folder / "manifest.csv").set_index("name").sort_values("n_rows")
    manifest = manifest.query("task_type != 'regression' and n_missing == 0")
    manifest = manifest[manifest["n_rows"] <= options.rows]
    run(folder, manifest, is_smoke=False)


def made(folder: Path) -> pd.DataFrame:
    """Write two small tables that come with scikit-learn; return their manifest."""
    rows = {}
    for name, load in (("iris", load_iris), ("wine", load_wine)):
        table = load(as_frame=True).frame
        table.to_parquet(folder / f"{name}.parquet")
        rows[name] = {"target": "target", "n_numeric": len(table.columns) - 1, "n_categorical": 0}
    return pd.DataFrame.from_dict(rows, orient="index")


def run(folder: Path, manifest: pd.DataFrame, is_smoke: bool) -> None:
    """Compare the tables of a manifest, print and write the result."""
    text = report(compare(folder, manifest), manifest)
    print(text)
    with results(is_smoke) as page:
        (page / "same_values.md").write_text(text)


if __name__ == "__main__":
    main()
