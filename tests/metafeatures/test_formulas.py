"""Formulas by which meta-features follow from others, against hand-computed values."""

from __future__ import annotations

import numpy as np
import pytest

from metafeatures._registry import metafeatures
from metafeatures._translation.foreign_names import APPROXIMATE, FOLLOWS, SOURCES
from metafeatures._translation.formulas import evaluate, names
from metafeatures._translation.translation import equal_names, foreign_names

NAN = float("nan")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a + 2 * b.max", 8.0),
        ("-a ** 2", -4.0),
        ("(a == 2) + (a > 2) + (a < 2)", 1.0),
        ("max(0, a - b.max) + min(a, 1) + abs(-a)", 3.0),
        ("sqrt(log2(2 ** (a * 2)))", 2.0),
        ("exp(log(b.max))", 3.0),
        ("given(a, a == 2, b.max > 2)", 2.0),
        ("given(a, a == 2, b.max > 3)", NAN),
        ("a / (b.max - 3)", NAN),
        ("log(0 * a)", NAN),
        ("(unknown == 0) + 1", NAN),
        ("given(a, unknown < 1)", NAN),
    ],
)
def test_formulas_give_hand_computed_values(formula, value):
    values = {"a": np.array([2.0]), "b.max": np.array([3.0]), "unknown": np.array([NAN])}
    assert evaluate(formula, values) == pytest.approx([value], nan_ok=True)


def test_formulas_hold_arithmetic_only():
    with pytest.raises(ValueError, match=r"arithmetic only\. Got '\[1\]'"):
        evaluate("[1]", {})


def spell_out(formulas):
    return [(name, one) for name, formula in formulas.items()
            for one in ([formula] if isinstance(formula, str) else formula)]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_formulas_of_a_source_use_its_names_and_ours_that_come_before(source):
    ours, known = set(metafeatures()), set(equal_names(source))
    for name, formula in spell_out(SOURCES[source]):
        assert name in ours
        used = set(names(formula))
        assert used - ours, f"{name} follows from ours alone"
        assert used & ours <= known, f"{name} uses what is not known before it"
        known.add(name)


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_nearly_equal_is_one_of_ours(source):
    assert set(APPROXIMATE[source]) <= set(metafeatures())


def test_what_follows_uses_our_names_and_those_that_follow_before():
    ours, seen = set(metafeatures()), set()
    for name, formula in spell_out(FOLLOWS):
        seen.add(name)
        assert set(names(formula)) <= ours
        later = set(FOLLOWS) - seen
        assert not later & set(names(formula)), f"{name} uses what follows later"


@pytest.mark.parametrize("source", SOURCES)
def test_a_foreign_name_begins_one_translation_at_most(source):
    foreign = list(foreign_names(source).values())
    assert len(foreign) == len(set(foreign))
