"""Tables in files that workers map into memory: written once, copied by nobody.

The files hold this process's own pickles, in a folder of its own that goes with the run.
"""

from __future__ import annotations

import contextlib
import mmap
import pickle
import struct
from pathlib import Path
from typing import Any

from autometa.tuning.workers._run_folder import RunFolder

ALIGNMENT = 64  # bytes: arrays are read quickest from the beginning of a cache line


class SharedFolder:
    """A temporary folder of objects whose arrays are mapped, not read.

    Where no file can be written, objects are passed by value.
    """

    def __init__(self) -> None:
        self._folder: RunFolder | None = None
        with contextlib.suppress(OSError):  # no writable place, or a full disk
            self._folder = RunFolder()

    def path(self, name: str) -> str | None:
        """Return where an object of that name is to be written; None where there is no place."""
        return None if self._folder is None else str(self._folder.path / name)

    def put(self, name: str, value: Any) -> Any:
        """Return what `take` turns into ``value``, here and in workers."""
        return put(self.path(name), value)

    def close(self) -> None:
        """Delete the files; who has mapped them keeps what is mapped."""
        if self._folder is not None:
            self._folder.close()


def put(path: str | None, value: Any) -> Any:
    """Write an object to ``path``; return the path, or the object itself when that fails."""
    if path is None:
        return value
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(content), *(buffer.raw() for buffer in buffers)]
    try:
        with open(path, "wb") as file:
            file.write(struct.pack(f"<{len(parts) + 1}Q", len(parts), *map(len, parts)))
            for part in parts:
                file.write(bytes(-file.tell() % ALIGNMENT))
                file.write(part)
    except OSError:  # a full disk
        with contextlib.suppress(OSError):
            Path(path).unlink(missing_ok=True)
        return value
    return path


def take(shared: Any) -> Any:
    """Return the object that `put` was given; its arrays are read-only views of the file.

    They are plain arrays. `numpy.memmap`, which joblib would give, is a type of its own
    that models keep and that no saved model may hold.
    """
    if not isinstance(shared, str):
        return shared
    with open(shared, "rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    (n_parts,) = struct.unpack_from("<Q", content)
    end = 8 * (n_parts + 1)
    parts = []
    for size in struct.unpack_from(f"<{n_parts}Q", content, 8):
        start = end + -end % ALIGNMENT
        end = start + size
        parts.append(content[start:end])
    return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 - written by this run
