"""Draw the three tables of the guide's cases, whose causes are known because they are written here.

No person is in them. A real table of the same shape is harder: causes are not known, columns are
wrong in ways that nobody wrote down.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd


def chance(log_odds: np.ndarray) -> np.ndarray:
    """Return the probability of log-odds."""
    return 1 / (1 + np.exp(-log_odds))


def students(rng: np.random.Generator, n_rows: int = 900, n_schools: int = 30) -> pd.DataFrame:
    """Draw students of schools: passing follows from attendance, grades and the school.

    The school moves the log-odds by a normal of standard deviation 0.8 that no column tells: a
    model that has seen the school does better than it will on a new one. Tutoring is given to
    those who do badly, so it goes with failing although it helps (+0.5).
    """
    school = rng.integers(n_schools, size=n_rows)
    ability = rng.normal(size=n_rows)
    attendance = np.clip(0.85 + 0.08 * ability + rng.normal(0, 0.08, n_rows), 0.2, 1)
    earlier_grade = np.clip(np.round(6 + 1.5 * ability + rng.normal(0, 1, n_rows), 1), 0, 10)
    hours_online = rng.gamma(2, 1.5, n_rows).round(1)
    tutoring = rng.random(n_rows) < chance(-1 - 1.5 * ability)
    log_odds = 0.8 + 1.4 * ability + 4 * (attendance - 0.85) + 0.5 * tutoring
    log_odds += rng.normal(0, 0.8, n_schools)[school]
    return pd.DataFrame(
        {
            "school": [f"s{number:02d}" for number in school],
            "attendance": attendance.round(2),
            "earlier_grade": earlier_grade,
            "hours_online": hours_online,
            "tutoring": np.where(tutoring, "yes", "no"),
            "passed": np.where(rng.random(n_rows) < chance(log_odds), "yes", "no"),
        }
    )


def loans(rng: np.random.Generator, n_rows: int = 1500) -> pd.DataFrame:
    """Draw loans of three years: about one in fourteen defaults, more of them in the last year.

    Defaults follow from debt against income, from earlier delays and from the month: a rise of
    rates from the 25th month on adds 0.8 to the log-odds of loans with a variable rate.
    """
    month = np.sort(rng.integers(36, size=n_rows))
    income = rng.lognormal(10.3, 0.4, n_rows)
    debt_ratio = rng.beta(2, 5, n_rows)
    delays = rng.poisson(0.5, n_rows)
    variable = rng.random(n_rows) < 0.4
    log_odds = -4.4 + 4 * debt_ratio + 0.6 * delays + 0.8 * (variable & (month >= 24))
    granted = pd.Timestamp("2021-01-01") + pd.to_timedelta(
        month * 30 + rng.integers(30, size=n_rows), "D"
    )
    table = pd.DataFrame(
        {
            "granted": granted,
            "amount": (income * rng.uniform(0.1, 0.8, n_rows)).round(-2),
            "income": income.round(-2),
            "debt_ratio": debt_ratio.round(3),
            "delays": delays,
            "rate": np.where(variable, "variable", "fixed"),
            "purpose": rng.choice(["car", "home", "study", "other"], n_rows),
            "default": np.where(rng.random(n_rows) < chance(log_odds), "yes", "no"),
        }
    )
    return table.sort_values("granted", ignore_index=True)


def clinic(rng: np.random.Generator, n_rows: int = 360) -> pd.DataFrame:
    """Draw patients of whom one in eight is admitted again; two measurements are often missing.

    Lactate is measured in those who look ill, so that it is missing tells something; the ECG is
    missing by chance.
    """
    age = np.clip(rng.normal(63, 14, n_rows), 18, 97).round()
    illness = rng.normal(size=n_rows)
    pressure = (128 - 9 * illness + 0.2 * (age - 63) + rng.normal(0, 12, n_rows)).round()
    lactate = np.exp(0.4 + 0.35 * illness + rng.normal(0, 0.25, n_rows)).round(1)
    lactate[rng.random(n_rows) > chance(0.3 + 1.2 * illness)] = np.nan
    ecg = np.where(rng.random(n_rows) < chance(-1 + 0.8 * illness), "abnormal", "normal").astype(
        object
    )
    ecg[rng.random(n_rows) < 0.15] = None
    log_odds = -2 + 1.1 * illness + 0.03 * (age - 63)
    return pd.DataFrame(
        {
            "age": age,
            "sex": rng.choice(["female", "male"], n_rows),
            "pressure": pressure,
            "lactate": lactate,
            "ecg": ecg,
            "admitted_again": np.where(rng.random(n_rows) < chance(log_odds), "yes", "no"),
        }
    )


def draw(folder: Path) -> None:
    """Write the three tables into a folder, each from a generator of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, table in enumerate((students, loans, clinic)):
        frame = table(np.random.default_rng(seed))
        frame.to_csv(folder / f"{table.__name__}.csv", index=False)


if __name__ == "__main__":
    # beside this script, unless a folder is named
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "tables")
