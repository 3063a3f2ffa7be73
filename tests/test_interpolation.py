from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.compose.env_files import parse_env
from dockerlint.compose.interpolation import Interpolated, interpolate
from dockerlint.source import Source, Text

ENVIRONMENT = {"V": "val", "E": "", "DOLLAR": "$V", "LONG": "x" * 30}


def read(text: str) -> Interpolated:
    return interpolate(Source("compose.yaml", text).slice(0, len(text)), ENVIRONMENT)


def written(text: Text) -> str:
    return text.source.text[text.start : text.end]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("$V", "val"),
        ("${V}", "val"),
        ("$V}", "val}"),
        ("${V}}", "val}"),
        ("$V_x", ""),
        ("$V.x", "val.x"),
        ("$U${U}", ""),
        ("$E${E}", ""),
        ("${U:-d}${U-d}", "dd"),
        ("${E:-d}${E-d}", "d"),
        ("${V:-d}${V-d}", "valval"),
        ("${U:+a}${U+a}", ""),
        ("${E:+a}${E+a}", "a"),
        ("${V:+a}${V+a}", "aa"),
        ("${V:?e}${V?e}${E?e}", "valval"),
        ("${U:?e}${U?e}${E:?e}", ""),
        ("${U-b:-c}", "b:-c"),
        ("${U:-'x: y'}", "'x: y'"),
        ("${U:-}", ""),
        ("${U:-${V}}", "val"),
        ("${U:-a${U2:-b${V}}c}", "abvalc"),
        ("${V:+${U-x}}", "x"),
        ("${U:-{x}}", "{x}"),
        ("${U:-{}}", "{}"),
        ("${U:-}}", "}"),
        ("${U:-a}b}", "ab}"),
        ("$$", "$"),
        ("$$V", "$V"),
        ("$$$V", "$val"),
        ("$${V}", "${V}"),
        ("${U:-$$}", "$"),
        ("${U:-$${B}}", "${B}"),
        ("${U:-$$${V}}", "$val"),
        ("$", "$"),
        ("a $ b", "a $ b"),
        ("$1 $( $é", "$1 $( $é"),
        ("$DOLLAR", "$V"),
    ],
)
def test_values_are_those_of_compose(text: str, value: str) -> None:
    result = read(text)
    assert (result.value, result.errors) == (value, ())


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${1A}",
        "${V :-x}",
        "${V:=b}",
        "${V/b/c}",
        "${V:0:1}",
        "${!V}",
        "${V.b}",
        "${V^^}",
        "${V:}",
        "${V:-",
    ],
)
def test_shell_forms_are_errors_at_their_dollar(text: str) -> None:
    result = read(f"a ${{V}} {text}")
    (error,) = result.errors
    assert error.text.start == len("a ${V} ")
    assert result.value == f"a val {text}"
    assert result.unknown and not result.is_literal


def test_a_default_ends_with_its_line() -> None:
    (error,) = read("a ${U:-x\ny} b").errors
    assert error.text == "${U:-x\ny}"


def test_a_default_that_is_not_used_is_not_read() -> None:
    assert not read("${V:-${}}").errors
    assert read("${U:-${}}").errors


def test_an_error_says_how_to_write_it() -> None:
    (error,) = read("echo ${HOME%/}").errors
    assert "`$${HOME%/}`" in error.message


@pytest.mark.parametrize(
    ("text", "states", "unknown"),
    [
        ("$V", ["set"], False),
        ("${E}", ["set"], False),
        ("${E:+a}", ["set"], False),
        ("$U", ["unset"], True),
        ("${U:+a}", ["unset"], True),
        ("${U:-d}", ["default"], False),
        ("${E:-d}", ["default"], False),
        ("${U:?e}", ["required"], True),
        ("${U:-${U2}}", ["default", "unset"], True),
        ("${U:-${U2:-x}} $V", ["default", "default", "set"], False),
        ("$$U", [], False),
    ],
)
def test_variables_say_what_became_of_them(text: str, states: list[str], unknown: bool) -> None:
    result = read(text)
    assert [variable.state for variable in result.variables] == states
    assert result.unknown is unknown
    assert result.is_literal is (not states)


def test_variables_know_their_places() -> None:
    result = read("http://${HOST:-localhost}:$V/${U}")
    host, port, unset = result.variables
    assert [str(variable.name) for variable in result.variables] == ["HOST", "V", "U"]
    assert host.default is not None
    assert host.default == "localhost" == written(host.default)
    assert written(host.text) == "${HOST:-localhost}"
    assert [result.value[variable.start : variable.end] for variable in (host, port, unset)] == ["localhost", "val", ""]
    assert written(unset.text) == "${U}"


def test_parts_stand_where_they_come_from() -> None:
    result = read("a-${U:-default}-$V-${LONG}!")
    value = result.value
    assert written(value) == "a-${U:-default}-$V-${LONG}!"
    assert written(value.part(2, 9)) == "default"
    assert written(value.part(10, 13)) == "$V"
    assert written(value.part(14, 44)) == "${LONG}"
    assert written(value.part(14, 45)) == "${LONG}!"
    assert written(value.part(44, 45)) == "!"


def test_nested_variables_know_their_places() -> None:
    result = read("xx${U:-a${V}b}")
    assert [(variable.start, variable.end) for variable in result.variables] == [(2, 7), (3, 6)]


def test_quotes_around_a_variable_are_none_of_it() -> None:
    source = Source("f", '"$V"')
    (variable,) = interpolate(Text("$V", source, 0, 4, ((0, 1),)), ENVIRONMENT).variables
    assert written(variable.text) == "$V"


def test_defaults_are_not_followed_for_ever() -> None:
    assert len(read("${A:-" * 5000 + "}" * 5000).errors) == 1
    assert len(read("${" * 5000).errors) == 1


@given(st.text(alphabet="$VU{}:-+?ab \n", max_size=40))
def test_any_text_can_be_interpolated(text: str) -> None:
    result = read(text)
    assert 0 <= result.value.start <= result.value.end <= len(text)
    for variable in result.variables:
        assert 0 <= variable.start <= variable.end <= len(result.value)
    if "$" not in text:
        assert result.value == text


@given(st.text(alphabet="$V{}:- a", max_size=30))
def test_doubled_dollars_stay_as_text(text: str) -> None:
    result = read(text.replace("$", "$$"))
    assert result.value == text
    assert result.is_literal


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("A=1\nB = 2 \nexport C=3\nD: 4\n", {"A": "1", "B": "2", "C": "3", "D": "4"}),
        ("# x\n\n  A=a#b\nB=a #b\nC=#x\n", {"A": "a#b", "B": "a", "C": "#x"}),
        ("A='a $B \\' \\n' # c\nC=c", {"A": "a $B ' \\n", "C": "c"}),
        ('A="a\\n\\"\\$B\\\\ $C"\n', {"A": 'a\n"$B\\ '}),
        ("A=\"one\ntwo\"\nB='x\n$y'\n", {"A": "one\ntwo", "B": "x\n$y"}),
        ("A=pa$$x\n", {"A": "pa$x"}),
        ("A=1\nB=$A-${A}-${Z:-d}-$HOST\n", {"A": "1", "B": "1-1-d-h"}),
        ("A\nexport B\nC=\nD=  \n", {"A": None, "B": None, "C": "", "D": ""}),
        ("A=1\r\nB='2'\r\nC\r\n", {"A": "1", "B": "2", "C": None}),
        ("A.B=1\nC-D=2\nE[0]=3\nexport=4\n", {"A.B": "1", "C-D": "2", "E[0]": "3", "export": "4"}),
        ("A==b=c\nB=a'b'\n", {"A": "=b=c", "B": "a'b'"}),
        ("A=1\nB C=2\n=3\nD=4\n", {"A": "1", "D": "4"}),
        ('A="open\nB=2\n', {"B": "2"}),
        ("", {}),
    ],
)
def test_env_files(text: str, entries: dict[str, str | None]) -> None:
    found = {entry.name: entry.value for entry in parse_env(Source(".env", text), {"HOST": "h"})}
    assert found == entries


def test_env_entries_know_their_places_and_what_is_unknown() -> None:
    text = 'A=1\nexport KEY = "a\\$b" # c\nU=$NOBODY\nW=$U\nPASSED\n'
    _, key, unset, after, passed = parse_env(Source(".env", text))
    assert (written(key.name), key.value) == ("KEY", "a$b")
    assert key.value is not None
    assert written(key.value.part(2, 3)) == "b"
    assert [entry.unknown for entry in (key, unset, after, passed)] == [False, True, True, True]


@given(st.text(alphabet="AB =:#'\"\\$\n\r", max_size=40))
def test_any_env_file_can_be_read(text: str) -> None:
    for entry in parse_env(Source(".env", text)):
        assert 0 <= entry.name.start < entry.name.end <= len(text)
        assert written(entry.name) == entry.name
