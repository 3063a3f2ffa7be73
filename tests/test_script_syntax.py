"""The tree of a script: statements, compound commands, words, and why a script is not read."""

import re
import shutil
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.shell.script import Script, read_script
from dockerlint.shell.tree import Compound, Simple, Statement, nodes
from dockerlint.shell.words import Part, Word
from dockerlint.source import Source, Text


def text_of(text: str) -> Text:
    return Source("Dockerfile", text).slice(0, len(text))


def read(text: str) -> Script:
    return read_script(text_of(text))


def outline(statements: tuple[Statement, ...]) -> str:
    """Statements in a short form: the names of commands, the kinds of compounds, the connectors."""
    shown = []
    for statement in statements:
        commands = [outline_of(command) for command in statement.pipeline.commands]
        joined = commands[0]
        for operator, command in zip(statement.pipeline.operators, commands[1:], strict=True):
            joined += f" {operator} {command}"
        negation = "! " if statement.pipeline.negation is not None else ""
        connector = {"": "", "\n": " NL"}.get(statement.connector, f" {statement.connector}")
        shown.append(f"{negation}{joined}{connector}")
    return " ".join(shown)


def outline_of(command: Simple | Compound) -> str:
    if isinstance(command, Simple):
        return " ".join(str(word.value) for word in command.words) or "="
    words = " ".join(str(word.value) for word in command.words)
    clauses = " ".join(
        f"{clause.keyword}<{' '.join([*(str(word.value) + ')' for word in clause.words), outline(clause.statements)])}>"
        for clause in command.clauses
    )
    return f"{command.kind}[{' '.join(filter(None, (words, clauses)))}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a && b || c; d & e\nf", "a && b || c ; d & e NL f"),
        ("a |b|& c", "a | b |& c"),
        ("! a | b && ! c", "! a | b && ! c"),
        ("! ! a", "a"),
        ("a &&\n# note\n b ||\n\n c", "a && b || c"),
        ("a # c; d\nb#c", "a NL b#c"),
        ("a;# c", "a ;"),
        ("{ a; b; } > x; (c; d)&", "group[{<a ; b ;>] ; subshell[(<c ; d>] &"),
        ("{ a\n}", "group[{<a NL>]"),
        ("if a; then b; elif c\nthen d; else e; fi", "if[if<a ;> then<b ;> elif<c NL> then<d ;> else<e ;>]"),
        ("if (a) then (b) fi", "if[if<subshell[(<a>]> then<subshell[(<b>]>]"),
        ("while a; do b; done | c", "while[while<a ;> do<b ;>] | c"),
        ("until a\ndo\nb\ndone", "until[until<a NL> do<b NL>]"),
        ("for i in 1 $x 'y z'; do a; done", "for[i 1 $x y z do<a ;>]"),
        ("for i\ndo a; done", "for[i do<a ;>]"),
        ("for i in a # b\ndo c; done", "for[i a do<c ;>]"),
        ("for i in a; { b; }", "for[i a {<b ;>]"),
        ("for ((i = 0; i < 3; i++)); do a; done", "for[i = 0; i < 3; i++ do<a ;>]"),
        ("select x in a b; do c; done", "select[x a b do<c ;>]"),
        ("case $x in a|b) c;; (d) e ;& *) esac", "case[$x ;;<a) b) c> ;&<d) e> <*) >]"),
        ("case x in esac", "case[x]"),
        ("case x in\n'a b') if) d; esac", None),
        ("f() { a; }; function g { b; }; function h() (c)", None),
        ("f () { a; }", "function[f f ()<group[{<a ;>]>]"),
        ("[[ -f a && ( b == c* || d =~ ^(x|y z)$ ) ]] && e", "test[-f a && ( b == c* || d =~ ^(x|y z)$ )] && e"),
        ("[[ a < b ]]", "test[a < b]"),
        ("(( x + (1) )) && a", "arithmetic[ x + (1) ] && a"),
        ("((a); b)", "subshell[(<subshell[(<a>] ; b>]"),
        ("((a) && (b))", None),
        ("time { a; } | b", "group[{<a ;>] | b"),
        ("time -p a", "time -p a"),
        ("echo if then { } fi; x=1 if", "echo if then { } fi ; if"),
        ("echo {a,b} a{", "echo {a,b} a{"),
        ("a\\\n b \\\n&& c", "a b && c"),
        ("cat <<A <<-'B' | x\none\nA\n\ttwo\n\tB\ny", "cat | x NL y"),
        ("$(cat <<E\n)\nE\n) b", "$(cat <<E\n)\nE\n) b"),
        ("a(b)", None),
    ],
)
def test_text_becomes_a_tree(text: str, expected: str | None) -> None:
    script = read(text)
    if expected is not None:
        assert script.unread is None
        assert outline(script.statements) == expected


@pytest.mark.parametrize(
    ("text", "kind", "reason", "place"),
    [
        ("a 'b", "unclosed", "a single quote is never closed", "'"),
        ('a "b $(c "d"', "unclosed", "`$(` has no `)`", "$("),
        ('a "b', "unclosed", "a double quote is never closed", '"'),
        ("a $'b\\'", "unclosed", "a single quote is never closed", "'"),
        ("a `b", "unclosed", "a backtick is never closed", "`"),
        ("a ${b", "unclosed", "`${` has no `}`", "${"),
        ("a=(b", "unclosed", "`(` has no `)`", "("),
        ("a <(b", "unclosed", "`<(` has no `)`", "<("),
        ("(a", "missing", "`(` has no `)`", "("),
        ("{ a;", "missing", "`{` has no `}`", "{"),
        ("if a; then b;", "missing", "`if` has no `fi`", "if"),
        ("if a; b", "missing", "`if` has no `then`", "if"),
        ("for x in a; do b", "missing", "`for` has no `done`", "for"),
        ("while a; b", "missing", "`while` has no `do`", "while"),
        ("case a in b) c;;", "missing", "`case` has no `esac`", "case"),
        ("case a", "missing", "`case` has no `in`", "case"),
        ("[[ a", "missing", "`[[` has no `]]`", "[["),
        ("a &&", "empty", "nothing follows `&&`", "&&"),
        ("a |", "empty", "nothing follows `|`", "|"),
        ("a || ; b", "unexpected", "`;` is not expected here", ";"),
        ("a >", "empty", "nothing follows `>`", ">"),
        ("if ; then a; fi", "unexpected", "`;` is not expected here", ";"),
        ("if then a; fi", "empty", "nothing follows `if`", "if"),
        ("( )", "empty", "nothing follows `(`", "("),
        ("f()", "empty", "function `f` has no body", "f()"),
        ("&& a", "unexpected", "`&&` is not expected here", "&&"),
        ("a ;; b", "unexpected", "`;;` is not expected here", ";;"),
        ("a; ; b", "unexpected", "`;` is not expected here", ";"),
        ("a | ! b", "unexpected", "`!` is not expected here", "!"),
        ("!| a", "unexpected", "`|` is not expected here", "|"),
        ("(!)", "empty", "nothing follows `!`", "!"),
        ("a; fi", "unexpected", "`fi` is not expected here", "fi"),
        ("a; }", "unexpected", "`}` is not expected here", "}"),
        ("a )", "unexpected", "`)` is not expected here", ")"),
        ("a (b)", "unexpected", "`(` is not expected here", "("),
        ("if a; then b; done", "unexpected", "`done` is not expected here", "done"),
        ("a `b ;; c`", "unexpected", "`;;` is not expected here", ";;"),
        ("sh -c 'a &&'", "empty", "nothing follows `&&`", "&&"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, kind: str, reason: str, place: str) -> None:
    unread = read(text).unread
    assert unread is not None
    assert (unread.kind, unread.reason, unread.text) == (kind, reason, place)
    assert text[unread.text.start : unread.text.end] == place


def test_what_stands_before_a_fault_is_still_read() -> None:
    assert [command.name for command in read("a && if b; then c 'd").commands] == ["a", "b", "c"]


def test_the_tree_is_walked_in_the_order_of_the_text() -> None:
    text = 'A=$(b) c "${d:-`e`}" > $f && for g in $h; do case $i in ${j}) k;; esac; done; cat <<E\n$l $(m)\nE\n'
    found = [node for node in nodes(read(text).statements) if not isinstance(node, Statement)]
    shown = [node.name if isinstance(node, Part) else outline_of(node).split()[0].partition("[")[0] for node in found]
    assert [each for each in shown if each] == [
        "c",
        "b",
        "d",
        "e",
        "f",
        "for",
        "h",
        "case",
        "i",
        "j",
        "k",
        "cat",
        "l",
        "m",
    ]


def test_scripts_in_scripts_are_kept_with_their_shell() -> None:
    script = read("bash -ec 'a && b' && eval 'sh -c c'")
    assert [(str(each.text), each.shell.dialect, len(each.inner)) for each in script.inner] == [
        ("a && b", "bash", 0), ("sh -c c", "sh", 1),
    ]  # fmt: skip
    assert script.inner[0].shell.switches.errexit is True


@pytest.mark.parametrize(
    ("written", "bare"),
    [("*.py", ["*.py"]), ("'*'", []), ("a\\*b", ["a", "b"]), ('x"*"[ab]', ["x", "[ab]"]), ("~/$x/*", ["~/", "/*"])],
)
def test_words_tell_what_stands_outside_of_quotes(written: str, bare: list[str]) -> None:
    assert [str(text) for text in read(f"a {written}").commands[0].arguments[0].bare] == bare


def test_comments_are_kept() -> None:
    assert read("a # one\n# two\n(b # three\n)").comments == ("# one", "# two", "# three")


def parts(word: Word) -> list[object]:
    def shown(part: Part) -> object:
        inner = [shown(each) for each in part.parts]
        return (part.kind, str(part.text), inner) if inner else (part.kind, str(part.text))

    return [shown(part) for part in word.parts]


@pytest.mark.parametrize(
    ("written", "value", "is_literal", "expected"),
    [
        ("a-b.c=d", "a-b.c=d", True, []),
        ("*.[ch]", "*.[ch]", True, []),
        ("a\\ b", "a b", True, [("bare", "a"), ("escape", "\\ "), ("bare", "b")]),
        ("'a b'", "a b", True, [("single", "'a b'")]),
        ("''", "", True, [("single", "''")]),
        ('"a\\"b\\n"', 'a"b\\n', True, None),
        ('"a"b"c"', "abc", True, None),
        ('x"$Y z"', "x$Y z", False, [("bare", "x"), ("double", '"$Y z"', [("parameter", "$Y"), ("quoted", " z")])]),
        ("$'a\\n\\x41\\u00e9\\''", "a\nAé'", True, [("ansi", "$'a\\n\\x41\\u00e9\\''")]),
        ("$'a\\0b'c", "ac", True, None),
        ('$"a"', "a", True, [("locale", '$"a"', [("quoted", "a")])]),
        ("$", "$", True, []),
        ("a$", "a$", True, None),
        ("$1$@$#", "$1$@$#", False, [("parameter", "$1"), ("parameter", "$@"), ("parameter", "$#")]),
        ("${x:-'a b'}", "${x:-'a b'}", False, [("parameter", "${x:-'a b'}", [("quoted", ":-"), ("single", "'a b'")])]),
        ('"${x:-it\'s}"', "${x:-it's}", False, None),
        ("\"${x#'}'}\"", "${x#'}'}", False, None),
        ("${x:-${y}}", "${x:-${y}}", False, None),
        ("`a`", "`a`", False, [("backtick", "`a`")]),
        ("$(a)", "$(a)", False, [("command", "$(a)")]),
        ("$((1+$x))", "$((1+$x))", False, [("arithmetic", "$((1+$x))", [("quoted", "1+"), ("parameter", "$x")])]),
        ("<(a)", "<(a)", False, [("process", "<(a)")]),
        ("@(a|b)c", "@(a|b)c", True, [("bare", "@"), ("pattern", "(a|b)"), ("bare", "c")]),
        ("a\\\nb", "ab", True, None),
    ],
)
def test_words_tell_how_they_are_written(
    written: str, value: str, is_literal: bool, expected: list[object] | None
) -> None:
    script = read(f"x {written} y")
    assert script.unread is None
    word = script.commands[0].arguments[0]
    assert (str(word.value), word.is_literal) == (value, is_literal)
    assert (word.value.start, word.value.end) == (2, 2 + len(written))
    if expected is not None:
        assert parts(word) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("$x", "x"),
        ("${x}", "x"),
        ("${x%.*}", "x"),
        ("${#x}", "x"),
        ("${!x}", "x"),
        ("$#", "#"),
        ("${1:-a}", "1"),
        ("${}", ""),
    ],
)
def test_expansions_know_their_parameter(written: str, name: str) -> None:
    (part,) = read(f"a {written}").commands[0].arguments[0].parts
    assert (part.kind, part.name) == ("parameter", name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > b", [("", ">", "b")]),
        ("a >b 2>&1 </dev/null", [("", ">", "b"), ("2", ">&", "1"), ("", "<", "/dev/null")]),
        ("a &> b &>> c >| d <> e", [("", "&>", "b"), ("", "&>>", "c"), ("", ">|", "d"), ("", "<>", "e")]),
        ("a {fd}> b 10<&- 3>&1-", [("{fd}", ">", "b"), ("10", "<&", "-"), ("3", ">&", "1-")]),
        ("a <<< 'b c'", [("", "<<<", "b c")]),
        ("a b2>c", [("", ">", "c")]),
        ("> a", [("", ">", "a")]),
        ("a > >(b)", [("", ">", ">(b)")]),
        ("a >&2>b", [("", ">&", "2"), ("", ">", "b")]),
    ],
)
def test_redirections(text: str, expected: list[tuple[str, str, str]]) -> None:
    redirections = read(text).commands[0].redirections
    assert [(each.descriptor, each.operator, each.target and each.target.value) for each in redirections] == expected
    for each in redirections:
        assert text[each.text.start : each.text.end] == each.text


@pytest.mark.parametrize(
    ("text", "body", "is_literal", "names"),
    [
        ("cat <<E\na $(b)\nE\nc", "a $(b)\n", False, ["cat", "b", "c"]),
        ("cat <<'E'\na $(b)\nE\nc", "a $(b)\n", True, ["cat", "c"]),
        ("cat <<\\E\n$x\nE\n", "$x\n", True, ["cat"]),
        ('cat <<"E" > f\n`x`\nE', "`x`\n", True, ["cat"]),
        ("cat <<-E\n\ta\n\t\tb\n\tE\nc", "a\nb\n", True, ["cat", "c"]),
        ("cat <<E\na", "a", True, ["cat"]),
        ('cat <<E\n"it\'s" \\$x\nE', '"it\'s" $x\n', True, ["cat"]),
        ("cat <<E && b\nE\n", "", True, ["cat", "b"]),
        ("cat <<''\na\n\nb", "a\n", True, ["cat", "b"]),
        ("x=$(cat <<E\na)\nE\n) && b", "a)\n", True, ["", "cat", "b"]),
    ],
)
def test_heredocs_are_data(text: str, body: str, is_literal: bool, names: list[str]) -> None:
    script = read(text)
    assert script.unread is None
    documents = [each.document for command in script.commands for each in command.redirections if each.document]
    assert (str(documents[0].body.value), documents[0].body.is_literal) == (body, is_literal)
    assert [command.name for command in script.commands] == names


def test_arrays_and_appending_are_assignments() -> None:
    array, _, more, item, last = read("a=(x 'y z' # note\n $(b)); a+=c; a[1]=d; a[${#a[@]}]+=e").commands
    assert [str(word.value) for word in array.assignments[0].elements or ()] == ["x", "y z", "$(b)"]
    assert (more.assignments[0].name, more.assignments[0].is_appended) == ("a", True)
    assert str(item.assignments[0].name) == "a[1]"
    assert (last.assignments[0].name, last.assignments[0].is_appended) == ("a[${#a[@]}]", True)


def test_declarations_keep_substitutions() -> None:
    commands = read('export "A=$(b)" C D=1; readonly E').commands
    assert [command.name for command in commands] == ["export", "b", "readonly"]
    assert [str(each.name) for each in commands[0].assignments] == ["A", "C", "D"]


_TOKENS = st.sampled_from(
    [*"ab;|&()<>{}!'\"`$\\\n #*?=-[]1", "if ", "then ", "fi;", "do ", "done ", "case ", "in ", "esac ", "for ", "[[ ", " ]]",
     "$(", "${", "$((", "))", "<<E\n", "\nE\n", "&&", "||", ";;", "$'", "f() ", "x=(", "@(", "=~ ", "é", "\ud800", "\t"]
)  # fmt: skip


def words_of(script: Script) -> list[Word]:
    found = [word for command in script.commands for word in command.words]
    found += [each.value for command in script.commands for each in command.assignments if each.value]
    return found + [each.target for command in script.commands for each in command.redirections if each.target]


@settings(max_examples=300)
@given(st.lists(_TOKENS, max_size=30).map("".join))
def test_any_text_is_read_and_its_words_stand_where_they_say(text: str) -> None:
    script = read(text)
    for word in words_of(script):
        assert 0 <= word.value.start <= word.value.end <= len(text)
        if not any(part.kind == "ansi" for part in word.parts):
            assert all(text[word.value.offset(index)] == character for index, character in enumerate(word.value))
    for command in script.commands:
        assert 0 <= command.text.start <= command.text.end <= len(text)
    assert script.unread is None or 0 <= script.unread.text.start <= len(text)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8), max_size=5))
def test_quoted_words_come_back(values: list[str]) -> None:
    quoted = ["'" + value.replace("'", "'\\''") + "'" for value in values]
    doubled = ['"' + "".join(f"\\{each}" if each in '"$`\\' else each for each in value) + '"' for value in values]
    script = read(" ".join(["x", *quoted, *doubled]))
    assert [str(word.value) for word in script.commands[0].arguments] == values * 2
    assert all(word.is_literal for word in script.commands[0].arguments)


_PIECES = st.recursive(
    st.sampled_from(
        ["a", "echo 'x y'", "x=1 b", "[ -f c ]", 'd "$e" > f 2>&1', "! g", "(( h ))", "i `j`", "k ${l:-m}"]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" && ", " || ", "; ", "\n", " | ", " & "]), inner).map("".join),
        inner.map("{{ {0}; }}".format),
        inner.map("( {0} )".format),
        inner.map("n $( {0} ) o".format),
        inner.map('p "q $( {0} )"'.format),
        st.tuples(inner, inner).map(lambda both: f"if {both[0]}; then {both[1]}; else r; fi"),
        inner.map("for s in t $u; do {0}; done".format),
        inner.map("case $v in w|x) {0} ;; *) y; esac".format),
        inner.map("z() {{ {0}; }}".format),
    ),
    max_leaves=8,
)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@settings(max_examples=60, deadline=None)
@given(
    _PIECES, st.sampled_from(["", ";", "&&", "fi", "(", ")", "'", "{", "}", "|", "do", "\n", "# "]), st.integers(0, 60)
)
def test_bash_accepts_what_is_read_whole(text: str, noise: str, place: int) -> None:
    text = text[:place] + noise + text[place:]
    if "`" in text or "$((" in text:
        # bash looks into backticks only when it runs them, and so it does with `$((` that is no arithmetic.
        return
    if re.search(r"!\s*(;|\n|$)|for s\s*\n", text):
        # Only bash takes a `!` without a command, or trips over a newline before `in` inside of `case`.
        return
    done = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    if "conditional" not in done.stderr.decode():
        assert (read(text).unread is None) == (done.returncode == 0), done.stderr


TRAPS = {
    "substitutions": "$(" * 5000 + ")" * 5000,
    "open substitutions": '"$(a ' * 5000,
    "subshells": "( " * 5000,
    "brackets": "(" * 100_000,
    "arithmetic": "$((" * 20_000,
    "groups": "{ " * 5000,
    "defaults": "${x:-" * 5000,
    "patterns": "a " + "@(" * 5000,
    "conditions": "if a; then " * 5000,
    "functions": "f() " * 5000,
    "backticks": "`a\\`" * 5000,
    "commands": " && ".join(["a"] * 10_000),
    "pipeline": " | ".join(["a"] * 10_000),
    "word": "a" * 1_000_000,
    "escapes": "\\a" * 100_000,
    "heredocs": "a <<X\n" * 20_000,
    "scripts": "eval '" * 5000,
    "wrappers": "sudo " * 20_000,
    "searches": "find " + "-exec find " * 2000 + "\\;",
    "quotes": "((" + '"' * 100_001,
    "large": 'apt-get install -y --no-install-recommends curl && \\\n    echo "x $Y" > /etc/x; ' * 12_500,
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
def test_traps_are_read_in_bounded_time(text: str) -> None:
    begun = time.process_time()
    read(text)
    # Three seconds on an idle machine, twice that where its cores are shared; what is not linear takes minutes.
    assert time.process_time() - begun < 12


_CONSTRUCTS = st.sampled_from(
    ["function", "f", "()", "{", "}", "(", ")", "case", "in", "x)", ";;", "esac", "for", "select", "do", "done", "if",
     "then", "elif", "else", "fi", "while", "until", "[[", "]]", "((", "))", "$((", "$(", "`", "${a", "'", '"', "<<E",
     "E", "\n", "&&", "||", "|", "&", ";", "!", "time", ">", "2>&1", "<(", "a=(", "a[0]=", "sh -c", "eval", "sudo",
     "find . -exec", "set -e", "exit", "#"]
)  # fmt: skip


@given(st.lists(_CONSTRUCTS, max_size=12).map(" ".join))
def test_script_that_ends_or_breaks_anywhere_is_read(text: str) -> None:
    script = read(text)
    assert script.unread is None or script.unread.reason
    assert all(text[command.text.start : command.text.end].strip() for command in script.commands if command.words)


def test_function_without_a_name_is_read() -> None:
    assert [command.name for command in read("a && function").commands] == ["a"]
