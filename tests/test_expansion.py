"""Variables become what Docker makes of them, and unknown where nobody can know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.expansion import expand

VALUES = {"A": "x", "EMPTY": "", "PATHS": "/a/b/c.tar.gz"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$A", "x"),
        ("${A}y", "xy"),
        ("$B", None),
        ("${B:-d}", "d"),
        ("${B-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${A:+y}", "y"),
        ("${B:+y}", ""),
        ("${EMPTY+y}", "y"),
        ("${B:?no}", None),
        ("${A:?no}", "x"),
        ("${B:-${A}z}", "xz"),
        ("'$A'", "$A"),
        ('"$A b"', "x b"),
        ("\\$A", "$A"),
        ("a\\ b", "a b"),
        ("$ a", "$ a"),
        ("${PATHS##*/}", "c.tar.gz"),
        ("${PATHS%.*}", "/a/b/c.tar"),
        ("${PATHS%%.*}", "/a/b/c"),
        ("${PATHS#*/}", "a/b/c.tar.gz"),
        ("${PATHS/a/z}", "/z/b/c.tar.gz"),
        ("${PATHS//[.]/z}", "/a/b/c.tar.gz"),
        ("${PATHS//a/z}", "/z/b/c.tzr.gz"),
        ("${A", None),
        ("${A@Q}", None),
        ('"open', None),
    ],
)
def test_word_expands(word: str, value: str | None) -> None:
    assert expand(word, VALUES.get).value == value


def test_backquote_escapes_where_the_directive_says_so() -> None:
    assert expand("`$A \\x", VALUES.get, "`").value == "$A \\x"


def test_names_are_those_that_docker_looks_up() -> None:
    assert expand("$A/${B:-$C}/'$D'", VALUES.get).names[:3] == ("A", "B", "C")


@given(st.text("$ {}AB:-+?#%/*'\"\\x", max_size=14))
def test_no_word_makes_it_crash(word: str) -> None:
    expand(word, VALUES.get)
