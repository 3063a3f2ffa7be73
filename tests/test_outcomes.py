"""Whether a script can fail at all."""

import pytest

from dockerlint.shell.outcomes import always_succeeds
from dockerlint.shell.script import read_script
from dockerlint.source import Source


def succeeds(text: str) -> bool:
    return always_succeeds(read_script(Source("x", text).slice(0, len(text))))


@pytest.mark.parametrize(
    "text",
    [
        "true", "a || true", "a; exit 0", "a | tee /log", "a && echo x || echo y", "(a; echo x)", "a &",
        "if a; then echo x; else echo y; fi", "{ a; :; }", "a || exit 0", "a\ntrue",
    ],
)  # fmt: skip
def test_nothing_of_a_failure_is_left(text: str) -> None:
    assert succeeds(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "a || exit 1", "a && echo x", "a || exit 1; exit 0", "set -e; a; true", "a | grep x", "! true", "exit",
        "echo x && a", "for x in a; do echo x; done", "trap x EXIT; a || true", "set -o pipefail; a | cat", "if", "",
        "if a; then b; fi",
    ],
)  # fmt: skip
def test_a_failure_may_be_left(text: str) -> None:
    assert not succeeds(text)
