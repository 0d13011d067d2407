"""A Dask cluster as the executor of a build."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from autometa._extras import require
from autometa.exceptions import WorkerError

CONNECT_SECONDS = 30


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to the Dask scheduler at ``address``; yield its executor and its threads.

    Raises
    ------
    ParameterError
        If Dask is not installed.
    WorkerError
        If no scheduler answers, or it has no worker.
    """
    require("distributed", "dask", "A Dask cluster")
    from distributed import Client

    try:
        connect: Any = Client
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkerError(f"No Dask scheduler answers at '{address}': {error}") from error
    with client:
        n_threads = sum(client.nthreads().values())
        if not n_threads:
            raise WorkerError(f"The Dask scheduler at '{address}' has no worker. Start one first.")
        yield client.get_executor(pure=False), n_threads
