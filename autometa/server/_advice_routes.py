"""Advice: of a table, which is read, described and forgotten, or of meta-features alone."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from autometa.server import _worker_side
from autometa.server._models import ERRORS, Advice, MetafeatureAdvice, TableFields
from autometa.server._openapi import body_of, form_of
from autometa.server._uploads import (
    checked,
    fields_of,
    file_of,
    folder_of_table,
    label_of,
    read_form,
    store,
)

router = APIRouter(responses=ERRORS)
JSON = "application/json"


@router.post(
    "/v1/recommendations",
    tags=["advice"],
    response_model=Advice,
    openapi_extra=body_of({**form_of(TableFields), JSON: MetafeatureAdvice}),
)
async def recommend(request: Request) -> Response:
    """Say which setups to try: of a table (form), or of its meta-features (JSON)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        asked = checked(MetafeatureAdvice, await request.body())
        advice = await request.app.state.workers.ask(
            _worker_side.advise_on_metafeatures, asked.model_dump()
        )
    else:
        advice = await advice_of_form(request)
    return Response(advice, media_type=JSON)


async def advice_of_form(request: Request, *, reasons: int | None = None) -> str:
    """Return advice for the table of a form, as JSON; ``reasons`` as the form has it if None."""
    form = await read_form(request)
    try:
        asked = fields_of(form, TableFields)
        file = file_of(form)
        with folder_of_table() as folder:
            path = await store(file, folder)
            values = {**asked.model_dump(), "name": label_of(file)}
            if reasons is not None:
                values["reasons"] = reasons
            advice: str = await request.app.state.workers.ask(
                _worker_side.advise_on_table, str(path), values
            )
        return advice
    finally:
        await form.close()
