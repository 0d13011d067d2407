"""``autometa predict``: what a saved model says of new rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autometa.cli import _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._frames import records
from autometa.cli._output import print_csv, say
from autometa.exceptions import DatasetError, ParameterError

if TYPE_CHECKING:
    import pandas as pd


@command(
    "predict",
    panel=ADVICE,
    examples=[
        "autometa predict model new.csv --out predictions.csv",
        "autometa predict model new.parquet --proba > predictions.csv",
    ],
    then="autometa model info model",
)
def predict(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A file that 'autometa tune --save' wrote.")
    ],
    table: _options.TableName,
    proba: Annotated[
        bool, typer.Option("--proba", help="Also the probability of each class.")
    ] = False,
    coverage: Annotated[
        float | None,
        typer.Option(
            "--coverage",
            help="Also an interval (low, high), or the set of classes, that holds so large a "
            "share of new rows, such as 0.9.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="File to write: csv or parquet, by its ending. To stdout as csv when not given.",
            show_default=False,
        ),
    ] = None,
    encoding: _options.Encoding = None,
) -> Answer:
    """Predict the rows of TABLE by a saved model, in their order.

    TABLE needs the columns that the model was fitted on; others, such as the target, are
    left out.
    """
    import autometa
    from autometa.datasets import read_table

    write = None if out is None else _writer(out)
    fitted = autometa.load_model(model)
    with _options.path_of(table) as path:
        frame = _columns_of(fitted, read_table(path, encoding=encoding), table)
    predicted = _predictions(fitted, frame, proba)
    if coverage is not None:
        predicted = predicted.join(_covering(fitted, frame, coverage))
    if write is not None:
        write(predicted)
        say(f"Wrote '{out}'.")
    return Answer(
        content={
            "model": str(model),
            "n_rows": len(predicted),
            "out": None if out is None else str(out),
            "predictions": None if out else records(predicted),
        },
        show=None if out else partial(print_csv, predicted),
    )


def _columns_of(fitted: Any, frame: pd.DataFrame, table: str) -> pd.DataFrame:
    wanted = list(fitted.feature_names_in_)
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise DatasetError(
            f"'{table}' must have the columns that the model was fitted on. It lacks "
            f"{missing[:12]}; add them, or empty columns of these names."
        )
    return frame[wanted]


def _predictions(fitted: Any, frame: pd.DataFrame, proba: bool) -> pd.DataFrame:
    import pandas as pd

    values = fitted.predict(frame)
    if values.ndim == 2:
        if proba:
            raise ParameterError(
                "'--proba' is of one output. This model has several; leave it out."
            )
        names = getattr(fitted, "output_names_", range(values.shape[1]))
        return pd.DataFrame(values, columns=[f"prediction.{name}" for name in names])
    predicted = pd.DataFrame({"prediction": values})
    if not proba:
        return predicted
    if not hasattr(fitted, "predict_proba"):
        raise ParameterError("'--proba' is of classes. This model predicts numbers; leave it out.")
    names = [f"probability.{label}" for label in fitted.classes_]
    return predicted.join(pd.DataFrame(fitted.predict_proba(frame), columns=names))


def _covering(fitted: Any, frame: pd.DataFrame, coverage: float) -> pd.DataFrame:
    """Return the interval or the set of each row, as columns."""
    import pandas as pd

    if hasattr(fitted, "predict_interval"):
        ends = fitted.predict_interval(frame, coverage)
        return pd.DataFrame(ends, columns=["low", "high"])
    if not hasattr(fitted, "predict_set"):  # several outputs have neither
        raise ParameterError(
            "'--coverage' rests on rows that were predicted out of fold. This model has none; "
            "leave it out."
        )
    inside = fitted.predict_set(frame, coverage)
    names = [f"may_be.{label}" for label in fitted.classes_]
    return pd.DataFrame(inside, columns=names)


def _writer(out: Path) -> Any:
    """Return what writes a table of predictions to a file that can be written."""
    from autometa.tuning.saved._outputs import check_output

    check_output(out, "--out")
    writers = {
        ".csv": lambda frame: frame.to_csv(out, index=False),
        ".parquet": lambda frame: frame.to_parquet(out, index=False),
    }
    if out.suffix not in writers:
        raise ParameterError(
            f"'--out' must end in {' or '.join(writers)}. Got '{out}'; give another name."
        )
    return writers[out.suffix]
