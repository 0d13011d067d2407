"""Run the cases of the guide and keep what they print and draw in `docs/cases/outputs/`.

    python docs/cases/run.py [students loans clinic] [--check]

Trials are counted instead of seconds, so that the result depends on the seed, not on the time of
day. `--check` keeps nothing and fails where what is kept is not what comes out now; the site is
built with it. Reports go to `docs/cases/generated/`, where the site finds them; they are not kept.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

import autometa
from autometa import plotting

HERE = Path(__file__).parent
TABLES = HERE.parent.parent / "examples" / "tables"
KEPT = HERE / "outputs"
REPORTS = HERE / "generated"
MADE_WITH = "made-with.txt"
# Libraries that a score depends on: of other versions the same seed promises nothing.
LIBRARIES = ("numpy", "pandas", "scikit-learn", "optuna", "lightgbm", "catboost", "xgboost")
TRIALS = {"students": 4, "loans": 12, "clinic": 12}  # of the students there are two searches
DOTS = 100  # 600 px of width: read at that size, and all pictures stay below a megabyte


def probability(result: autometa.TuneResult, X: pd.DataFrame) -> np.ndarray:
    """Return the probability of "yes", which is the positive class of all three."""
    classes = list(result.best_pipeline.classes_)
    return result.best_pipeline.predict_proba(X)[:, classes.index("yes")]


def held_out(result: autometa.TuneResult) -> pd.DataFrame:
    """Return for rows that a fold held out the probability of "yes"."""
    predicted = result.oof_predictions()
    ensemble = predicted[predicted["trial"].isna() & predicted["fold"].notna()]
    return ensemble[["row", "probability_yes"]].reset_index(drop=True)


def show(result: autometa.TuneResult) -> None:
    """Print what was reached, and by what."""
    low, high = result.score_interval
    print(f"{result.metric} {result.score:.3f}, on as many new rows {low:.3f} .. {high:.3f}")
    columns = ["algorithm", "score"]
    print(result.leaderboard()[columns].head(5).to_string(index=False, float_format="%.3f"))


def students(out: Path, trials: int) -> None:
    """Education: new schools are held out, and six schools are kept for the end."""
    table = pd.read_csv(TABLES / "students.csv")
    is_new = table["school"] >= "s24"
    known, new = table[~is_new], table[is_new]
    X, y = known.drop(columns="passed"), known["passed"]

    advice = autometa.recommend(X, y, groups="school", n=8)
    columns = ["algorithm", "role", "expected_score"]
    print(advice.to_frame()[columns].to_string(index=False, float_format="%.3f"))
    plotting.AdviceDisplay.from_recommendations(advice).save(out / "students-advice.png", dpi=DOTS)

    options = {"n_trials": trials, "time_budget": None, "random_state": 0, "pos_label": "yes"}
    result = autometa.tune(X, y, groups="school", **options)
    print("\nheld out by school:")
    show(result)
    result.report(REPORTS / "students.html")
    shuffled = autometa.tune(X, y, cv="shuffled", **options)
    print("\nheld out by chance, with the school as a column:")
    show(shuffled)
    print("\nROC AUC on the six new schools")
    for name, one in (("held out by school", result), ("held out by chance", shuffled)):
        print(f"{name}: {roc_auc_score(new['passed'] == 'yes', probability(one, new)):.3f}")
    importance = plotting.PermutationImportanceDisplay.from_result(
        result, new.drop(columns="passed"), new["passed"]
    )
    importance.save(out / "students-importance.png", dpi=DOTS)


def loans(out: Path, trials: int) -> None:
    """Finance: later loans are held out, and a threshold is chosen by what errors cost."""
    table = pd.read_csv(TABLES / "loans.csv", parse_dates=["granted"])
    is_later = table["granted"] >= "2023-07-01"  # the last half year is kept for the end
    X, y = table[~is_later].drop(columns="default"), table.loc[~is_later, "default"]
    result = autometa.tune(
        X,
        y,
        timestamps="granted",
        gap="30 days",  # whether a loan fails is known a month later, at the earliest
        metric="average_precision",
        n_trials=trials,
        time_budget=None,
        random_state=0,
        pos_label="yes",
    )
    show(result)
    result.report(REPORTS / "loans.html")
    print(f"share of defaults: {(y == 'yes').mean():.3f}")

    rows = held_out(result)
    is_default = (y.iloc[rows["row"]] == "yes").to_numpy()
    costs = pd.DataFrame({"threshold": np.round(np.arange(0.02, 0.5, 0.02), 2)})
    costs["cost"] = [
        cost(is_default, rows["probability_yes"].to_numpy() >= t) for t in costs["threshold"]
    ]
    best = costs.loc[costs["cost"].idxmin()]
    print(f"\nlowest cost a loan on held-out rows: {best['cost']:.3f}, from {best['threshold']} on")
    later = table[is_later]
    truth, probable = (later["default"] == "yes").to_numpy(), probability(result, later)
    print(f"later half year: average precision {average_precision_score(truth, probable):.3f}")
    print(f"share of defaults {truth.mean():.3f}, expected {probable.mean():.3f}")
    for name, refused in (
        ("that threshold", probable >= best["threshold"]),
        ("1 in 6", probable >= 1 / 6),
        ("nobody refused", np.zeros(len(later), dtype=bool)),
    ):
        print(f"cost a loan, {name}: {cost(truth, refused):.3f}")
    display = plotting.PrecisionRecallDisplay.from_result(result)
    display.save(out / "loans-precision-recall.png", dpi=DOTS)


def cost(is_default: np.ndarray, refused: np.ndarray) -> float:
    """Return the mean cost of a loan: 5 for a default granted, 1 for a good one refused."""
    return float(np.mean(5 * (is_default & ~refused) + 1 * (~is_default & refused)))


def clinic(out: Path, trials: int) -> None:
    """Medicine: a calibrated risk, sets that may hold both answers, missing measurements."""
    table = pd.read_csv(TABLES / "clinic.csv")
    kept, new = table.iloc[:270], table.iloc[270:]  # rows are drawn in no order
    X, y = kept.drop(columns="admitted_again"), kept["admitted_again"]
    print("missing:", X.isna().mean()[lambda share: share > 0].round(2).to_dict())
    result = autometa.tune(
        X,
        y,
        metric="neg_log_loss",  # a risk is judged as a probability, not as an order
        n_trials=trials,
        time_budget=None,
        random_state=0,
        pos_label="yes",
    )
    show(result)
    result.report(REPORTS / "clinic.html")
    truth, risk = new["admitted_again"] == "yes", probability(result, new)
    print(f"\n{len(new)} new patients: ROC AUC {roc_auc_score(truth, risk):.3f}")
    print(f"Brier score {brier_score_loss(truth, risk):.3f}")
    same = np.full(len(new), (y == "yes").mean())
    print(f"of the same risk for all {brier_score_loss(truth, same):.3f}")
    sets = result.predict_set(new.drop(columns="admitted_again"), coverage=0.9, by_class=True)
    classes = list(result.best_pipeline.classes_)
    holds = sets[np.arange(len(new)), [classes.index(one) for one in new["admitted_again"]]]
    print(f"sets hold the truth for {holds.mean():.2f}, both answers for {sets.all(1).mean():.2f}")
    plotting.CalibrationDisplay.from_result(result).save(out / "clinic-calibration.png", dpi=DOTS)
    plotting.RocCurveDisplay.from_result(result).save(out / "clinic-roc.png", dpi=DOTS)


CASES: dict[str, Callable[[Path, int], None]] = {
    "students": students,
    "loans": loans,
    "clinic": clinic,
}


def run(name: str, out: Path) -> str:
    """Run a case, keep its pictures and what it prints in ``out``, and return the latter."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        CASES[name](out, TRIALS[name])
    (out / f"{name}.txt").write_text(printed.getvalue(), encoding="utf-8")
    return printed.getvalue()


def check(name: str) -> str:
    """Return what is said against the kept output of a case; nothing if it comes out again.

    Where other libraries or another processor are at hand, the last digits may be others: then
    only that the case runs is checked.
    """
    with tempfile.TemporaryDirectory() as folder:
        printed = run(name, Path(folder))
    if (KEPT / MADE_WITH).read_text("utf-8") != made_with():
        return ""
    lines = [text.splitlines() for text in ((KEPT / f"{name}.txt").read_text("utf-8"), printed)]
    differences = "\n".join(difflib.unified_diff(*lines, "kept", "now", lineterm="", n=0))
    advice = "Run 'python docs/cases/run.py', and see whether the pages still say what it prints."
    return f"docs/cases/outputs/{name}.txt:\n{differences}\n{advice}" if differences else ""


def made_with() -> str:
    """Return what the scores depend on beside the seed: libraries and the processor."""
    models = {line for line in _cpuinfo().splitlines() if line.startswith("model name")}
    processor = ", ".join(sorted(m.partition(":")[2].strip() for m in models))
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    machine = f"{platform.machine()} {processor}".strip()
    return "\n".join([*libraries, f"{os.cpu_count()} cores, {machine}", ""])


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")  # of Linux; elsewhere the architecture has to do
    return path.read_text() if path.exists() else ""


def main() -> None:
    """Run the named cases, and keep what each prints beside its pictures, or check it."""
    parser = argparse.ArgumentParser(description="Run the cases of the guide.")
    parser.add_argument("names", nargs="*", default=list(CASES), metavar="NAME")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    REPORTS.mkdir(exist_ok=True)
    # what is warned of stands on the pages: runs on folds of another kind, small classes
    warnings.filterwarnings("ignore", category=autometa.AutoMetaWarning)
    if asked.check:
        if faults := [fault for fault in map(check, asked.names) if fault]:
            sys.exit("\n".join(faults))
        return
    for name in asked.names:
        print(run(name, KEPT))
    (KEPT / MADE_WITH).write_text(made_with(), encoding="utf-8")


if __name__ == "__main__":
    main()
