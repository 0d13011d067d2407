"""A request with a table: the fields beside it, and the table in a folder of its own."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from autometa.server._errors import ApiError
from autometa.server._sniffing import HEAD, kind_of

Model = TypeVar("Model", bound=BaseModel)

MAX_FIELD = 64 * 1024  # bytes; a list of algorithms is some hundred
MAX_FIELDS = 32
LIST_FIELDS = ("algorithms",)  # several names in one field, by commas, or in several fields
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


async def read_form(request: Request) -> FormData:
    """Return a form with one file at most.

    Raises
    ------
    ApiError
        If it is none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise ApiError(415, "ContentTypeError", "A table is sent as multipart/form-data.")
    try:
        return await request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD)
    except HTTPException as error:
        raise ApiError(422, "FormError", f"The form cannot be read: {error.detail}") from error


def file_of(form: FormData) -> UploadFile:
    """Return the table of a form."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ApiError(422, "FormError", "A table is needed: send it as the field 'file'.")
    return file


def fields_of(form: FormData, model: type[Model]) -> Model:
    """Return the other fields of a form, checked; an empty field is one that was not given."""
    given: dict[str, Any] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str) or not value.strip():
            continue
        if name in LIST_FIELDS:
            given.setdefault(name, []).extend(filter(None, map(str.strip, value.split(","))))
        elif name in given:
            raise ApiError(422, "FormError", f"The field '{name}' must be given once.")
        else:
            given[name] = value
    return checked(model, given)


def checked(model: type[Model], given: Mapping[str, Any] | bytes) -> Model:
    """Return values as their model has them.

    Raises
    ------
    ApiError
        If one is not as it must be; the message names it and does not quote it.
    """
    try:
        if isinstance(given, bytes):
            return model.model_validate_json(given)
        return model.model_validate(given)
    except ValidationError as error:
        raise ApiError(422, "ParameterError", in_words(error.errors())) from error


def in_words(errors: Any) -> str:
    """Return what a model refuses, in one line."""
    said = []
    for error in errors[:5]:
        where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query"))
        said.append(f"'{where}': {error['msg']}" if where else str(error["msg"]))
    return f"The request is not as it must be. {'; '.join(said)}."


def label_of(file: UploadFile) -> str:
    """Return what a table is called, from what its client calls the file; never a path."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    stem = _UNSAFE.sub("", name).partition(".")[0].strip()
    return stem[:100] or "table"


@contextmanager
def folder_of_table() -> Iterator[Path]:
    """Give a folder that goes with what is in it."""
    folder = Path(tempfile.mkdtemp(prefix="autometa-upload-"))  # readable by this user only
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def store(file: UploadFile, folder: Path) -> Path:
    """Write an upload to a folder, under a name that says what it is."""
    return await anyio.to_thread.run_sync(_copy, file.file, folder)


def _copy(source: IO[bytes], folder: Path) -> Path:
    source.seek(0)
    path = folder / f"table.{kind_of(source.read(HEAD))}"
    source.seek(0)
    with path.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return path
