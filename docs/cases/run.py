"""Run the cases of the guide and keep what they print and draw in `docs/cases/outputs/`.

    python docs/cases/run.py [students loans clinic] [--trials 12] [--out FOLDER]

The site shows what is kept: running all takes minutes, building a page does not. Trials are
counted instead of seconds, so that the result depends on the seed, not on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

import autometa
from autometa import plotting

HERE = Path(__file__).parent
TABLES = HERE.parent.parent / "examples" / "tables"
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
    print(advice.to_frame()[["algorithm", "role", "expected_score"]].to_string(index=False))
    plotting.AdviceDisplay.from_recommendations(advice).save(out / "students-advice.png", dpi=DOTS)

    options = {"n_trials": trials, "time_budget": None, "random_state": 0, "pos_label": "yes"}
    result = autometa.tune(X, y, groups="school", **options)
    print("\nheld out by school:")
    show(result)
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


def main() -> None:
    """Run the named cases, and keep what each prints beside its pictures."""
    parser = argparse.ArgumentParser(description="Run the cases of the guide.")
    parser.add_argument("names", nargs="*", default=list(CASES), metavar="NAME")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--out", type=Path, default=HERE / "outputs")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    # what is warned of stands on the pages: runs on folds of another kind, small classes
    warnings.filterwarnings("ignore", category=autometa.AutoMetaWarning)
    for name in asked.names:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            CASES[name](asked.out, asked.trials)
        (asked.out / f"{name}.txt").write_text(printed.getvalue())
        print(printed.getvalue())


if __name__ == "__main__":
    main()
