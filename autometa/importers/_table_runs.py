"""Runs out of the rows of a long table; a row that cannot be used is noted by its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Booleans, Floats, Objects
from autometa.exceptions import KnowledgeBaseError
from autometa.importers._columns import Layout
from autometa.importers._fold_kinds import fold_kind_of, split_of
from autometa.importers._measures import Measure, UnknownMeasureError, resolve
from autometa.importers._reading import Rows
from autometa.importers._tally import Tally, lines, some
from autometa.importers._values import (
    PRUNED,
    UNFINISHED,
    config_of,
    parse_config,
    seconds_of,
    status_of,
    status_of_message,
    typed_column,
)
from autometa.knowledge_base._schema import FAILURES, canonical_config
from autometa.knowledge_base._setups import canonical_column

SETUP = ["task_id", "algorithm", "config", "fidelity"]


@dataclass
class Reader:
    """Turns rows into runs, and counts those it cannot turn."""

    rows: Rows
    layout: Layout
    tally: Tally
    metric: str | None
    lower_is_better: bool | None
    task_id: str
    algorithm: str
    are_named: tuple[bool, bool]
    source: str
    parsed: dict[str, str] = field(default_factory=dict)
    usable: Booleans = field(init=False)

    def __post_init__(self) -> None:
        self.usable = np.ones(len(self.rows.frame), dtype=np.bool_)

    def task_ids(self) -> Objects:
        """Return the task of each row; None where there is none."""
        return self._names("task_id", self.task_id)

    def runs(self) -> pd.DataFrame:
        """Return the runs of all rows and measures."""
        for role, index in (("task_id", 0), ("algorithm", 1)):
            if role not in self.layout.roles and not self.are_named[index]:
                fallback = (self.task_id, self.algorithm)[index]
                self.tally.note(f"No column says the {role}: it is '{fallback}' for all rows.")
        base = self._base()
        parts = [self._part(base, *scores) for scores in self._scores(base)]
        parts = [part for part in parts if len(part)]
        runs = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if "fold" in self.layout.roles and len(runs):
            runs = self._joined(runs)
        return runs.drop(columns="fold", errors="ignore")

    def _base(self) -> pd.DataFrame:
        frame, roles = self.rows.frame, self.layout.roles
        base = pd.DataFrame({"task_id": self.task_ids()})
        self._refuse(base["task_id"].isna().to_numpy(), "without a task")
        base["algorithm"] = self._names("algorithm", self.algorithm)
        self._refuse(base["algorithm"].isna().to_numpy(), "without an algorithm")
        base["status"] = self._statuses()
        base["config"] = self._configs()
        for name in ("fit_seconds", "predict_seconds"):
            base[name] = self._seconds(name)
        base["fidelity"] = self._fidelity()
        if "message" in roles:
            base["message"] = frame[roles["message"]].fillna("").astype(str)
            base["status"] = self._failures_by_message(base["status"], base["message"])
        base["source"] = self.source
        if "fold_kind" in roles:
            words = frame[roles["fold_kind"]].fillna("").astype(str)
            base["fold_kind"] = words.map(fold_kind_of)
            base["split"] = words.map(split_of)
        if "fold" in roles:
            base["fold"] = frame[roles["fold"]].astype(str)
        return base

    def _names(self, role: str, fallback: str) -> Objects:
        column = self.layout.roles.get(role)
        if column is None:
            return np.full(len(self.rows.frame), fallback, dtype=object)
        return np.array([_name(value) for value in self.rows.frame[column]], dtype=object)

    def _refuse(self, wrong: Booleans, why: str) -> None:
        """Drop rows that are still usable, and tell their lines."""
        wrong = wrong & self.usable
        if wrong.any():
            numbers = [self.rows.lines[i] for i in np.flatnonzero(wrong)]
            self.tally.drop("rows", len(numbers), f"{why}: {lines(numbers)}")
            self.usable &= ~wrong

    def _statuses(self) -> Objects:
        column = self.layout.roles.get("status")
        n_rows = len(self.rows.frame)
        if column is None:
            return np.full(n_rows, "", dtype=object)
        words = self.rows.frame[column].fillna("").astype(str).str.strip()
        lower = words.str.lower().str.rpartition(".")[2]
        self._refuse(lower.isin(UNFINISHED).to_numpy(), "not finished")
        self._refuse(lower.isin(PRUNED).to_numpy(), "pruned: they have no final score")
        status_of_word = {word: "" if not word else status_of(word) for word in lower.unique()}
        unknown = lower.map(lambda w: status_of_word[w] is None).to_numpy() & self.usable
        self._refuse(unknown, f"of an unknown status ({some(words[unknown])})")
        return np.asarray(lower.map(lambda w: status_of_word[w] or ""), dtype=object)

    def _failures_by_message(self, status: pd.Series[str], message: pd.Series[str]) -> Objects:
        """Return the statuses, where a message stands in place of every score a failure's.

        AMLB has no column of statuses: of a job that failed it writes the error and no result.
        Left out, the mean of the other folds would be taken for the run.
        """
        columns = [self.layout.roles.get("score") or self.layout.roles.get("loss")]
        cells = self.rows.frame[[c for c in (*columns, *self.layout.measures.values()) if c]]
        is_silent = (status == "") & cells.isna().all(axis=1).to_numpy()
        of_text = {text: status_of_message(text) for text in message[is_silent].unique()}
        return np.asarray(status.where(~is_silent, message.map(of_text)), dtype=object)

    def _configs(self) -> Objects:
        frame, names = self.rows.frame, list(self.layout.parameters)
        typed = [typed_column(frame[self.layout.parameters[n]].tolist()) for n in names]
        column = self.layout.roles.get("config")
        configs = np.full(len(frame), None, dtype=object)
        bad = np.zeros(len(frame), dtype=np.bool_)
        cells = None if column is None else frame[column].tolist()
        for i in range(len(frame)):
            own = [values[i] for values in typed]
            try:
                if cells is not None:
                    configs[i] = self._config_of_cell(cells[i])
                    if configs[i] != "{}" or not names:
                        continue
                configs[i] = config_of(names, own)
            except KnowledgeBaseError:
                if column is not None and names:
                    configs[i] = config_of(names, own)
                else:
                    bad[i] = True
        self._refuse(bad, f"whose '{column}' is neither JSON nor a dict")
        return configs

    def _config_of_cell(self, cell: Any) -> str:
        """Return the configuration in a cell; a text that many rows share is parsed once."""
        config = self.parsed.get(cell) if isinstance(cell, str) else None
        if config is None:
            config = canonical_config(_without_gaps(parse_config(cell)))
            if isinstance(cell, str):
                self.parsed[cell] = config
        return config

    def _seconds(self, role: str) -> Floats:
        frame, roles = self.rows.frame, self.layout.roles
        column = roles.get(role)
        if column is not None:
            seconds = seconds_of(frame[column])
            if column.lower().endswith(("millis", "_ms", "millis_training")):
                seconds = seconds / 1000.0
        elif role == "fit_seconds" and {"start", "end"} <= set(roles):
            start, end = (_times(frame[roles[name]]) for name in ("start", "end"))
            seconds = (end - start).dt.total_seconds()
            seconds = seconds.mask(seconds == 0)  # a row written at once, not a fit
        else:
            return np.full(len(frame), np.nan)
        values = np.asarray(seconds, dtype=np.float64)
        wrong = (values < 0) | np.isinf(values)
        self.tally.drop("values", int(wrong.sum()), f"of {role}, not a duration")
        return np.where(wrong, np.nan, values)

    def _fidelity(self) -> Floats:
        column = self.layout.roles.get("fidelity")
        if column is None:
            return np.ones(len(self.rows.frame))
        values = pd.to_numeric(self.rows.frame[column], errors="coerce").astype("float64")
        values = values.where(self.rows.frame[column].notna(), 1.0)
        wrong = ~values.between(0.0, 1.0, inclusive="right")
        self._refuse(wrong.to_numpy(), f"whose '{column}' is no fraction of the rows")
        return np.asarray(values.where(~wrong, 1.0), dtype=np.float64)

    def _scores(self, base: pd.DataFrame) -> list[tuple[str, Floats, Booleans, bool | None]]:
        """Return measure, values, rows and direction of everything that was measured."""
        roles = self.layout.roles
        scores: list[tuple[str, Floats, Booleans, bool | None]] = []
        is_only = not self.layout.measures
        column = roles.get("score") or roles.get("loss")
        if column is not None:
            values, lower = self._values(column, base, is_only), self.lower_is_better
            if lower is None and "score" not in roles:
                lower = True
            elif lower is None and column.lower().endswith("score"):
                lower = None if self.metric or "metric" in roles else False
            for name, rows in self._by_metric(column):
                scores.append((name, values, rows & self.usable, lower))
        for name, column in self.layout.measures.items():
            values = self._values(column, base, is_only=False)
            scores.append((name, values, self.usable.copy(), self.lower_is_better))
        if not is_only:
            self._refuse_unmeasured(base, [values for _, values, _, _ in scores])
        return [(name, values, rows & self.usable, lower) for name, values, rows, lower in scores]

    def _values(self, column: str, base: pd.DataFrame, is_only: bool) -> Floats:
        cells = self.rows.frame[column]
        values = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        failed = base["status"].isin(FAILURES).to_numpy()
        text = np.isnan(values) & cells.notna().to_numpy() & ~failed
        text &= (cells.astype(str).str.strip().str.lower() != "nan").to_numpy()
        self._refuse(text, f"whose '{column}' is no number")
        self._refuse(np.isinf(values) & ~failed, f"whose '{column}' is infinite")
        if is_only:
            self._refuse(np.isnan(values) & ~failed, f"without a '{column}' and without a failure")
        return np.where(np.isinf(values), np.nan, values)

    def _refuse_unmeasured(self, base: pd.DataFrame, values: list[Floats]) -> None:
        failed = base["status"].isin(FAILURES).to_numpy()
        nothing = np.all([np.isnan(v) for v in values], axis=0) & ~failed
        self._refuse(nothing, "without any measure and without a failure")

    def _by_metric(self, column: str) -> list[tuple[str, Booleans]]:
        named = self.layout.roles.get("metric")
        if named is None:
            name = self.metric or ("score" if column.lower() == "mean_test_score" else column)
            return [(name, np.ones(len(self.rows.frame), dtype=np.bool_))]
        names = self.rows.frame[named]
        if self.metric is None:
            self._refuse(names.isna().to_numpy(), f"without a '{named}'")
        names = names.fillna(self.metric or "").astype(str).str.strip()
        return [(name, (names == name).to_numpy()) for name in names[self.usable].unique()]

    def _part(
        self, base: pd.DataFrame, name: str, values: Floats, rows: Booleans, lower: bool | None
    ) -> pd.DataFrame:
        failed = base["status"].isin(FAILURES).to_numpy()
        unmeasured = np.isnan(values) & ~failed
        self.tally.drop(
            "cells", int((unmeasured & rows).sum()), f"of '{name}', empty: not measured"
        )
        rows = rows & ~unmeasured
        try:
            measure = resolve(name, lower, values[rows & ~failed])
        except UnknownMeasureError as error:
            self.tally.drop("scores", int(rows.sum()), f"of '{name}': {error}")
            return base.iloc[:0]
        self.tally.note(measure.note)
        outside = measure.outside(values) & rows & ~failed
        beyond = [self.rows.lines[i] for i in np.flatnonzero(outside)]
        where = f"beyond what {measure.name} can be: {lines(beyond)}"
        self.tally.drop("scores", len(beyond), where)
        rows = rows & ~outside
        self.tally.drop(
            "scores", int((rows & failed & np.isfinite(values)).sum()), "of runs that failed"
        )
        part = base[rows].assign(metric=measure.name)
        part["score"] = np.where(failed, np.nan, measure.scores(values))[rows]
        part["status"] = part["status"].replace("", "ok")
        for column, cells in self._with_splits(name, measure).items():
            part[column] = cells[rows]
        return part

    def _with_splits(self, name: str, measure: Measure) -> dict[str, Objects]:
        """Return fold scores, where tables have one column a fold as ``cv_results_`` does."""
        is_main = name in (self.metric, "score")
        splits = self.layout.splits.get("score" if is_main else name.lower())
        if not splits:
            return {}
        table = self.rows.frame[splits].apply(pd.to_numeric, errors="coerce")
        scores = measure.scores(table.to_numpy(dtype=np.float64))
        folds = np.empty(len(scores), dtype=object)
        folds[:] = [row[np.isfinite(row)].tolist() for row in scores]
        return {"fold_scores": folds}

    def _joined(self, runs: pd.DataFrame) -> pd.DataFrame:
        """Join the folds of a run; one that failed on a fold failed."""
        nothing = np.full(len(runs), None, dtype=object)
        configs = canonical_column(runs["algorithm"], runs["config"], nothing)
        runs = runs.assign(config=configs.set_axis(runs.index))
        groups = runs.groupby([*SETUP, "metric"], sort=False)
        n_folds = groups.size()
        if (n_folds <= 1).all():
            return runs
        joined = groups.agg(
            score=("score", lambda s: s.mean(skipna=False)),
            fit_seconds=("fit_seconds", "mean"),
            predict_seconds=("predict_seconds", "mean"),
            status=("status", lambda s: next((v for v in s if v != "ok"), "ok")),
            source=("source", "first"),
            fold_scores=("score", list),
        ).reset_index()
        self.tally.note(f"{len(runs)} rows of folds became {len(joined)} runs with fold scores.")
        return joined


def _name(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    text = str(value).strip()
    is_whole = text.endswith(".0") and text[:-2].isdigit()  # an id in a column with gaps
    return (text[:-2] if is_whole else text) or None


def _without_gaps(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out NaN, by which tables of dicts mark what does not apply."""
    return {k: v for k, v in config.items() if not (isinstance(v, float) and np.isnan(v))}


def _times(values: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.notna().sum() == values.notna().sum():
        return pd.to_datetime(numbers, unit="ms" if numbers.max() > 1e11 else "s", utc=True)
    return pd.to_datetime(values, errors="coerce", utc=True, format="mixed")
