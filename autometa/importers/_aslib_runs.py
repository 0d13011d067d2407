"""Runs of an ASlib scenario: directions, cutoffs and statuses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats, Objects
from autometa.exceptions import KnowledgeBaseError
from autometa.importers._arff import Arff, read_arff
from autometa.importers._aslib_description import Description
from autometa.importers._measures import negated_name, resolve
from autometa.importers._tally import Tally, lines, some

RUNS = "algorithm_runs.arff"
KEYS = ("instance_id", "repetition", "algorithm", "runstatus")
STATUS: Mapping[str, str] = {
    "ok": "ok", "timeout": "timeout", "memout": "memory", "not_applicable": "error",
    "crash": "error", "other": "error",
}  # fmt: skip
PLAIN = ("ok", "timeout", "memout")  # statuses that need no further word
IN_SECONDS = re.compile(r"time|second|cpu|^par\d*$|_par\d*$", re.IGNORECASE)


def read_scenario_arff(path: Path, tally: Tally) -> Arff:
    """Return an ARFF file of a scenario, its key columns under their names."""
    content = read_arff(path)
    frame = content.frame
    named = {c: c.strip().lower() for c in frame.columns if c.strip().lower() in KEYS}
    frame = frame.rename(columns=named)
    if "instance_id" not in frame.columns:
        frame = frame.rename(columns={frame.columns[0]: "instance_id"})
    why = f"of {path.name} not of its {frame.shape[1]} attributes: {lines(content.bad_lines)}"
    tally.drop("rows", len(content.bad_lines), why)
    nameless = int(frame["instance_id"].isna().sum())
    tally.drop("rows", nameless, f"of {path.name} without an instance")
    return content._replace(frame=frame[frame["instance_id"].notna()])


def read_run_rows(path: Path, tally: Tally) -> pd.DataFrame:
    """Return the rows of ``algorithm_runs.arff`` that name an instance and an algorithm."""
    table = read_scenario_arff(path, tally).frame
    if "algorithm" not in table.columns:
        raise KnowledgeBaseError(
            f"'{path}' must have the attributes instance_id, repetition, algorithm, measures and "
            f"runstatus. Got {list(table.columns)}."
        )
    nameless = int(table["algorithm"].isna().sum())
    tally.drop("rows", nameless, f"of {path.name} without an algorithm")
    return table[table["algorithm"].notna()].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class ScenarioRuns:
    """The rows of ``algorithm_runs.arff``, to be read as the description says.

    Attributes
    ----------
    table : DataFrame of str
    about : Description
    tally : Tally
    """

    table: pd.DataFrame
    about: Description
    tally: Tally

    def read(
        self, wanted: Sequence[str] | None, setups: Mapping[str, tuple[str, str]]
    ) -> pd.DataFrame:
        """Return a run for each row and measure."""
        columns = self._measures(wanted)
        values = {
            c: np.asarray(pd.to_numeric(self.table[c], errors="coerce"), dtype=np.float64)
            for c in columns
        }
        status, message = self._statuses()
        seconds, late = np.full(len(self.table), np.nan), np.zeros(len(self.table), np.bool_)
        timed = next((c for c in columns if self._is_runtime(c)), None)
        if timed is not None and self._is_in_seconds(timed):
            late = self._late(status, values[timed])
            seconds = self._seconds(values[timed], status)
        names = [setups.get(name, (name, "{}")) for name in self.table["algorithm"]]
        rows = pd.DataFrame(
            {
                "task_id": self.table["instance_id"],
                "algorithm": [algorithm for algorithm, _ in names],
                "config": [config for _, config in names],
                "fit_seconds": seconds,
                "status": status,
                "message": message,
                "source": self._sources(),
            }
        )
        is_race = timed == columns[0]  # else a run at the cutoff has a result all the same
        parts = [
            self._scored(rows, c, values[c], late & (is_race or self._is_runtime(c)))
            for c in columns
        ]
        return pd.concat(parts, ignore_index=True)

    def _scored(
        self, rows: pd.DataFrame, column: str, values: Floats, late: Booleans
    ) -> pd.DataFrame:
        """Return the rows with the scores of one measure; the tally counts those without."""
        is_runtime, lower = self._is_runtime(column), self._is_lower_better(column)
        rows = rows.assign(status=rows["status"].mask(late, "timeout"))
        measure = resolve(column, lower, values)
        self.tally.note(measure.note)
        failed = (rows["status"] != "ok").to_numpy()
        scores = measure.scores(values)
        if not is_runtime:
            stand_ins = int((failed & np.isfinite(scores)).sum())
            why = f"'{column}' of runs that did not end well: stand-ins, no results"
            self.tally.drop("scores", stand_ins, why)
        unknown = ~failed & ~np.isfinite(scores)
        self.tally.drop("runs", int(unknown.sum()), f"ok, but without a value of '{column}'")
        name = negated_name(column) if is_runtime and lower else measure.name
        scored = rows.assign(metric=name, score=np.where(failed, np.nan, scores))
        return scored[~unknown]

    def _measures(self, wanted: Sequence[str] | None) -> list[str]:
        present = [c for c in self.table.columns if c not in KEYS]
        by_name = {c.lower(): c for c in present}
        named = [by_name[m.lower()] for m in self.about.measures if m.lower() in by_name]
        if not named and self.about.measures:
            self.tally.note(
                f"{RUNS} has no attribute of the measures {some(self.about.measures)}; "
                f"{some(present)} were taken."
            )
        absent = [m for m in self.about.measures if m.lower() not in by_name]
        if named and absent:
            self.tally.note(f"Described, but not in {RUNS}: the measures {some(absent)}.")
        named = named or present
        if wanted is not None:
            unknown = [m for m in wanted if m.lower() not in by_name]
            if unknown or not wanted:
                raise KnowledgeBaseError(
                    f"'measures' must name some of {present}. Got {list(wanted)}."
                )
            named = [by_name[m.lower()] for m in wanted]
        if not named:
            raise KnowledgeBaseError(
                f"{RUNS} must hold performance measures beside {list(KEYS)}. Got none."
            )
        rest = [c for c in present if c not in named]
        self.tally.drop(
            "columns", len(rest), f"of {RUNS}, not asked for or described: {some(rest)}"
        )
        return list(dict.fromkeys(named))

    def _index(self, column: str) -> int | None:
        names = [m.lower() for m in self.about.measures]
        return names.index(column.lower()) if column.lower() in names else None

    def _is_runtime(self, column: str) -> bool:
        index = self._index(column)
        declared = self.about.is_runtime[index] if index is not None else None
        return bool(IN_SECONDS.search(column)) if declared is None else declared

    def _is_lower_better(self, column: str) -> bool | None:
        index = self._index(column)
        is_maximised = self.about.maximize[index] if index is not None else None
        if is_maximised is None:
            return True if self._is_runtime(column) else None
        return not is_maximised

    def _is_in_seconds(self, column: str) -> bool:
        """Say whether a runtime is a time: function evaluations are called runtimes too."""
        if self.about.cutoff_seconds or IN_SECONDS.search(column):
            return True
        self.tally.note(f"'{column}' may be no seconds: fit_seconds are not known.")
        return False

    def _statuses(self) -> tuple[Objects, Objects]:
        if "runstatus" not in self.table.columns:
            self.tally.note(f"{RUNS} has no runstatus; runs are ok, or timeouts at the cutoff.")
            nothing = np.full(len(self.table), "", dtype=object)
            return np.full(len(self.table), "ok", dtype=object), nothing
        words = self.table["runstatus"].fillna("?").str.strip().str.lower()
        unknown = sorted(set(words) - set(STATUS))
        if unknown:
            self.tally.note(f"Unknown statuses were taken as errors: {some(unknown)}.")
        status = np.asarray(words.map(STATUS).fillna("error"), dtype=object)
        return status, np.asarray(words.map(lambda w: "" if w in PLAIN else w), dtype=object)

    def _late(self, status: Objects, runtime: Floats) -> Booleans:
        """Mark runs that are called ok and ran to the cutoff."""
        cutoff = self.about.cutoff_seconds
        if not cutoff:
            return np.zeros(len(status), np.bool_)
        late = np.asarray((status == "ok") & (runtime >= cutoff), np.bool_)
        if late.any():
            self.tally.note(
                f"{int(late.sum())} runs of status ok that took the cutoff of {cutoff:g} s or more "
                "are timeouts where runtime is the measure."
            )
        return late

    def _seconds(self, runtime: Floats, status: Objects) -> Floats:
        """Return what each run took; PAR10 and the like are cut to the cutoff."""
        cutoff = self.about.cutoff_seconds or np.inf
        seconds = np.where(runtime >= 0, np.minimum(runtime, cutoff), np.nan)
        untimed = (status == "timeout") & np.isnan(seconds) & np.isfinite(cutoff)
        return np.where(untimed, cutoff, np.where(np.isfinite(seconds), seconds, np.nan))

    def _sources(self) -> pd.Series[str]:
        """Name the scenario, and the repetition where there are several."""
        name = f"aslib:{self.about.scenario_id}" if self.about.scenario_id else "aslib"
        source = pd.Series(name, self.table.index, dtype=object)
        if "repetition" not in self.table.columns or self.table["repetition"].nunique() < 2:
            return source
        number = pd.to_numeric(self.table["repetition"], errors="coerce")
        return source + ", repetition " + number.map("{:g}".format)
