"""``python -m autometa`` and the command ``autometa``: the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is imported ends it in a word, too."""
    try:
        from autometa.cli import main as run

        run()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    finally:
        # CPython keeps in mind that Ctrl-C broke into a string being executed (of a dataclass
        # that is imported), though it was handled, and would exit by SIGINT instead of the
        # command's code. The next string makes it forget that.
        exec("")  # noqa: S102


if __name__ == "__main__":
    main()
