"""How far are the values of a sample from those of all rows? Measured, for the catalogue.

Every table of more than 3,000 rows is described with the default bounds, for several
random states, and without bounds, for a minute at most. A deviation counts where the
default looked at fewer rows than there are; it is divided by sqrt(1 - share of rows
seen), so that it stands for a table much larger than the sample. Landmarkers never look
at all rows: there it is the deviation from the mean over the random states. Real tables
have no class of 1 in 1,000, no column of gaps alone and no thousand columns: generated ones
have, and the page shows them apart.

The sampling error of a meta-feature is half the deviation that 95 % of these stay within,
in units of its spread: half the distance of the 16th and 84th percentile over all tables.
Both are written to `metafeatures/sampling_error.json`, which `list_metafeatures` shows.
Run it again when measures were added (about 20 minutes):

    python benchmarks/sampling_error.py --smoke
    python benchmarks/sampling_error.py --shared ../shared

With ``--families`` only these are measured; what is written of the others stays.
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results

import metafeatures
from metafeatures import MetaFeatureExtractor, list_metafeatures
from metafeatures._sampling_error import FILE

DATA = Path(metafeatures.__file__).parent / FILE
SEEDS = (0, 1, 2)
FEWEST_ROWS = 3_000
MOST_ROWS = 30_000
MOST_SEEN = 0.8
MOST_SECONDS = 60.0
N_GENERATED_ROWS = 25_000
SMOKE_ROWS = 13_000  # more than are looked at by default, so that there is a sample
WITHIN = 0.95
Task = tuple[str, pd.DataFrame, pd.Series, str]


def real_tasks(shared: Path) -> Iterator[Task]:
    """Yield the shared tables."""
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv")
    for row in manifest.itertuples():
        X = pd.read_parquet(shared / "datasets" / f"{row.name}.parquet")
        target = row.target if isinstance(row.target, str) else X.columns[-1]
        y = X.pop(target)
        yield str(row.name), X, y, str(row.task_type)


def generated_tasks(n_rows: int = N_GENERATED_ROWS, seed: int = 0) -> Iterator[Task]:
    """Yield tables of heavy tails, few values, categories and gaps, with any kind of target."""
    for i, task_type in enumerate(("binary", "multiclass", "regression") * 2):
        rng = np.random.default_rng([seed, i])
        hidden = rng.normal(size=(n_rows, 4))
        X = pd.DataFrame(hidden @ rng.normal(size=(4, 6)) + rng.normal(size=(n_rows, 6)))
        X["heavy"] = rng.standard_t(2 + i, n_rows)
        X["skewed"] = np.exp(hidden[:, 0])
        X["count"] = rng.poisson(1 + i, n_rows)
        X["gaps"] = np.where(rng.random(n_rows) < 0.1 * (i + 1), np.nan, hidden[:, 1].round(1))
        for n_levels in (2, 5 + i, 200):
            levels = rng.zipf(1.5, n_rows) % n_levels + (hidden[:, 2] > 1)
            X[f"of {n_levels}"] = pd.Series(levels).astype(str)
        signal = np.sin(hidden[:, 0] * (1 + i)) + hidden[:, 1] ** 2 + hidden[:, 2]
        y = pd.Series(signal + rng.normal(size=n_rows) * (0.2 + 0.2 * i))
        if task_type != "regression":
            shares = [0, 0.8, 1] if task_type == "binary" else [0, 0.5, 0.75, 0.95, 1]
            y = pd.qcut(y, shares, labels=False).astype(str)
        yield f"generated {i}", X.set_axis(X.columns.astype(str), axis=1), y, task_type


def hard_tasks(n_rows: int = N_GENERATED_ROWS, seed: int = 0) -> Iterator[Task]:
    """Yield tables that a sample hardly stands for: rare classes, gaps, very many columns."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n_rows, 6))
    X = pd.DataFrame(hidden + rng.normal(size=hidden.shape)).add_prefix("x")
    X["of 5"] = pd.Series(rng.zipf(1.5, n_rows) % 5 + (hidden[:, 2] > 1)).astype(str)
    far = hidden[:, 0] + hidden[:, 1]
    for n_rare in (1, 5):
        shares = [*([1e-3] * n_rare), 1 - n_rare * 1e-3]
        y = pd.qcut(far, np.append(0, np.minimum(1, np.cumsum(shares))), labels=False)
        name = f"rare classes, {n_rare}"
        yield name, X, pd.Series(y).astype(str), "binary" if n_rare == 1 else "multiclass"
    gaps = X.mask(rng.random(X.shape) < np.linspace(0.5, 0.99, X.shape[1]))
    yield "gaps, classes", gaps, pd.Series(far > 0.5).astype(str), "binary"
    yield "gaps, numbers", gaps, pd.Series(far), "regression"
    few = n_rows // 2
    wide = pd.DataFrame(rng.normal(size=(few, 560)) + hidden[:few, :1] * rng.random(560))
    flags = {
        f"flag {i}": (far[:few] + rng.normal(size=few) > i / 30).astype(str) for i in range(60)
    }
    wide = pd.concat([wide, pd.DataFrame(flags)], axis=1)
    wide = wide.set_axis(wide.columns.astype(str), axis=1)
    yield "columns", wide, pd.Series(far[:few] > 0).astype(str), "binary"


def deviations(task: Task, families: list[str] | None = None) -> pd.DataFrame:
    """Return name and deviation of each meta-feature that looks at a sample of this table."""
    _, X, y, task_type = task
    samples, shares = [], pd.Series(dtype=float)
    for seed in SEEDS:
        extractor = MetaFeatureExtractor(families=families, random_state=seed)
        samples.append(extractor.extract(X, y, task_type=task_type))
        shares = extractor.report_["n_rows"] / len(X)
    extractor = MetaFeatureExtractor(families=families, max_rows=None, time_budget=MOST_SECONDS)
    whole = extractor.extract(X, y, task_type=task_type)
    values = pd.DataFrame(samples).T
    is_whole = extractor.report_["n_rows"] == len(X)
    by_seed = values.sub(values.mean(axis=1), axis=0) * np.sqrt(len(SEEDS) / (len(SEEDS) - 1))
    found = values.sub(whole, axis=0).where(is_whole, by_seed).abs()
    found = found.div(np.sqrt(1 - shares.clip(upper=MOST_SEEN)), axis=0)[shares <= MOST_SEEN]
    return found.melt(ignore_index=False, value_name="deviation")["deviation"].reset_index()


def half_width(values: pd.Series) -> float:
    """Return half the distance of the 16th and 84th percentile, or the standard deviation."""
    low, high = np.nanquantile(values, [0.16, 0.84]) if values.notna().any() else (0.0, 0.0)
    return float(high - low) / 2 or float(values.std())


def summarize(described: pd.DataFrame, deviating: pd.DataFrame) -> pd.DataFrame:
    """Return error and spread of each meta-feature, in the order of the catalogue."""
    catalogue = list_metafeatures().set_index("name")
    groups = deviating.dropna().groupby("metafeature")["deviation"]
    table = pd.DataFrame(index=catalogue.index)
    table["spread"] = described.reindex(columns=table.index).apply(half_width)
    table["sampling_error"] = groups.quantile(WITHIN) / 2 / table["spread"]
    table["tables"] = groups.size() // len(SEEDS)
    is_counted = catalogue["cost"] == "count"
    table.loc[is_counted, "sampling_error"] = 0.0
    table["tables"] = table["tables"].fillna(0).astype(int)
    return table


def keep_others(table: pd.DataFrame, families: list[str] | None) -> pd.DataFrame:
    """Return the table, with what was written before where nothing was measured now."""
    before = pd.read_json(DATA, orient="index", convert_axes=False).reindex(table.index)
    if families is None:
        return table
    is_measured = list_metafeatures().set_index("name")["family"].isin(families)
    is_measured &= table["sampling_error"].notna()
    return table.where(is_measured, before)


def of_hard_tasks(hard: dict[str, pd.DataFrame], table: pd.DataFrame) -> list[str]:
    """Return lines on each of the hard tables: how large their deviations are."""
    lines = [
        "",
        "Of tables that a sample hardly stands for, deviations in units of the spread:",
        "",
        "| table | median | 90th percentile | above 0.5 | the largest |",
        "| --- | --: | --: | --: | --- |",
    ]
    for name, found in hard.items():
        mean = found.dropna().groupby("metafeature")["deviation"].mean()
        units = (mean / table["spread"].reindex(mean.index)).replace(np.inf, np.nan).dropna()
        largest = ", ".join(f"`{one}` {value:.1f}" for one, value in units.nlargest(3).items())
        lines.append(
            f"| {name} | {units.median():.3f} | {units.quantile(0.9):.3f} | "
            f"{(units > 0.5).sum()} of {units.size} | {largest} |"
        )
    return lines


def write(
    table: pd.DataFrame, n_tables: int, hard: dict[str, pd.DataFrame], data: Path, folder: Path
) -> None:
    """Write the data file, and a page that sums it up."""
    short = table.map(lambda value: float(f"{value:.3g}")).astype({"tables": int})
    lines = [f'"{name}": {row.to_json()}' for name, row in short.iterrows()]
    data.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    catalogue = list_metafeatures().set_index("name")
    known = table[(catalogue["cost"] != "count") & table["sampling_error"].notna()]
    lines = [
        "# What sampling costs in accuracy",
        "",
        f"Sampling error in units of the spread over {n_tables} tables, by family. Written by "
        "`benchmarks/sampling_error.py`, where both are defined.",
        "",
        "| family | meta-features | median | 90th percentile | above 0.5 |",
        "| --- | --: | --: | --: | --: |",
    ]
    errors = known["sampling_error"]
    for family, some in errors.groupby(catalogue["family"], sort=False):
        lines.append(
            f"| {family} | {some.size} | {some.median():.3f} | {some.quantile(0.9):.3f} | "
            f"{(some > 0.5).sum()} |"
        )
    lines += ["", "The largest:", "", "| meta-feature | error | tables |", "| --- | --: | --: |"]
    for name, row in known.nlargest(20, "sampling_error").iterrows():
        lines.append(f"| `{name}` | {row['sampling_error']:.2f} | {row['tables']:.0f} |")
    lines += of_hard_tasks(hard, table)
    unknown = table.index[table["sampling_error"].isna()]
    lines += ["", f"Not known for {len(unknown)}: {', '.join(f'`{n}`' for n in unknown)}."]
    page = [*lines, "", made_by("sampling_error.py"), ""]
    (folder / "sampling_error.md").write_text("\n".join(page))


def main() -> None:
    """Describe every table, sum up, and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, help="folder with datasets/")
    parser.add_argument("--most-rows", type=int, default=MOST_ROWS)
    parser.add_argument("--families", nargs="+")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.smoke:
        smoke()
        return
    if arguments.shared is None:
        parser.error("--shared is needed without --smoke")
    described, deviating = [], []
    for name, X, y, task_type in real_tasks(arguments.shared):
        described.append(
            MetaFeatureExtractor(families=arguments.families).extract(X, y, task_type=task_type)
        )
        if FEWEST_ROWS < len(X) <= arguments.most_rows:
            start = time.perf_counter()
            deviating.append(deviations((name, X, y, task_type), arguments.families))
            print(f"{name}: {len(X)} rows, {time.perf_counter() - start:.0f} s", flush=True)
    for task in generated_tasks():
        deviating.append(deviations(task, arguments.families))
        print(task[0], flush=True)
    hard = {}
    for task in hard_tasks():
        hard[task[0]] = deviations(task, arguments.families)
        print(task[0], flush=True)
    table = summarize(pd.DataFrame(described), pd.concat(deviating))
    with results(is_smoke=False) as folder:
        write(keep_others(table, arguments.families), len(described), hard, DATA, folder)


def smoke() -> None:
    """Measure one cheap family on three generated tables, for nothing but a temporary folder."""
    families = ["statistical"]
    tasks = list(itertools.islice(generated_tasks(SMOKE_ROWS), 3))
    described = [
        MetaFeatureExtractor(families=families).extract(X, y, task_type=kind)
        for _, X, y, kind in tasks
    ]
    deviating = pd.concat([deviations(task, families) for task in tasks])
    table = summarize(pd.DataFrame(described), deviating)
    with results(is_smoke=True) as folder:
        hard = {tasks[0][0]: deviating}
        write(keep_others(table, families), len(tasks), hard, folder / FILE, folder)


if __name__ == "__main__":
    main()
