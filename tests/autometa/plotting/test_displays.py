"""Displays draw the data that they were given, whatever its names are, and where it is missing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from autometa.exceptions import OutputError, ParameterError
from autometa.plotting import (
    AdviceDisplay,
    ClassesDisplay,
    ConfusionMatrixDisplay,
    EnsembleWeightsDisplay,
    ExpectedScoresDisplay,
    LeaderboardDisplay,
    NeighbourhoodDisplay,
    RegretDisplay,
    ResidualsDisplay,
    RocCurveDisplay,
    TaskMapDisplay,
    WinsDisplay,
)
from autometa.plotting._style import shortened
from autometa.plotting._task_map import _sides

NAN = float("nan")
ODD = ["$a_{1}$ & %^~\\", "x" * 200, "</text><script>", "a\nb", "$"]


@pytest.fixture
def ax():
    """Axes that pyplot does not know."""
    return Figure().subplots()


def board(**changes):
    columns = {
        "trial": [0, 1, 2, 3],
        "algorithm": ["knn", "svm", "knn", "svm"],
        "score": [0.8, 0.9, 0.7, NAN],
        "fit_seconds": [0.1, 2.0, 0.5, NAN],
        "status": ["ok", "ok", "ok", "timeout"],
        "fidelity": [1.0, 1.0, 1.0, 1.0],
        "weight": [0.0, 1.0, 0.0, 0.0],
    }
    return pd.DataFrame(columns | changes)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_advice_is_drawn_in_order_with_its_intervals(ax):
    display = AdviceDisplay(
        ["1. knn", "2. tree"], [0.9, 0.8], [0.85, 0.7], [0.95, 0.9], [0.1, 7200.0], metric="roc_auc"
    ).plot(ax)
    assert (display.ax_, display.figure_) == (ax, ax.figure)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1. knn", "2. tree"]
    assert ax.yaxis_inverted()  # the first to try is at the top
    (intervals,) = ax.collections
    ends = [segment[:, 0].tolist() for segment in intervals.get_segments()]
    assert ends == [[0.85, 0.95], [0.7, 0.9]]
    assert ax.lines[0].get_xdata().tolist() == [0.9, 0.8]
    assert texts(ax)[:2] == ["0.1 s", "2 h"]
    assert ax.get_xlabel() == "roc_auc (greater is better)"


def test_scores_and_intervals_that_are_not_known_leave_the_rest(ax):
    AdviceDisplay(
        ["a", "b"], [NAN, 0.5], [NAN, -np.inf], [NAN, 0.6], [NAN, 1.0], reached=[NAN, 0.4]
    ).plot(ax)
    assert ax.lines[0].get_xdata().tolist() == [0.5]
    assert "score not known" in texts(ax)
    assert np.isfinite(ax.get_xlim()).all()


def test_what_there_is_not_is_said_in_the_axes(ax):
    display = AdviceDisplay([], [], [], [], []).plot(ax)
    assert display.nothing_to_show == "No setup was recommended."
    assert texts(ax) == ["No setup was recommended."]
    failed = LeaderboardDisplay(board(score=NAN, status="error"))
    assert failed.nothing_to_show == "No trial has a score. 4 without a score: 4 error"
    untimed = LeaderboardDisplay(board(fit_seconds=NAN))
    assert untimed.nothing_to_show.startswith("No trial with a score says")
    assert RocCurveDisplay([np.ones(3)], [np.ones(3)], ["a"]).nothing_to_show


def test_the_front_of_a_leaderboard_is_what_no_quicker_trial_beats(ax):
    display = LeaderboardDisplay(board(), metric="accuracy").plot(ax)
    assert display.front["trial"].tolist() == [0, 1]
    assert display.failures == {"timeout": 1}
    assert "1 without a score: 1 timeout" in ax.get_title(loc="left")
    (ring,) = [line for line in ax.lines if line.get_label() == "in the ensemble (1)"]
    assert (ring.get_xdata().tolist(), ring.get_ydata().tolist()) == ([2.0], [0.9])


def test_trials_on_parts_of_the_rows_are_not_on_the_front():
    assert LeaderboardDisplay(board(fidelity=[0.3, 1.0, 1.0, 1.0])).front["trial"].tolist() == [
        2,
        1,
    ]


def test_bars_are_as_long_as_the_data(ax):
    weights = EnsembleWeightsDisplay(["a", "b"], [0.7, 0.3], [0.9, NAN]).plot(ax)
    assert [bar.get_width() for bar in weights.bars_] == [0.7, 0.3]
    assert texts(ax)[:2] == ["0.9", "-"]
    shares = pd.DataFrame({"algorithm": ["a", "b"], "best": [0.25, 0.75], "near_best": [0.5, 1.0]})
    wins = WinsDisplay(shares).plot(Figure().subplots())
    assert [bar.get_width() for bar in wins.bars_] == [75.0, 25.0]
    classes = ClassesDisplay([2, 2, 3, 100, 25, NAN]).plot(Figure().subplots())
    assert [bar.get_height() for bar in classes.bars_] == [2, 1, 2]
    assert [t.get_text() for t in classes.ax_.get_xticklabels()] == ["2", "3", "20+"]


def test_curves_name_the_positive_class_and_chance(ax):
    y, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    display = RocCurveDisplay([y], [probability], ["'$yes_{1}$'"]).plot(ax)
    assert display.displays_[0].roc_auc == 0.75
    assert ax.get_xlabel() == r"false positive rate (positive class: '\$yes_{1}\$')"
    assert "chance (AUC = 0.5)" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_counts_are_written_only_where_they_fit(ax):
    ConfusionMatrixDisplay([[9, 1], [2, 8]], ["a", "b"], positive="b").plot(ax)
    assert texts(ax) == ["9", "1", "2", "8"]
    assert [text.get_color() for text in ax.texts] == ["white", "black", "black", "white"]
    assert ax.get_xlabel() == "predicted class (positive: b)"
    many = ConfusionMatrixDisplay(np.eye(100, dtype=int), [str(i) for i in range(100)])
    many.plot(other := Figure().subplots())
    assert not other.texts
    assert len(other.get_xticks()) <= 30
    wide = ConfusionMatrixDisplay(np.full((8, 8), 999_999), list("abcdefgh"))
    assert not wide.plot(Figure().subplots()).ax_.texts


def test_errors_of_targets_in_different_units_are_drawn_by_their_logarithms(ax):
    rows = pd.DataFrame({"score": [-0.01, -3e5, 0.0], "expected": [-0.02, -2e5, -1.0]})
    ExpectedScoresDisplay(rows).plot(ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == "expected error (less is better)"
    scores = pd.DataFrame({"score": [0.5, 0.9], "expected": [0.6, 0.8]})
    assert ExpectedScoresDisplay(scores).plot(Figure().subplots()).ax_.get_xscale() == "linear"


def test_residuals_are_the_true_value_less_the_predicted_one(ax):
    ResidualsDisplay([3.0, 5.0], [2.0, 7.0], target="price").plot(ax)
    assert ax.collections[0].get_offsets().tolist() == [[2.0, 1.0], [7.0, -2.0]]
    assert ax.get_xlabel() == "predicted price"
    with pytest.raises(ParameterError, match="'kind' must be"):
        ResidualsDisplay([1.0], [1.0], kind="both")


def test_the_advice_is_in_front_of_all_other_orders(ax):
    regret = pd.DataFrame({"advice": [0.4, 0.1], "random": [0.6, 0.5]}, index=[1.0, 60.0])
    RegretDisplay(regret, about="binary").plot(ax)
    advice, random = ax.lines
    assert advice.get_ydata().tolist() == [0.4, 0.1]
    assert advice.get_zorder() > random.get_zorder()
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "mean regret (less is better)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_odd_names_are_drawn_letter_by_letter(theme):
    n = len(ODD)
    display = AdviceDisplay(ODD, np.full(n, 0.5), np.full(n, 0.4), np.full(n, 0.6), np.ones(n))
    svg = display.to_svg(theme=theme)
    assert svg.startswith("<svg")
    assert svg == display.to_svg(theme=theme)  # the same data, the same text
    assert "<script" not in svg


def test_names_are_shortened_in_the_middle_and_wide_letters_count_two():
    assert shortened("x" * 100 + "y" * 100, 11) == "xxxxx…yyyyy"
    assert shortened("表" * 20, 10) == "表表…表表"
    assert shortened("a\n\tb") == "a b"


def test_a_map_needs_two_tasks():
    assert TaskMapDisplay([[0.0, 0.0]], ["binary"]).nothing_to_show
    display = TaskMapDisplay(
        [[0.0, 0.0], [1.0, 1.0]], ["binary", "binary"], [0.5, 0.5], neighbors=[(1, "near, 90 %")]
    ).plot(ax := Figure().subplots())
    assert not display.nothing_to_show
    assert "1  near, 90 %" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_number_on_the_map_stands_beside_its_own_ring_alone():
    rings = np.array([[0.0, 0.0], [9.0, -9.0], [-9.0, 9.0], [0.0, 0.0], [0.0, 12.0]])
    numbers = rings + np.array(_sides(rings))
    for own, number in enumerate(numbers):
        others = rings[[not np.array_equal(ring, rings[own]) for ring in rings]]
        assert np.hypot(*(others - number).T).min() > 5
    assert len(np.unique(numbers, axis=0)) == len(numbers)
    assert _sides(np.zeros((1, 2))) == [(9.0, 9.0)]


def test_files_are_of_a_known_kind_and_written_whole(tmp_path):
    display = EnsembleWeightsDisplay(["a"], [1.0])
    display.save(tmp_path / "a.png", dpi=50)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ParameterError, match=r"The ending of a picture's file .* Got '.*a\.docx'"):
        display.save(tmp_path / "a.docx")
    with pytest.raises(OutputError, match="could not be written"):
        display.save(tmp_path / "missing" / "a.png")
    with pytest.raises(ParameterError, match="'theme' must be one of"):
        display.figure("blue")


NOTEBOOK = """
import sys
import autometa.plotting
assert "matplotlib" not in sys.modules, "imported before something is drawn"
import matplotlib as mpl
before = (mpl.rcParams._get_backend_or_none(), dict(mpl.rcParams.copy()))
from matplotlib.figure import Figure
from autometa.plotting import RocCurveDisplay
axes = Figure().subplots(1, 2)
display = RocCurveDisplay([[0, 1, 1]], [[0.1, 0.3, 0.9]], ["yes"])
assert display._repr_png_()[1:4] == b"PNG"
display.plot(ax=axes[1])
assert not axes[0].lines and axes[1].lines and display._repr_png_() is None
display.to_svg()
assert (mpl.rcParams._get_backend_or_none(), dict(mpl.rcParams.copy())) == before
import matplotlib.pyplot as plt
assert not plt.get_fignums(), "only plot() without axes opens a figure"
plt.switch_backend("svg")
display.plot()
assert mpl.get_backend().lower() == "svg" and plt.get_fignums() == [1]
assert plt.gcf() is display.figure_
"""


@pytest.mark.slow
def test_backend_settings_and_figures_of_the_caller_stay_as_they_were():
    done = subprocess.run([sys.executable, "-c", NOTEBOOK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_matplotlib_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ParameterError, match=r"pip install 'autometa-learn\[report\]'"):
        EnsembleWeightsDisplay(["a"], [1.0]).plot()


def test_a_neighbourhood_has_a_line_to_each_best_algorithm_and_40_names_at_most(ax):
    best = {"own": ["svm"], "near": ["svm", "knn"], "far": ["mlp"]}
    display = NeighbourhoodDisplay("own", [("near", 0.1), ("far", 0.4)], best, {"near": "twins"})
    display.plot(ax)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(lines) == 4
    assert {"near", "distance 0.10, family twins", "svm", "best on 2"} <= set(texts(ax))
    many = NeighbourhoodDisplay(
        "$own$", [(f"t{i}", i / 99) for i in range(99)], {f"t{i}": [f"a{i}"] for i in range(99)}
    ).plot(Figure().subplots())
    dots = [line for line in many.ax_.lines if len(line.get_xdata()) == 1]
    assert 30 < len(dots) <= 40
    alone = NeighbourhoodDisplay("own", [], {})
    assert "Nothing is known" in alone.nothing_to_show
