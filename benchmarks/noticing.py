"""Measure how well `check_validation` notices what shuffled folds would hide.

Precision and recall over real tables, against what is documented of how their rows were
collected. Rules of entities are chosen by family too: from a grid, on all families but the one
they are judged on. Two controls say what the figures rest on: tables whose columns are permuted
one by one (rows are then independent, and each finding is false), and tables whose columns
have lost their names.

    python benchmarks/noticing.py [--shared ../shared] [--smoke]
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results

from autometa.dependence._check import findings_of
from autometa.dependence._entities import Entity, EntityRules, best_entity, entities_among
from autometa.dependence._finding import ValidationFinding
from autometa.dependence._index import index_of
from autometa.dependence._rows import columns_looked_at, rows_looked_at, target_column
from autometa.tables import Table, check_table

# The smaller collection does not say how rows were collected. This was written down from its
# sources and the names of its columns, before anything was measured on it. An empty name: rows
# are in order, and no column says so.
GROUPS = {
    "newton-hema": {"id"},
    "analcatdata-vineyard": {"Row"},
    "ratdat-complete": {"plot_id"},
    "medicaldata-covid_testing": {"clinic_name"},
    "grub-damage": {"year_zone"},
}
TIMES = {
    "dplyr-storms": {"year"},
    "ratdat-complete": {"year"},
    "medicaldata-covid_testing": {"pan_day"},
    "profb": {"Year", "Week"},
    "cloud": {"period"},
    "islr-oj": {"WeekofPurchase"},
    "stanford-heart": {"Year_of_acceptance"},
    "modeldata-hotel_rates": {"arrival_date_num"},
    "stock": {""},
    "sleepdata": {""},
    "la-mortality": {""},
    "visualizing-soil": {""},
    "visualizing-environmental": {""},
    "stat2data-kershaw": {""},
}
# Designed trials, years that are a feature as much as a time: neither right nor wrong.
EITHER = {
    *("sensory", "visualizing-barley", "analcatdata-boxing1", "daag-nasscds", "bridges", "cars"),
    *("bayesrules-hotel_bookings", "auto-mpg", "no2", "pm10", "vinnie", "datasets-penguins"),
}
GRID = [
    EntityRules(together=together, rising=rising, restarts=restarts, alike=alike)
    for together, rising, restarts, alike in itertools.product(
        (0.3, 0.5, 0.7, 0.9), (0.8, 0.9, 0.95, 0.99), (0.2, 0.4, 0.6), (0.2, 0.3, 0.4, 0.5, 0.6)
    )
]
MIN_PRECISION = 0.9  # a tool that cries is not listened to
KINDS = ("groups", "time", "copies")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A table and what is documented of its rows."""

    name: str
    family: str
    table: Table
    groups: frozenset[str]
    times: frozenset[str]

    def truth(self, kind: str) -> frozenset[str]:
        """Return the columns that are right for a kind of finding; none where none is."""
        return self.groups if kind == "groups" else self.times


def tables_of(folder: Path) -> Iterator[Case]:
    """Yield the tables of a collection, but for those of which either would be right."""
    manifest = pd.read_csv(folder / "manifest.csv", keep_default_na=False)
    for row in manifest.to_dict("records"):
        name = str(row["name"])
        if name in EITHER:
            continue
        frame = pd.read_parquet(folder / f"{name}.parquet")
        task_type = "regression" if row["task_type"] == "regression" else "classification"
        table = check_table(
            frame.drop(columns=row["target"]), frame[row["target"]], task_type, name=name
        )
        groups = {row["groups"]} if row.get("groups") else GROUPS.get(name, set())
        times = {row["time"]} if row.get("time") else TIMES.get(name, set())
        yield Case(
            name=name,
            family=str(row["family"]),
            table=table,
            groups=frozenset(groups),
            times=frozenset(times),
        )


def made_tables() -> Iterator[Case]:
    """Yield small tables that are made here: visits of patients, a record, and neither."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(40), 8)
    visits = pd.DataFrame(
        {
            "patient_id": patient,
            "day": np.tile(np.arange(8), 40) * 7 + rng.integers(0, 7, 320),
            "age": rng.integers(20, 80, 40)[patient],
            "dose": rng.normal(size=320),
        }
    )
    effect = rng.normal(size=40)[patient] + 0.1 * rng.normal(size=320)
    record = pd.DataFrame(rng.normal(size=(300, 3)).cumsum(axis=0), columns=list("abc"))
    record["date"] = pd.date_range("2024-01-01", periods=300)
    plain = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    made = {
        "visits": (visits, effect, {"patient_id"}, {"day"}),
        "record": (record, rng.normal(size=300).cumsum(), set(), {"date"}),
        "plain": (plain, plain["a"] + rng.normal(size=300), set(), set()),
    }
    for name, (X, y, groups, times) in made.items():
        yield Case(
            name=name,
            family=name,
            table=check_table(X, y, "regression", name=name),
            groups=frozenset(groups),
            times=frozenset(times),
        )


def with_columns(table: Table, columns: dict[str, Any], y: Any = None) -> Table:
    """Return a table with other columns, and perhaps another target."""
    labels = table.labels if y is None else y
    task_type = "regression" if table.task_type == "regression" else "classification"
    return check_table(pd.DataFrame(columns), labels, task_type)


def permuted(table: Table, seed: int) -> Table:
    """Return a table of independent rows: each column in an order of its own."""
    rng = np.random.default_rng(seed)
    columns = {
        name: table.X[name].iloc[rng.permutation(len(table.y))].reset_index(drop=True)
        for name in table.X.columns
    }
    return with_columns(table, columns, table.labels[rng.permutation(len(table.y))])


def nameless(table: Table) -> Table:
    """Return a table whose columns are called c0, c1 and so on."""
    names = table.X.columns
    return with_columns(table, {f"c{i}": table.X[name] for i, name in enumerate(names)})


def indexed(case: Case) -> list[ValidationFinding]:
    """Return what is noticed where the documented columns are the index of the table."""
    frame = case.table.X
    documented = [name for name in frame.columns if name in case.groups | case.times]
    if not documented or len(documented) == frame.shape[1]:
        return findings_of(case.table)
    beside = frame.set_index(documented)
    rest = with_columns(case.table, {name: frame[name] for name in beside.columns})
    return findings_of(rest, index=index_of(beside))


def entities_of(table: Table) -> list[Entity]:
    """Return what is seen of entities, whatever the rules make of it."""
    rows = rows_looked_at(*table.X.shape)
    columns, target = columns_looked_at(table, rows), target_column(table, rows)
    return entities_among(columns, target, np.random.default_rng(0))


def look_at(case: Case) -> dict[str, Any]:
    """Return what is noticed of a table, of the same without names, and of the permuted one."""
    started = time.process_time()
    findings = findings_of(case.table)
    seconds = time.process_time() - started
    names = {"", *(f"c{i}" for i in range(case.table.X.shape[1]))}
    originals = dict(zip(sorted(names, key=_number), ["", *case.table.X.columns], strict=True))
    return {
        "case": case,
        "seconds": seconds,
        "findings": findings,
        "indexed": {f.kind: f.column or "" for f in indexed(case)},
        "nameless": {f.kind: originals[f.column or ""] for f in findings_of(nameless(case.table))},
        "permuted": [f.kind for f in findings_of(permuted(case.table, 0))],
        "entities": entities_of(case.table),
    }


def _number(name: str) -> int:
    return int(name[1:]) if name else -1


def outcome(truth: frozenset[str], column: str | None) -> str:
    """Return how a finding of one kind compares with what is documented.

    Another column of the entity or time that is documented (its height, its month) is right: the
    folds it leads to keep the same rows apart, or more.
    """
    if column is None:
        return "missed" if truth else "right to be silent"
    return "right" if truth else "false alarm"


def counted(outcomes: Iterable[str]) -> dict[str, Any]:
    """Return precision and recall, with the numbers they come from."""
    counts = pd.Series(list(outcomes), dtype=object).value_counts()
    right, false, missed = (int(counts.get(o, 0)) for o in ("right", "false alarm", "missed"))
    return {
        "right": right,
        "false alarms": false,
        "missed": missed,
        "precision": right / (right + false) if right + false else float("nan"),
        "recall": right / (right + missed) if right + missed else float("nan"),
    }


def named_by(entities: list[Entity], rules: EntityRules) -> str | None:
    """Return the column that rules take for entities."""
    entity = best_entity(entities, rules)
    return entity.column.name if entity else None


def by_family(seen: list[dict[str, Any]]) -> tuple[list[str], int]:
    """Return the outcome of each table under rules chosen on other families; how many differ."""
    families = np.array([one["case"].family for one in seen])
    table = np.array(
        [
            [outcome(one["case"].groups, named_by(one["entities"], rules)) for rules in GRID]
            for one in seen
        ]
    )
    right, false = table == "right", table == "false alarm"
    chosen: list[int] = []
    for family in families:
        others = families != family
        chosen.append(_best(right[others].sum(axis=0), false[others].sum(axis=0)))
    return [str(table[i, rule]) for i, rule in enumerate(chosen)], len(set(chosen))


def _best(right: Any, false: Any) -> int:
    """Return the rules of highest recall among the precise ones; of equals, the middle one."""
    precise = np.flatnonzero(right >= MIN_PRECISION * (right + false))
    equals = precise[right[precise] == right[precise].max()]
    return int(equals[len(equals) // 2])


def column_of(one: dict[str, Any], kind: str) -> str | None:
    """Return the column of a finding, "" where it has none, None where there is none."""
    return next((f.column or "" for f in one["findings"] if f.kind == kind), None)


def scores_table(seen: list[dict[str, Any]]) -> str:
    """Return one line for each way to judge and kind of finding."""
    crossed, n_rules = by_family(seen)
    lines: list[tuple[str, str, Iterable[str]]] = []
    for kind in ("groups", "time"):
        truths = [one["case"].truth(kind) for one in seen]
        found = [column_of(one, kind) for one in seen]
        bare = [one["nameless"].get(kind) for one in seen]
        lines.append((kind, "as it is", map(outcome, truths, found)))
        if kind == "groups":
            lines.append((kind, f"rules chosen by family ({n_rules} different)", crossed))
        lines.append((kind, "columns without names", map(outcome, truths, bare)))
        beside = [one["indexed"].get(kind) for one in seen]
        lines.append((kind, "documented columns as the index", map(outcome, truths, beside)))
    any_truth = [one["case"].groups | one["case"].times for one in seen]
    any_found = [
        next((c for c in (column_of(one, k) for k in ("groups", "time")) if c is not None), None)
        for one in seen
    ]
    lines.append(("either", "as it is", map(outcome, any_truth, any_found)))
    head = "| finding | judged | right | false alarms | missed | precision | recall |"
    rows = [
        f"| {kind} | {how} | {c['right']} | {c['false alarms']} | {c['missed']} | "
        f"{c['precision']:.2f} | {c['recall']:.2f} |"
        for kind, how, outcomes in lines
        for c in [counted(outcomes)]
    ]
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- | --- |", *rows])


def cases_table(seen: list[dict[str, Any]]) -> str:
    """Return one line for each table of which something is documented or noticed."""
    lines = [
        "| table | documented groups | noticed | documented time | noticed | copies | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in seen:
        case = one["case"]
        if not (case.groups or case.times or one["findings"]):
            continue
        copies = next((f"{f.evidence:.1%}" for f in one["findings"] if f.kind == "copies"), "")
        groups, times = (_said(column_of(one, kind)) for kind in ("groups", "time"))
        lines.append(
            f"| {case.name} | {_listed(case.groups)} | {groups} | {_listed(case.times)} | {times} "
            f"| {copies} | {one['seconds']:.2f} |"
        )
    return "\n".join(lines)


def _said(column: str | None) -> str:
    return "" if column is None else column or "order of rows"


def _listed(columns: frozenset[str]) -> str:
    return ", ".join(sorted(column or "order of rows" for column in columns))


def report(seen: list[dict[str, Any]], command: str) -> str:
    """Return the page of results."""
    seconds = pd.Series([one["seconds"] for one in seen])
    alarms = [kind for one in seen for kind in one["permuted"]]
    families = {one["case"].family for one in seen}
    return f"""# Noticing

What `check_validation` notices of {len(seen)} tables of {len(families)} families, against what is
documented of how their rows were collected (the manifest of the larger collection; for the
smaller one a list in the script, written before it was measured; {len(EITHER)} tables of which
either could be said are left out). A finding is right when something of its kind is documented of
the table, whichever column it names; the columns are below. Copies need no document: they are
counted.

{scores_table(seen)}

**What was tuned here.** The four thresholds of entities, the words that names are looked up in, and
those of a record without a time were chosen by looking at these tables. "Rules chosen by
family" takes the thresholds from a grid of {len(GRID)}, by recall at a precision of
{MIN_PRECISION} on all families but the one that is judged; the words stay. "Columns without names"
says what is left without them; "documented columns as the index" what is where
a pandas index holds them.

**Independent rows.** With each column of each table in an order of its own, {len(alarms)} of
{len(seen)} tables showed something ({", ".join(alarms) or "nothing"}).

**Processor seconds.** Median {seconds.median():.2f}, at most {seconds.max():.2f}.

{cases_table(seen)}

{made_by(command)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    if asked.smoke:
        cases = list(made_tables())
    else:
        cases = itertools.chain(
            tables_of(asked.shared / "large"), tables_of(asked.shared / "datasets")
        )
    seen = []
    for case in cases:
        seen.append(look_at(case))
        print(case.name, f"{seen[-1]['seconds']:.2f} s", flush=True)
    with results(asked.smoke) as folder:
        page = report(seen, "noticing.py")
        (folder / "noticing.md").write_text(page)
        print(page)


if __name__ == "__main__":
    main()
