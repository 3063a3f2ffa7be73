"""`python -m dockerlint`."""

import gc
import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the working directory first: a repository that is checked must not bring code.
    del sys.path[0]


def _leave_working_directory() -> None:
    """Import nothing from the folder that a run starts in, though PYTHONPATH names it: an empty entry is enough."""
    try:
        here = os.path.realpath(".", strict=True)
    except OSError:
        return
    if here != os.path.realpath(os.path.dirname(os.path.dirname(__file__))):  # noqa: PTH120 (pathlib is slow to import)
        sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != here]


def main() -> None:
    _leave_working_directory()
    # A run makes millions of values and hardly any cycles: looking for those is most of its time on a large file.
    gc.set_threshold(100_000, 50, 100)
    from dockerlint.cli.main import COMPLETION, cli  # noqa: PLC0415 (only after the path is safe)

    if COMPLETION in os.environ:
        from dockerlint.cli.completion import answer_shells  # noqa: PLC0415

        answer_shells()
    cli(complete_var=COMPLETION)


if __name__ == "__main__":
    main()
