from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.context.ignore import ROOT, IgnoreFile
from dockerlint.context.patterns import AnyOf, compile_glob, compile_pattern
from dockerlint.source import Source, Text


def read(text: str) -> IgnoreFile:
    return IgnoreFile.read(Source(".dockerignore", text))


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("a", ["a", "a/b", "a/b/c"], ["b", "b/a", "ab", "A"]),
        ("a/b", ["a/b", "a/b/c"], ["a", "b", "x/a/b", "a/bc"]),
        ("a/", ["a", "a/b"], ["b/a"]),
        ("/a", ["a", "a/b"], ["b/a"]),
        ("//a//b/", ["a/b"], ["a"]),
        ("./a", ["a"], ["b/a"]),
        ("a/../b", ["b", "b/c"], ["a", "a/b"]),
        ("../a", [], ["a", "b/a"]),
        (".", [], ["a", "a/b"]),
        ("/", [], ["a", "a/b"]),
        ("*", ["a", ".a", "a/b"], []),
        ("*.md", ["a.md", ".md", "a.md/b"], ["a/b.md", "a.mdx"]),
        ("a/*", ["a/b", "a/b/c"], ["a", "b/a"]),
        ("*/a", ["b/a", "b/a/c"], ["a", "b/c/a"]),
        ("a?", ["ab", "aé"], ["a", "abc", "a/b"]),
        ("a?b", ["axb"], ["a/b"]),
        ("**", ["a", "a/b/c"], []),
        ("**/x", ["x", "a/x", "a/b/x", "a/x/b"], ["ax", "a/bx"]),
        ("**/*.pyc", ["a.pyc", "a/b.pyc", "a/b/c.pyc"], ["a.py"]),
        ("x/**", ["x/a", "x/a/b"], ["x", "xa", "a/x/b"]),
        ("x/**/y", ["x/y", "x/a/y", "x/a/b/y"], ["xy", "x/ay", "y"]),
        ("**/x/**", ["x/a", "a/x/b"], ["x", "a/x"]),
        ("**/a/**/b/**/c", ["a/b/c", "x/a/y/b/z/c", "a/b/b/x/c"], ["a/c/b", "ab/c"]),
        ("**/a*b*c", ["abc", "x/axbxbxc"], ["x/axc", "a/bc"]),
        ("**x", ["x", "ax", "a/bx"], ["xa"]),
        ("x**", ["x", "xa", "xa/b"], ["ax"]),
        ("src/**.js", ["src/.js", "src/a/.js"], ["src/a.js", "src/a/b.js"]),
        ("*a**b", ["ab", "aab", "xa/b", "a/y/b"], ["a/yb", "xay"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "x", "-x"]),
        ("[^a-c]x", ["dx", "éx"], ["ax", "x"]),
        (r"[\]\-x]", ["]", "-", "x"], ["a"]),
        ("[!a]", ["!", "a"], ["b"]),
        ("[*]", ["*"], ["a"]),
        (r"\*", ["*"], ["a"]),
        (r"a\?*", ["a?", "a?b"], ["ab"]),
        (r"\#a", ["#a"], ["a"]),
        (r"\!a", ["!a"], ["a"]),
        ("{a,b}", ["{a,b}"], ["a", "b"]),
        ("a.b", ["a.b"], ["axb"]),
        ("*.a+(b)", ["x.a+(b)"], ["x.aab"]),
        (" a ", ["a"], [" a "]),
        ("a # b", ["a # b"], ["a"]),
        (" #a", ["#a"], ["a"]),
    ],
)
def test_pattern(pattern: str, matching: list[str], others: list[str]) -> None:
    ignore = read(pattern)
    assert not ignore.errors
    assert [path for path in matching + others if ignore.excludes(path)] == matching


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a\n!a", "a", 2),
        ("!a\na", "a", 2),
        ("a\n!a\na", "a", 3),
        ("*\n!src", "src/main.py", 2),
        ("*\n!src\nsrc/tmp", "src/tmp/x", 3),
        ("*\n!src/main.py", "src/main.py", 2),
        ("*\n!src/main.py", "src/other.py", 1),
        ("*\n!**/*.py", "a/b/c.py", 2),
        ("docs\n!docs/*.md\ndocs/a.md", "docs/b.md", 2),
        ("docs\n!docs/*.md\ndocs/a.md", "docs/a.md", 3),
        ("a\n./!a", "a", 2),
        ("a\n! /a", "a", 2),
        ("a\n*", "a", 1),
        ("!a", "a", None),
        ("a", "b", None),
        ("*", ".", None),
        ("*", "", None),
    ],
)
def test_the_pattern_that_last_changed_the_fate_decides(text: str, path: str, line: int | None) -> None:
    ignore = read(text)
    deciding = ignore.deciding(path)
    assert (deciding and deciding.line) == line
    assert ignore.excludes(path) == (deciding is not None and not deciding.negated)


@pytest.mark.parametrize(
    ("text", "ignored", "sent"),
    [
        # https://docs.docker.com/build/concepts/context/#syntax
        (
            "# comment\n*/temp*\n*/*/temp*\ntemp?\n",
            ["somedir/temporary.txt", "somedir/temp", "somedir/subdir/temporary.txt", "tempa", "tempb/x"],
            ["temp", "tempab", "a/b/c/temp", "# comment"],
        ),
        ("**/*.go", ["main.go", "a/b/main.go"], ["main.go.txt", "go"]),
        ("/foo/bar", ["foo/bar", "foo/bar/x"], ["x/foo/bar"]),
        ("foo/bar", ["foo/bar", "foo/bar/x"], ["x/foo/bar"]),
        # https://docs.docker.com/build/concepts/context/#negating-matches
        ("*.md\n!README.md", ["a.md"], ["README.md", "docs/a.md", "docs/README.md"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md", "README-other.md"]),
        ("*.md\nREADME-secret.md\n!README*.md", ["a.md"], ["README.md", "README-secret.md"]),
        # Everything but what is named: a folder that is let in comes with all that lies in it.
        ("*\n!src\n!package.json\nsrc/**/*.test.js", ["a", "src/x/a.test.js", "lib/src"], ["package.json", "src/a.js"]),
        ("**\n!src/**", ["a", "lib/a"], ["src/a", "src/b/c"]),
        ("node_modules\n!node_modules/mine", ["node_modules/a/b"], ["node_modules/mine/a"]),
        ("build/\n!build/keep/", ["build/a", "build"], ["build/keep", "build/keep/a"]),
        ("a/**/\n!a/b", ["a/c", "a/c/d"], ["a", "a/b/c"]),
        # Blanks, byte order marks, line ends, letter case.
        ("\ufeff*.log\r\n \t\r\n  build  \r\n", ["a.log", "build"], ["  build  ", "a.log "]),
        ("a b\n", ["a b"], ["a", "b"]),
        ("readme.md\nBUILD", ["readme.md", "BUILD/x"], ["README.md", "build/x"]),
        ("\\#a\n#b\n \\ c", ["#a"], ["#b", "b"]),
        # Paths are cleaned as paths, so `..` takes back a name, and above the root there is nothing to ignore.
        ("a//b/./c/", ["a/b/c"], ["a/b"]),
        ("a/b/../../c", ["c"], ["a/c", "a/b/c"]),
        ("../../c\n/../d", ["d"], ["c"]),
        ("./\n/.\n", [], ["a", ".a"]),
        ("!a/../b\nb", ["b"], ["a"]),
    ],
)
def test_as_documented(text: str, ignored: list[str], sent: list[str]) -> None:
    ignore = read(text)
    assert [path for path in ignored + sent if ignore.excludes(path)] == ignored


def test_a_negation_that_does_nothing_for_a_folder_does_nothing_below_it() -> None:
    assert read("*/cache\n!app").excludes("app/cache")
    assert not read("app/cache\n!app/cache").excludes("app/cache")


def test_docker_does_not_look_into_a_folder_that_no_negation_begins_with() -> None:
    assert read("src/*\n!src/*/**").excludes("src/a/b")
    assert not read("src/*\n!src/?/**").excludes("src/a/b")


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("\ufeff# a\nb", [("b", 2)]),
        ("\ufeffa", [("a", 1)]),
        ("a\r\n\r\nb\r\n", [("a", 1), ("b", 3)]),
        ("#a\n\n  \nb", [("b", 4)]),
        ("a\u00a0\n", [("a", 1)]),
        ("", []),
    ],
)
def test_lines(text: str, patterns: list[tuple[str, int]]) -> None:
    assert [(pattern.pattern, pattern.line) for pattern in read(text).patterns] == patterns


def test_a_pattern_knows_its_place() -> None:
    pattern = read("a\n  ! ./b/ \n").patterns[1]
    assert (pattern.text, pattern.pattern, pattern.negated) == ("! ./b/", "b", True)
    assert pattern.text.span[1:] == (4, 10)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("!", "nothing follows the `!`"),
        ("!  ", "nothing follows the `!`"),
        ("!/", "nothing follows the `!`"),
        ("a[", "the `[` is never closed"),
        ("a[b", "the `[` is never closed"),
        ("a[b-", "the `[` is never closed"),
        ("[]a]", r"`]` stands in brackets where a character must; write `\]`"),
        ("[a-]", r"`]` stands in brackets where a character must; write `\]`"),
        ("[-a]", r"`-` stands in brackets where a character must; write `\-`"),
        ("[z-a]", "the range `z-a` runs backwards"),
        ("bin\\", "the backslash at the end escapes nothing"),
        (r"src\bin", "the backslash before `b` does not part folders; write `/`"),
        ("**a" * 6, "it has too many `**` in the middle of names"),
    ],
)
def test_a_line_that_docker_refuses_is_put_aside(line: str, message: str) -> None:
    ignore = read(f"x\n{line}\ny")
    assert ignore.errors == ((line.strip(), message),)
    assert ignore.errors[0][0].line == 2
    assert [pattern.pattern for pattern in ignore.patterns] == ["x", "y"]


def test_words_of_a_flag_are_no_lines_of_a_file() -> None:
    ignore = IgnoreFile.of(["#a", "/b", "c/"])
    assert [path for path in ("#a", "b", "c") if ignore.excludes(path)] == ["#a", "c"]
    word = Source("Dockerfile", "COPY --exclude=[ . .").slice(15, 16)
    assert [text.start for text, _ in IgnoreFile.of([word]).errors] == [15]


def test_a_pattern_matches_only_the_path_itself() -> None:
    (pattern,) = read("a").patterns
    assert pattern.matches("a")
    assert not pattern.matches("a/b")
    assert isinstance(pattern.text, Text)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 30 + "b", "a" * 255),
        ("**/a/" * 20 + "b", "a/" * 2000 + "a"),
        ("**/*a*a*a*a*a*b", ("a" * 200 + "/") * 20),
        ("*a**a**a**a*b", "a/" * 2000),
        ("**/" * 1000 + "x", "a/" * 2000),
        ("*" * 1000 + "x", "a" * 255),
    ],
)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    assert not compile_pattern(pattern)(path)
    assert not compile_glob(pattern)(path)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("**", ["a"], ["a/b"]),
        ("**/a", ["b/a"], ["a", "b/c/a"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
        (r"\**", ["*", "*a"], ["a"]),
        ("[a-c]?", ["ax"], ["a", "dx"]),
    ],
)
def test_in_a_glob_two_stars_are_one(pattern: str, matching: list[str], others: list[str]) -> None:
    assert [path for path in matching + others if compile_glob(pattern)(path)] == matching


# What follows is written apart from the module, as plainly as can be, to compare with.

SPECIAL = frozenset("*?[\\")
WORDS = st.sampled_from(["a", "b", "ab", "*", "**", "?", "[ab]", "[^b]", r"\*", "a*", "*b", "**a", "b**"])
PATTERNS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map("".join), min_size=1, max_size=4).map("/".join)
PATHS = st.lists(st.text("ab*", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


@cache
def fits(pattern: str, path: str) -> bool:
    if not pattern:
        return not path
    if pattern.startswith("**"):
        rest = pattern[2:].removeprefix("/")
        below = (path[index + 1 :] for index, character in enumerate(path) if character == "/")
        return not rest or fits(rest, path) or any(fits(rest, end) for end in below)
    if pattern.startswith("*"):
        return fits(pattern[1:], path) or (path[:1] not in {"", "/"} and fits(pattern, path[1:]))
    if not path:
        return False
    if pattern.startswith("?"):
        return path[0] != "/" and fits(pattern[1:], path[1:])
    if pattern.startswith("["):
        members, _, rest = pattern[1:].partition("]")
        is_member = path[0] in members.removeprefix("^")
        return is_member is not members.startswith("^") and fits(rest, path[1:])
    if pattern.startswith("\\"):
        return pattern[1] == path[0] and fits(pattern[2:], path[1:])
    return pattern[0] == path[0] and fits(pattern[1:], path[1:])


def fits_as_docker_does(pattern: str, path: str) -> bool:
    """`**name` is looked for at the end of the path, also in the middle of a name."""
    if pattern.startswith("**") and SPECIAL.isdisjoint(pattern[2:]):
        return path.endswith(pattern[2:]) or path == pattern[2:].removeprefix("/")
    return fits(pattern, path)


@given(PATTERNS, PATHS)
def test_matching_agrees_with_a_plain_matcher(pattern: str, path: str) -> None:
    # A negated class may stand for a slash; among several stars the first place that fits is taken for good.
    if "[^" in pattern and pattern.count("*") > 1:
        pattern = pattern.replace("[^b]", "a")
    ignore = IgnoreFile.of([pattern])
    for parsed in ignore.patterns:
        assert parsed.matches(path) == fits_as_docker_does(parsed.pattern, path)


@given(st.lists(PATTERNS, max_size=4), PATHS)
def test_without_negations_any_match_of_a_path_or_parent_excludes(patterns: list[str], path: str) -> None:
    ignore = IgnoreFile.of(patterns)
    names = path.split("/")
    places = ["/".join(names[: end + 1]) for end in range(len(names))]
    assert ignore.excludes(path) == any(p.matches(place) for p in ignore.patterns for place in places)


@given(st.lists(st.tuples(st.booleans(), PATTERNS), max_size=6), st.text("ab*", min_size=1, max_size=4))
def test_at_the_root_the_last_match_decides(lines: list[tuple[bool, str]], path: str) -> None:
    ignore = IgnoreFile.of("!" * negated + pattern for negated, pattern in lines)
    last = next((p for p in reversed(ignore.patterns) if p.matches(path)), None)
    assert ignore.excludes(path) == (last is not None and not last.negated)


@given(st.lists(st.tuples(st.booleans(), PATTERNS), max_size=6), PATHS)
def test_going_down_folder_by_folder_gives_the_same_verdict(lines: list[tuple[bool, str]], path: str) -> None:
    ignore = IgnoreFile.of("!" * negated + pattern for negated, pattern in lines)
    names = path.split("/")
    verdict = ROOT
    for end in range(1, len(names) + 1):
        place = "/".join(names[:end])
        verdict = ignore.below(verdict, place)
        if verdict.is_excluded and ignore.closes(place):
            break
    assert verdict.pattern == ignore.deciding(path)


@given(st.lists(st.tuples(st.booleans(), PATTERNS), max_size=6), st.lists(PATHS, max_size=8))
def test_many_paths_are_judged_as_each_alone(lines: list[tuple[bool, str]], paths: list[str]) -> None:
    ignore = IgnoreFile.of("!" * negated + pattern for negated, pattern in lines)
    assert list(ignore.excluded(paths)) == [(path, ignore.deciding(path)) for path in paths if ignore.excludes(path)]


@given(st.lists(PATTERNS, max_size=6), PATHS)
def test_one_step_tells_whether_any_pattern_fits(patterns: list[str], path: str) -> None:
    ignore = IgnoreFile.of(patterns)
    assert AnyOf(p.pattern for p in ignore.patterns)(path) == any(p.matches(path) for p in ignore.patterns)


@given(st.text("ab*?[]^-!\\/.# \ufeff\r\n", max_size=20))
def test_any_text_is_read(text: str) -> None:
    ignore = read(text)
    assert [p for p in ignore.patterns if p.text not in text] == []
    assert ignore.excludes("a/b") in {True, False}
