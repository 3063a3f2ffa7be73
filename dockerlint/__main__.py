"""`python -m dockerlint`."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the working directory first: a repository that is checked must not bring code.
    del sys.path[0]


def main() -> None:
    from dockerlint.cli.main import cli  # noqa: PLC0415 (only after the path is safe)

    cli()


if __name__ == "__main__":
    main()
