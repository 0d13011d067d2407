"""How sources say in which way a score was measured, in the words of a knowledge base."""

from __future__ import annotations

import re

from autometa._common.fold_kinds import FOLD_KINDS

# By what the words hold, the first that fits: "stratified group 5-fold" is by group. OpenML
# writes its estimation procedures in one word or two.
_KINDS = (
    ("group-time", r"group.*(time|order|forward)|(time|order|forward).*group"),
    ("group", r"group|leave.?one.?subject|logo\b"),
    ("time", r"order|time|temporal|forward|rolling|chronolog|testthentrain"),
    ("custom", r"custom|predefined"),
    ("stratified", r"stratif"),
)
_SPLITS = (
    ("leave-one-out", r"leave.?one.?out|\bloo\b"),
    ("cross-validation", r"cross.?valid|\bcv\b|fold"),
    ("holdout", r"hold.?out|train.?test|\bsplit\b"),
)


def fold_kind_of(words: str) -> str:
    """Return the kind of folds that the name of a procedure says; shuffled where none.

    Examples
    --------
    >>> fold_kind_of("holdout_ordered"), fold_kind_of("10-fold Crossvalidation")
    ('time', 'shuffled')
    """
    text = words.strip().lower()
    if text in FOLD_KINDS:
        return text
    return next((kind for kind, pattern in _KINDS if re.search(pattern, text)), "shuffled")


def split_of(words: str) -> str:
    """Return what the name of a procedure says of its split; "" where nothing.

    Examples
    --------
    >>> split_of("leaveoneout"), split_of("crossvalidation"), split_of("33% Holdout set")
    ('leave-one-out', 'cross-validation', 'holdout')
    """
    text = words.strip().lower()
    return next((split for split, pattern in _SPLITS if re.search(pattern, text)), "")
