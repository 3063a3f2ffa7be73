"""Variables become what Docker makes of them, and unknown where nobody can know."""

import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.expansion import LONGEST_VALUE, Missing, Value, expand, expand_heredoc, expand_words

VALUES = {
    "A": "x",
    "EMPTY": "",
    "PATHS": "/a/b/c.tar.gz",
    "SPACED": " 80  443/tcp ",
    "QUOTED": "'$A'\"\\",
    "STARS": "a*b?c\\d",
    "été": "summer",
    "1": "one",
    "12": "twelve",
    "@": "all",
    "#": "count",
    "?": "status",
    "-": "flags",
    "$": "pid",
    "!": "last",
    "*": "star",
}
ALPHABET = "$ {}AU:-+?#%/*'\"\\x1@é\n<"


def lookup(name: str) -> Value:
    """`U` is unset, what is not in VALUES unknown."""
    return Missing.UNSET if name == "U" else VALUES.get(name, Missing.UNKNOWN)


EXPANSIONS: dict[str, list[tuple[str, str]]] = {
    "names are letters, digits and underscores": [
        ("$A", "x"),
        ("${A}y", "xy"),
        ("$A-y", "x-y"),
        ("$A.$A", "x.x"),
        ("$été!", "summer!"),
        ("${été}", "summer"),
    ],
    "digits and special parameters are names of their own": [
        ("$1A", "oneA"),
        ("$12", "twelve"),
        ("${12}", "twelve"),
        ("$@$#$?$-$$$!$*", "allcountstatusflagspidlaststar"),
        ("${@}${#}${-}", "allcountflags"),
        ("$$A", "pidA"),
        ("${@:-d}", "all"),
    ],
    "a dollar before anything else stands for itself": [
        ("$ a", "$ a"),
        ("a$", "a$"),
        ("$.", "$."),
        ("$²", "$²"),
        ("$(A)", "$(A)"),
        ('"a$"', "a$"),
    ],
    "a default stands for a variable that is unset, with a colon for an empty one too": [
        ("${U:-d}", "d"),
        ("${U-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${A:-d}", "x"),
        ("${A-d}", "x"),
        ("${U:-}", ""),
        ("${U:-a b}", "a b"),
        ("${U:-'}'}", "}"),
        ("${U:-\\}}", "}"),
        ("${U:--d}", "-d"),
    ],
    "an alternative stands for one that is set": [
        ("${A:+y}", "y"),
        ("${A+y}", "y"),
        ("${U:+y}", ""),
        ("${U+y}", ""),
        ("${EMPTY:+y}", ""),
        ("${EMPTY+y}", "y"),
    ],
    "a demand gives the value": [("${A:?no}", "x"), ("${A?no}", "x"), ("${EMPTY?no}", "")],
    "modifiers nest": [
        ("${U:-${A}z}", "xz"),
        ("${U:-${U:-${U-$A}}}", "x"),
        ("${U:-\"${A:+'$A'}\"}", "$A"),
        ("${PATHS#${U:-/a}}", "/b/c.tar.gz"),
        ('"${U:-"b"}"', "b"),
    ],
    "prefixes and suffixes": [
        ("${PATHS##*/}", "c.tar.gz"),
        ("${PATHS#*/}", "a/b/c.tar.gz"),
        ("${PATHS%.*}", "/a/b/c.tar"),
        ("${PATHS%%.*}", "/a/b/c"),
        ("${PATHS#/?/}", "b/c.tar.gz"),
        ("${PATHS%?gz}", "/a/b/c.tar"),
        ("${PATHS%%*}", ""),
        ("${PATHS#*}", "/a/b/c.tar.gz"),
        ("${PATHS#b}", "/a/b/c.tar.gz"),
        ("${PATHS#}", "/a/b/c.tar.gz"),
        ("${PATHS%[g]z}", "/a/b/c.tar.gz"),
        ("${EMPTY##*}", ""),
        ("${STARS#a\\*b\\?}", "c\\d"),
        ("${STARS##*\\\\}", "d"),
        ("${STARS%\\\\d}", "a*b?c"),
        ("${STARS#'a*'}", "*b?c\\d"),
    ],
    "replacements": [
        ("${PATHS/a/z}", "/z/b/c.tar.gz"),
        ("${PATHS//a/z}", "/z/b/c.tzr.gz"),
        ("${PATHS/a/}", "//b/c.tar.gz"),
        ("${PATHS/a*r/z}", "/z.gz"),
        ("${PATHS/\\//z}", "za/b/c.tar.gz"),
        ("${PATHS//\\//$A}", "xaxbxc.tar.gz"),
        ("${PATHS//[.]/z}", "/a/b/c.tar.gz"),
        ("${PATHS//?/.}", "............."),
        ("${PATHS//*/z}", "z"),
        ("${EMPTY//*/z}", "z"),
        ("${A//''/-}", "-x-"),
        ("${A/''/-}", "-x"),
        ("${PATHS//a/'[$0]'}", "/[a]/b/c.t[a]r.gz"),
        ("${PATHS//a/'$1$$${0}$x'}", "/$a/b/c.t$ar.gz"),
        ("${PATHS/a/'$0'}", "/$0/b/c.tar.gz"),
        ("${PATHS/a/b/c}", "/b/c/b/c.tar.gz"),
    ],
    "single quotes keep everything": [("'$A'", "$A"), ("'a\\'", "a\\"), ("'\"'", '"'), ("''", ""), ("a'b'c", "abc")],
    'double quotes keep all but variables and the escapes of `"`, `$` and the escape itself': [
        ('"$A b"', "x b"),
        ('"\\"\\$A\\\\"', '"$A\\'),
        ('"\\n\'"', "\\n'"),
        ('""', ""),
    ],
    "an escape takes the next character and vanishes": [
        ("\\$A", "$A"),
        ("a\\ b", "a b"),
        ("\\n", "n"),
        ("\\\\n", "\\n"),
        ("\\'", "'"),
        ("a\\", "a"),
    ],
    "values are not read again": [("$QUOTED", "'$A'\"\\"), ("${U:-$QUOTED}", "'$A'\"\\")],
    "the sign of a heredoc passes": [("<<  $A", "<<  x"), ("<<EOF", "<<EOF")],
}


@pytest.mark.parametrize(
    ("word", "value"), [case for cases in EXPANSIONS.values() for case in cases], ids=lambda text: str(text)[:20]
)
def test_word_expands(word: str, value: str) -> None:
    found = expand(word, lookup)
    assert (found.value, found.as_built, found.fault) == (value, value, None)


@pytest.mark.parametrize(
    ("word", "value", "as_built", "unset", "unknown"),
    [
        ("a$U", None, "a", ("U",), ()),
        ("${U}", None, "", ("U",), ()),
        ("${U#x}", None, "", ("U",), ()),
        ("${U/x/y}", None, "", ("U",), ()),
        ("${A#$U}", None, "x", ("U",), ()),
        ("${A:-$U}", "x", "x", ("U",), ()),
        ("${A:+$U}", None, "", ("U",), ()),
        ("${U:+$U}", "", "", ("U",), ()),
        ('"$U"', None, "", ("U",), ()),
        ("$B", None, None, (), ("B",)),
        ("${B:-d}", None, None, (), ("B",)),
        ("${B:+d}", None, None, (), ("B",)),
        ("${B:?d}", None, None, (), ("B",)),
        ("${B##*/}", None, None, (), ("B",)),
        ("${A#$B}", None, None, (), ("B",)),
        ("${A/$B/y}", None, None, (), ("B",)),
        ("${A/x/$B}", None, None, (), ("B",)),
        ("${A:-$B}", "x", "x", (), ("B",)),
        ("${U:+$B}", "", "", ("U",), ("B",)),
        ("${U:-$B}", None, None, ("U",), ("B",)),
        ("$U$B", None, None, ("U",), ("B",)),
    ],
)
def test_missing_values_are_told_from_certain_ones(
    word: str, value: str | None, as_built: str | None, unset: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    found = expand(word, lookup)
    assert (found.value, found.as_built, found.fault) == (value, as_built, None)
    assert (set(found.unset), set(found.unknown)) == (set(unset), set(unknown))


@pytest.mark.parametrize(
    ("word", "said", "part"),
    [
        ("a'b", "the quote `'` is never closed", "'b"),
        ('a"b$A', 'the quote `"` is never closed', '"b$A'),
        ('${A:-"b}', 'the quote `"` is never closed', '"b}'),
        ("a${A", "`${` is never closed by `}`", "${A"),
        ("${", "`${` is never closed by `}`", "${"),
        ("${A:", "`${` is never closed by `}`", "${A:"),
        ("${A:-d", "`${` is never closed by `}`", "${A:-d"),
        ("${A:-${U}", "`${` is never closed by `}`", "${A:-${U}"),
        ("${A/b/c", "`${` is never closed by `}`", "${A/b/c"),
        ("x${}y", "`${}` names no variable", "${}"),
        ("${{A}}", "`${{A}` names no variable", "${{A}"),
        ("${:-a}", "`${:-a}` names no variable", "${:-a}"),
        ("${ A }", "`${ A }` names no variable", "${ A }"),
        ("${.}", "`${.}` names no variable", "${.}"),
        ("${=A}", "`${=A}` names no variable", "${=A}"),
        ("a${A^^}b", "`${A^^}`: Docker knows no modifier `^`", "${A^^}"),
        ("${A,}", "no modifier `,`", "${A,}"),
        ("${A@Q}", "no modifier `@`", "${A@Q}"),
        ("${A=d}", "no modifier `=`", "${A=d}"),
        ("${A:=d}", "no modifier `:=`", "${A:=d}"),
        ("${A:0:1}", "no modifier `:0`", "${A:0:1}"),
        ("${A:#x}", "no modifier `:#`", "${A:#x}"),
        ("${A:%x}", "no modifier `:%`", "${A:%x}"),
        ("${A.b}", "no modifier `.`", "${A.b}"),
        ("${U:?is needed}", "`U` must be set: is needed", "${U:?is needed}"),
        ("-${U?}", "`U` must be set", "${U?}"),
        ("${EMPTY:?}", "`EMPTY` must not be empty", "${EMPTY:?}"),
        ("${A:-${U?}}", "`U` must be set", "${U?}"),
        ("${PATHS#\\d}", "`\\d`: in a pattern Docker takes a backslash only before", "\\d"),
        ("${B%%x\\.*}", "`\\.`: in a pattern", "\\."),
        ("${PATHS/\\$/x}", "`\\$`: in a pattern", "\\$"),
        ("${STARS#$STARS}", "`\\d`: in a pattern", "$STARS"),
        ("${PATHS/a}", "`${PATHS/a}` lacks the second `/`", "${PATHS/a}"),
        ("${PATHS//a}", "`${PATHS//a}` lacks the second `/`", "${PATHS//a}"),
    ],
)
def test_what_docker_refuses_is_said_and_marked(word: str, said: str, part: str) -> None:
    found = expand(word, lookup)
    assert found.fault is not None
    assert said in found.fault.message
    assert word[found.fault.start : found.fault.end] == part
    assert (found.value, found.as_built) == (None, None)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("$A/$B/$A", ("A", "B")),
        ("'$A'\\$B", ()),
        ("${A:-$B}", ("B", "A")),
        ("${U:+${B#$PATHS}}", ("PATHS", "B", "U")),
        ("${A/$B/$PATHS}", ("B", "PATHS", "A")),
        ("$U$B$A", ("U", "B", "A")),
        ("$A${}$B", ("A",)),
        ("${B^}", ()),
        ("${B:^$A}", ("A", "B")),
        ("${U?}$A", ("U",)),
    ],
)
def test_names_are_those_that_docker_looks_up(word: str, names: tuple[str, ...]) -> None:
    assert expand(word, lookup).names == names


def test_backquote_escapes_where_the_directive_says_so() -> None:
    assert expand('`$A \\x "`$`"\\"', lookup, "`").value == '$A \\x $"\\'
    assert expand("${STARS#a\\*}", lookup, "`").value == "b?c\\d"


def test_what_becomes_of_an_escape_in_a_replacement_is_unknown() -> None:
    assert expand("${A/x/\\y}", lookup) == (None, None, {"A": "x"}, None)


def test_whether_a_wildcard_fits_a_line_end_is_unknown() -> None:
    assert expand("${X#*b}", lambda _: "a\nb").value is None
    assert expand("${X%b}", lambda _: "a\nb").value == "a\n"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("80", ("80",)),
        ("$SPACED", ("80", "443/tcp")),
        ("1$SPACED", ("1", "80", "443/tcp")),
        ('"$SPACED"', (" 80  443/tcp ",)),
        ("${U:-8 9}", ("8", "9")),
        ("8\\ 9", ("8 9",)),
        ("'a b'\"c d\"e", ("a bc de",)),
        ("a\u2003b\tc", ("a", "b", "c")),
        ("<<  a b", ("<<  a", "b")),
        ('""', ()),
        ("", ()),
        ("${A", None),
        ("80 $B", None),
    ],
)
def test_words_of_expose_are_split_after_expansion(word: str, words: tuple[str, ...] | None) -> None:
    assert expand_words(word, lookup).value == words


def test_words_with_an_unset_variable_are_those_of_a_plain_build() -> None:
    assert expand_words("80 $U 90", lookup)[:2] == (None, ("80", "90"))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a '$A' \"$A\" `$A`\n", "a 'x' \"x\" `x`\n"),
        ("it's \\$A\\n", "it's $An"),
        ("${U:-'d'}", "'d'"),
        ("none", "none"),
    ],
)
def test_quotes_of_a_heredoc_stand_for_themselves(body: str, value: str) -> None:
    assert expand_heredoc(body, lookup).value == value


@given(st.text(ALPHABET, max_size=14), st.sampled_from("\\`"))
def test_no_word_makes_it_crash(word: str, escape: str) -> None:
    for found in (expand(word, lookup, escape), expand_words(word, lookup, escape), expand_heredoc(word, lookup)):
        assert (found.fault is None) or (found.value is None and found.as_built is None)
        assert found.value is None or found.value == found.as_built
        assert found.fault is None or 0 <= found.fault.start < found.fault.end <= len(word)
        assert set(found.unset) | set(found.unknown) <= set(found.names)


@given(st.text(st.characters(exclude_characters="$'\"\\")))
def test_word_without_special_characters_is_itself(word: str) -> None:
    assert expand(word, lookup)[:2] == (word, word)
    assert expand(f'"{word}"', lookup).value == word
    assert expand_heredoc(word, lookup).value == word


@given(st.text(st.characters(exclude_characters="'")))
def test_single_quoted_text_is_literal(text: str) -> None:
    assert expand(f"'{text}'", lookup).value == text
    assert expand_words(f"'{text}'", lookup).value == ((text,) if text else ())


def _cuts(value: str, modifier: str) -> Iterator[tuple[str, str]]:
    """The part that may go and what stays, in the order in which a modifier tries them."""
    places = range(len(value) + 1)
    for place in reversed(places) if modifier in ("##", "%") else places:
        yield (value[:place], value[place:]) if modifier[0] == "#" else (value[place:], value[:place])


@given(st.text("ab.[", max_size=8), st.text("ab.[*?", max_size=6), st.sampled_from(["#", "##", "%", "%%"]))
def test_cutting_agrees_with_trying_every_prefix_and_suffix(value: str, pattern: str, modifier: str) -> None:
    plain = pattern.replace("[", "[[]")
    expected = next((rest for part, rest in _cuts(value, modifier) if fnmatchcase(part, plain)), value)
    assert expand(f"${{X{modifier}{pattern}}}", lambda _: value).value == expected


@given(st.text("ab", max_size=8), st.text("ab*?", min_size=1, max_size=6))
def test_replacing_agrees_with_trying_every_place(value: str, pattern: str) -> None:
    places = range(len(value) + 1)
    parts = ((start, end) for start in places for end in reversed(range(start, len(value) + 1)))
    found = next(((start, end) for start, end in parts if fnmatchcase(value[start:end], pattern)), None)
    expected = value if found is None else f"{value[: found[0]]}!{value[found[1] :]}"
    assert expand(f"${{X/{pattern}/!}}", lambda _: value).value == expected


def test_what_grows_beyond_all_measure_is_unknown() -> None:
    long = "a" * LONGEST_VALUE
    assert expand("$X", lambda _: long).value == long
    for word in ("$X$X", "${X//a/aa}", "${X//a/'$0$0$0'}", "${X}" * 9):
        assert expand(word, lambda _: long)[:2] == (None, None)


def test_deep_nesting_is_unknown_and_no_fault() -> None:
    for depth, value in ((50, "x"), (51, None), (20_000, None)):
        found = expand("${U:-" * depth + "x" + "}" * depth, lookup)
        assert (found.value, found.fault) == (value, None)


BIG = 1_000_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: expand("'a'" * (BIG // 3), lookup),
        lambda: expand("\\a" * (BIG // 2), lookup),
        lambda: expand("$U" * (BIG // 2), lookup),
        lambda: expand('"' + "a$" * (BIG // 2), lookup),
        lambda: expand("${A:-" * (BIG // 5), lookup),
        lambda: expand("${A/" * (BIG // 4), lookup),
        lambda: expand("${A/a" + "}" * BIG, lookup),
        lambda: expand("${A^}" * (BIG // 5), lookup),
        lambda: expand_words("a 'b' " * (BIG // 6), lookup),
        lambda: expand_words("\\a" * (BIG // 2), lookup),
        lambda: expand("${X##" + "*a" * 400 + "b}", lambda _: "a" * 4_000),
        lambda: expand("${X%%b" + "a*" * 400 + "}", lambda _: "a" * 4_000),
        lambda: expand("${X//" + "a*" * 30 + "b/x}", lambda _: "a" * LONGEST_VALUE),
        lambda: expand("${X//" + "?" * 30 + "b/x}", lambda _: "a" * LONGEST_VALUE),
        lambda: expand("${X##" + "?" * 30 + "*b}", lambda _: "a" * LONGEST_VALUE),
        lambda: expand("${X//''/" + "'$0'" * 10_000 + "}", lambda _: "a" * LONGEST_VALUE),
        lambda: expand("${X#" + "a" * BIG + "}", lambda _: "a" * LONGEST_VALUE),
    ],
)
def test_no_word_takes_long(make: Callable[[], object]) -> None:
    begin = time.process_time()
    make()
    assert time.process_time() - begin < 10  # a slow machine takes three; with a square in it these take minutes
