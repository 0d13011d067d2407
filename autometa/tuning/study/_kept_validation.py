"""What a study keeps of how its rows are held out: scores of other folds do not compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autometa.validation import Validation


def validation_facts(validation: Validation) -> dict[str, str]:
    """Return what tells a way of holding out rows from others; the default says its kind alone.

    Not how many folds there are, on which a study and a later run agree.
    """
    if validation.is_shuffled and validation.stratify:
        return {"kind": validation.kind}
    return {"kind": validation.kind, "fingerprint": validation.fingerprint}


def study_suffix(validation: Validation) -> str:
    """Return what the name of a study says of its folds; nothing for shuffled ones."""
    facts = validation_facts(validation)
    return "".join(f"-{value}" for value in facts.values()) if "fingerprint" in facts else ""


def what_differs(kept: Any, validation: Validation, is_begun: bool) -> str:
    """Say how the folds of a study are others than these; "" when they are not.

    Parameters
    ----------
    kept : object
        What the study keeps; None of one that was begun before studies kept it, by shuffling.
    validation : Validation
    is_begun : bool
        Whether the study has folds.
    """
    own = validation_facts(validation)
    if kept is None:
        kept = {"kind": "shuffled"} if is_begun else own
    if kept == own:
        return ""
    kind = str(kept.get("kind")) if isinstance(kept, Mapping) else repr(kept)
    if kind == validation.kind:
        return f"{kind} folds of other rows"
    return f"{kind} folds, not {validation.kind} ones"
