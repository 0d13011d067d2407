"""Tables and plot of `against_pymfe.py`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

TARGETS = {"clustering": 20, "complexity": 20, "information-theoretic": 20, "landmarking": 5}
SAME_LANDMARKERS = ("best_node", "linear_discr", "naive_bayes", "one_nn")
SIDES = ("pymfe", "all rows", "default")
CLOSE = 1e-6


def write(measured: dict[str, Any], about: str, catalogue: pd.DataFrame, results: Path) -> None:
    """Write ``against_pymfe.md`` and ``against_pymfe.png``."""
    table = _read(measured)
    lines = ["# Meta-features against pymfe", "", about, ""]
    for (n_rows, n_columns), part in table.groupby(["rows", "columns"]):
        lines += [f"## {n_rows:,} rows x {n_columns} columns", ""]
        lines += [
            "| family | pymfe | all rows | times faster | default bounds | times faster | "
            "same values |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        wide = part.pivot(index="family", columns="who", values="answer").reindex(columns=SIDES)
        families = [family for family in wide.index if family != "everything"]
        lines += [_row(family, wide.loc[family], catalogue) for family in families]
        lines += [_total("sum", wide.loc[families])]
        if "everything" in wide.index:
            lines += [_everything(wide)]
        lines += [""]
    lines += ["![seconds by rows and columns](against_pymfe.png)", ""]
    (results / "against_pymfe.md").write_text("\n".join(lines))
    _plot(table, results / "against_pymfe.png")


def _read(measured: dict[str, Any]) -> pd.DataFrame:
    rows = [[*name.split(" | "), _checked(answer)] for name, answer in measured.items()]
    table = pd.DataFrame(rows, columns=["who", "family", "rows", "columns", "answer"])
    table["seconds"] = [answer.get("seconds", math.nan) for answer in table["answer"]]
    return table.astype({"rows": int, "columns": int})


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer; one of NaN only, which is how pymfe reports errors, is none."""
    values = answer.get("values")
    is_nothing = values is not None and all(value is None for value in values.values())
    return {"failed": "no value"} if is_nothing else answer


def _seconds(answer: Any) -> float:
    return answer.get("seconds", math.nan) if isinstance(answer, dict) else math.nan


def _at_least(answer: Any) -> float:
    """Return seconds, or the limit that was reached."""
    failed = answer.get("failed", "") if isinstance(answer, dict) else ""
    return float(failed.split()[1]) if failed.startswith(">") else _seconds(answer)


def _shown(answer: Any) -> str:
    if not isinstance(answer, dict):
        return "-"
    return answer.get("failed") or f"{answer['seconds']:.3f} s"


def _ratio(theirs: Any, ours: Any) -> str:
    ratio = _at_least(theirs) / _seconds(ours)
    sign = "> " if isinstance(theirs, dict) and "failed" in theirs else ""
    return "-" if math.isnan(ratio) else f"{sign}{ratio:.1f}"


def _row(family: str, sides: Any, catalogue: pd.DataFrame) -> str:
    theirs, ours, default = (sides[side] for side in SIDES)
    target = f" (target {TARGETS[family]})" if family in TARGETS else ""
    cells = [_shown(theirs), _shown(ours), _ratio(theirs, ours) + target]
    cells += [_shown(default), _ratio(theirs, default), _equal(family, theirs, ours, catalogue)]
    return f"| {family} | " + " | ".join(cells) + " |"


def _total(name: str, wide: pd.DataFrame) -> str:
    """Return the sum over families, and the ratio over those that were done."""
    targets = {"all rows": " (target 30 at 10,000 x 30)", "default": " (target 100 there)"}
    cells = [f"{wide['pymfe'].map(_at_least).sum():.1f} s"]
    limited = wide["pymfe"].map(lambda answer: "failed" in answer)
    for side in ("all rows", "default"):
        done = [family for family in wide.index if math.isfinite(_seconds(wide.loc[family, side]))]
        ours = wide.loc[done, side].map(_seconds).sum()
        theirs = wide.loc[done, "pymfe"].map(_at_least).sum()
        sign = "> " if limited[done].any() else ""
        cells += [f"{ours:.2f} s", f"{sign}{theirs / ours:.1f}{targets[side]}"]
    return f"| {name} | " + " | ".join(cells) + " | |"


def _everything(wide: pd.DataFrame) -> str:
    """Return what all that we have takes in one call, beside the sum of pymfe's groups."""
    theirs = wide["pymfe"].map(_at_least).sum()
    cells = []
    for side in ("all rows", "default"):
        ours = _seconds(wide.loc["everything", side])
        ratio = "-" if math.isnan(ours) else f"{theirs / ours:.1f}"
        cells += [_shown(wide.loc["everything", side]), ratio]
    return "| everything we have | | " + " | ".join(cells) + " | |"


def _equal(family: str, theirs: Any, ours: Any, catalogue: pd.DataFrame) -> str:
    """Return how many of the values both have are equal."""
    if not (isinstance(theirs, dict) and isinstance(ours, dict)):
        return "-"
    if "values" not in theirs or "values" not in ours:
        return "-"
    named = catalogue[(catalogue["family"] == family) & (catalogue["pymfe"] != "")]
    pairs = list(zip(named["name"], named["pymfe"], strict=True))
    if family == "landmarking":
        pairs = [(f"{name}.mean", f"{name}.mean") for name in SAME_LANDMARKERS]
    both = [
        (ours["values"][mine], theirs["values"][other])
        for mine, other in pairs
        if ours["values"].get(mine) is not None and theirs["values"].get(other) is not None
    ]
    same = sum(math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12) for a, b in both)
    return f"{same} of {len(both)}"


def _plot(table: pd.DataFrame, path: Path) -> None:
    import matplotlib.pyplot as plt

    families = [name for name in dict.fromkeys(table["family"]) if name != "everything"]
    size_of_all = (2.6 * len(families), 5.6)
    figure, axes = plt.subplots(2, len(families), figsize=size_of_all, sharey=True, squeeze=False)
    styles = {"pymfe": ("#999999", "s"), "all rows": ("#1f77b4", "o"), "default": ("#d95f02", "^")}
    for across, (size, other, fixed) in enumerate(
        (("rows", "columns", 30), ("columns", "rows", 10_000))
    ):
        for axis, family in zip(axes[across], families, strict=True):
            part = table[(table["family"] == family) & (table[other] == fixed)]
            for who, (colour, marker) in styles.items():
                line = part[part["who"] == who].sort_values(size)
                label = who if who == "pymfe" else f"autometa, {who}"
                axis.plot(line[size], line["seconds"], color=colour, marker=marker, label=label)
            if not part.empty:
                axis.set(xscale="log", yscale="log", xlabel=size)
            axis.set_title(family if across == 0 else "", fontsize=10)
            axis.grid(visible=True, alpha=0.3)
        axes[across][0].set_ylabel(f"seconds ({fixed:,} {other})")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="upper center", ncols=3)
    figure.tight_layout(rect=(0, 0, 1, 0.94))
    figure.savefig(path, dpi=110)
    plt.close(figure)
