"""script_of(): the setup that advice names first as a scikit-learn script, before any training."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline

from autometa.recommendation import Recommendation
from autometa.tables import Table
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.script._code import script


def script_of(
    recommendation: Recommendation, table: Table, *, source: str, encoding: str | None = None
) -> str:
    """Return a scikit-learn script that fits a recommended setup, without autometa.

    The columns of the table are cleaned and encoded once, for the script says how; the
    model itself is not fitted.

    Parameters
    ----------
    recommendation : Recommendation
    table : Table
        Checked, as `autometa.datasets.load_dataset` returns it.
    source : str
        What the script reads: a file, ``sklearn:NAME`` or ``openml:ID``.
    encoding : str, optional
        Of a file of text; None reads it from the file.

    Raises
    ------
    ParameterError
        If the table is a sparse matrix, which scripts cannot read.
    """
    pipeline = recommendation.build()
    cleaner, encoder = pipeline[0], pipeline[1]
    encoder.fit(cleaner.fit_transform(table.X), table.y)
    steps = [("encode", encoder), ("model", pipeline[-1])]
    members = [Member(name=recommendation.algorithm, model=Pipeline(steps), weight=1.0)]
    about = f"{recommendation.algorithm}, advised before any training"
    whole: Any = assemble(cleaner, members, table)
    return script(whole, source, str(table.target), about, encoding)
