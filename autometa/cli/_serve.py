"""``autometa serve``: advice and searches over HTTP, and a page for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autometa.cli import _knowledge_bases, _options
from autometa.cli._command import ADVICE, Answer, command
from autometa.cli._output import say
from autometa.exceptions import ParameterError

LISTENING = "Listening"


@command(
    "serve",
    panel=ADVICE,
    examples=["autometa serve", "autometa serve --host 0.0.0.0 --token-file tokens.txt"],
    then="autometa kb info",
)
def serve(
    knowledge_base: _knowledge_bases.Names = None,
    host: Annotated[
        str, typer.Option(help="Where to listen; others can reach it only with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes one that is free.")] = 8000,
    token: Annotated[
        list[str] | None,
        typer.Option(
            help="What a client must send; repeat it for several clients. Other users of this "
            "machine can read a command line: better AUTOMETA_TOKEN, or --token-file.",
            envvar="AUTOMETA_TOKEN",
            show_default=False,
        ),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="A file of tokens, one a line.", show_default=False)
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="A name by which the server is called.", show_default=False),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="Keeps searches: sqlite:///FILE or postgresql://..., which several servers may "
            "share. A file of your own when not given.",
            envvar="AUTOMETA_DATABASE",
            show_default=False,
        ),
    ] = None,
    n_workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that advise.", show_default=False)
    ] = None,
    n_studies: Annotated[int, typer.Option(min=1, help="Searches that run at once.")] = 1,
    max_upload_mb: Annotated[int, typer.Option(min=1, help="Of one table, in MiB.")] = 64,
    max_study_seconds: Annotated[
        float, typer.Option(min=1, help="Longest budget of one search.")
    ] = 3600,
    requests_per_second: Annotated[
        float, typer.Option(min=0.1, help="Of one client, on average.")
    ] = 50.0,
) -> Answer:
    """Serve advice and searches over HTTP, with a page for people, until Ctrl-C.

    Everything stays on this machine unless --host says otherwise. The programs' side is
    described at /openapi.json; autometa.server.Client speaks it.
    """
    try:
        from autometa.server import Limits, Settings
        from autometa.server import serve as run
    except ImportError as error:
        raise ParameterError(
            f"'serve' needs the extra server ({error.name} is not installed): "
            "pip install 'autometa-learn[server]'."
        ) from error
    used = _knowledge_bases.used(knowledge_base)
    optional: dict[str, Any] = {} if n_workers is None else {"n_workers": n_workers}
    settings = Settings(
        host=host,
        port=port,
        tokens=_tokens(token, token_file),
        allowed_hosts=tuple(_options.several(allowed_host)),
        database=database or "",
        knowledge_base=",".join(used.names) or None,
        n_studies=n_studies,
        limits=Limits(
            upload_bytes=max_upload_mb * 2**20,
            study_seconds=max_study_seconds,
            requests_per_second=requests_per_second,
            burst=5 * requests_per_second,
        ),
        **optional,
    )
    shown = f"[{host}]" if ":" in host else host
    run(settings, lambda port: say(f"{LISTENING} on http://{shown}:{port} (Ctrl-C ends it)"))
    return Answer(content={"host": host}, knowledge_base=used.facts())


def _tokens(given: list[str] | None, file: Path | None) -> tuple[str, ...]:
    lines = [] if file is None else file.read_text().splitlines()
    words = [word for entry in given or [] for word in entry.split()]
    return tuple(dict.fromkeys([*words, *filter(None, map(str.strip, lines))]))
