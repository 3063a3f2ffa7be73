"""What holds where a command stands: connectors, pipelines, `set -e`, who looks at its failure."""

import pytest

from dockerlint.dockerfile.instructions import Run, read_instruction
from dockerlint.dockerfile.lines import split
from dockerlint.shell.dialects import POSIX, Shell
from dockerlint.shell.script import Command, Script, read_script
from dockerlint.shell.switches import Switches
from dockerlint.shell.values import with_values
from dockerlint.source import Source


def read(text: str, shell: Shell = POSIX) -> Script:
    return read_script(Source("Dockerfile", text).slice(0, len(text)), shell)


def by_name(text: str, shell: Shell = POSIX) -> dict[str, Command]:
    return {command.name: command for command in read(text, shell).commands}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a && b || c; d &\ne",
            {"a": ("", "&&"), "b": ("&&", "||"), "c": ("||", ";"), "d": (";", "&"), "e": ("&", "")},
        ),
        ("a | b && c", {"a": ("", "&&"), "b": ("", "&&"), "c": ("&&", "")}),
        ("a; { b; c; } && d", {"a": ("", ";"), "b": ("", ";"), "c": (";", ";"), "d": ("&&", "")}),
        ("if a; then b\nc; fi", {"a": ("", ";"), "b": ("", "\n"), "c": ("\n", ";")}),
        ("a $(b && c) && d", {"a": ("", "&&"), "b": ("", "&&"), "c": ("&&", ""), "d": ("&&", "")}),
        ("a && ", {"a": ("", "&&")}),
    ],
)
def test_connectors_stand_beside_a_command(text: str, expected: dict[str, tuple[str, str]]) -> None:
    assert {name: (command.before, command.after) for name, command in by_name(text).items()} == expected


def test_connectors_know_their_place() -> None:
    after = read("aa && b").commands[0].place.after
    assert (getattr(after, "start", None), getattr(after, "end", None)) == (3, 5)


def test_commands_know_their_place_in_a_pipeline() -> None:
    commands = read("a | b |& c; d").commands
    assert [(each.pipe_index, each.pipe_length, each.is_last_of_pipe) for each in commands] == [
        (0, 3, False), (1, 3, False), (2, 3, True), (0, 1, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", False),
        ("set -e; x", True),
        ("set -eux && x", True),
        ("set -xe\nx", True),
        ("set -o errexit; x", True),
        ("set -e -o pipefail; x", True),
        ("set -eo pipefail; x", True),
        ("set -o pipefail -e; x", True),
        ("set -e; set +e; x", False),
        ("set -- -e; x", False),
        ("set -u; x", False),
        ("set $FLAGS; x", None),
        ("(set -e; x)", True),
        ("(set -e); x", False),
        ("set -e; (set +e); x", True),
        ("set -e | a; x", False),
        ("set -e & x", False),
        ("{ set -e; }; x", True),
        ("set -e; { x; }", True),
        ("a && set -e && x", True),
        ("a && set -e; x", None),
        ("a || set -e; x", None),
        ("a || set -e && x", None),
        ("set -e || true && x", True),
        ("set -e && a || set +e && x", None),
        ("a && set -e || x", False),
        ("command set -e; x", True),
        ("builtin set -e; x", True),
        ("shopt -so errexit; x", True),
        ("set -e; shopt -u -o errexit nounset; x", False),
        ("shopt -s extglob; x", False),
        ("shopt -so $y; x", None),
        ("set -e; f() { x; }; a $(f)", None),
        ("export A=1 && set -e; x", True),
        ("if a; then set -e; fi; x", None),
        ("if a; then set -e; else set -e; fi; x", True),
        ("if set -e; then x; fi", True),
        ("case a in b) set -e;; esac; x", None),
        ("for i in 1; do set -e; done; x", None),
        ("f() { set -e; }; x", False),
        ("f() { set -e; }; f; x", None),
        ("f() { x; }; f", False),
        ("f() { x; }; set -e; f", None),
        ("set -e; f() { x; }; f", True),
        (". ./settings; x", None),
        (". /etc/os-release; x", False),
        ('eval "$(y)"; x', False),
        ("eval 'set -e'; x", None),
        ("set -e; sh -c 'x'", False),
        ("sh -ec 'x'", True),
        ("bash -e -o pipefail -c 'x'", True),
        ("bash -c 'set -e; x'", True),
        ("bash -e <<E\nx\nE", True),
        ("set -e; eval 'x'", True),
        ("set -e; a $(x)", None),
        ("a $(x)", False),
    ],
)
def test_errexit_is_known_where_a_command_stands(text: str, expected: bool | None) -> None:
    assert by_name(text)["x"].errexit is expected


@pytest.mark.parametrize(("dialect", "expected"), [("bash", False), ("dash", True), ("busybox", True), ("sh", None)])
def test_substitutions_inherit_errexit_as_their_shell_has_it(dialect: str, expected: bool | None) -> None:
    assert by_name("set -e; a $(x)", Shell(dialect))["x"].errexit is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x | y", False),
        ("set -o pipefail && x | y", True),
        ("set -euxo pipefail; x | y", True),
        ("set -o pipefail; set +o pipefail; x | y", False),
        ("set -o pipefail; (x | y)", True),
        ("bash -o pipefail -c 'x | y'", True),
        ("a && set -o pipefail && x | y", True),
    ],
)
def test_pipefail_is_known_where_a_command_stands(text: str, expected: bool | None) -> None:
    assert by_name(text)["x"].pipefail is expected


def test_options_of_the_shell_hold_from_the_start() -> None:
    command = by_name("x", Shell("bash", Switches(errexit=True, nounset=True, pipefail=True, xtrace=False)))["x"]
    assert (command.errexit, command.nounset, command.pipefail, command.xtrace) == (True, True, True, False)


@pytest.mark.parametrize(
    ("text", "is_checked"),
    [
        ("x", False),
        ("x; a", False),
        ("x && a", True),
        ("x || a", True),
        ("a && x", False),
        ("a && x; b", False),
        ("a && x || b", True),
        ("! x", True),
        ("if x; then a; fi", True),
        ("if x; a; then b; fi", False),
        ("if a; then x; fi", False),
        ("while x; do a; done", True),
        ("until a; x; do b; done", True),
        ("{ x; } || a", True),
        ("{ x; a; } || b", False),
        ("(a; x) && b", True),
        ("if a; then x; fi || b", True),
        ("for i in 1; do x; done || b", False),
        ("x | a || b", False),
        ("a | x || b", True),
        ("set -o pipefail; x | a || b", True),
        ("f() { x; } || a", False),
        ("a $(x) || b", False),
        ("a=$(x) || b", True),
        ('if a="$(x)"; then b; fi', True),
        ("a=$(x; b) || c", False),
        ("a=$(x) b=$(c) || d", False),
        ("export a=$(x) || b", False),
        ("sh -c 'x' || a", True),
    ],
)
def test_failure_is_looked_at(text: str, is_checked: bool) -> None:
    assert by_name(text)["x"].is_checked is is_checked


FACTS = ("is_background", "in_condition", "in_function", "in_substitution", "in_subshell", "is_exempt_from_errexit")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("x", set()),
        ("x & a", {"is_background", "in_subshell"}),
        ("a && x &", {"is_background", "in_subshell"}),
        ("a & x", set()),
        ("(x)", {"in_subshell"}),
        ("x | a", {"in_subshell"}),
        ("a $(x)", {"in_subshell", "in_substitution"}),
        ("a `x`", {"in_subshell", "in_substitution"}),
        ("a <(x)", {"in_subshell", "in_substitution"}),
        ('a "${b:-$(x)}"', {"in_subshell", "in_substitution"}),
        ("a=$(x)", {"in_subshell", "in_substitution"}),
        ("a=($(x))", {"in_subshell", "in_substitution"}),
        ("a > $(x)", {"in_subshell", "in_substitution"}),
        ("for i in $(x); do a; done", {"in_subshell", "in_substitution"}),
        ("case $(x) in *) a; esac", {"in_subshell", "in_substitution"}),
        ("[[ $(x) ]]", {"in_subshell", "in_substitution"}),
        ("(( $(x) ))", {"in_subshell", "in_substitution"}),
        ("if x; then a; fi", {"in_condition", "is_exempt_from_errexit"}),
        ("if { x; a; }; then b; fi", {"in_condition", "is_exempt_from_errexit"}),
        ("{ x; a; } || b", {"is_exempt_from_errexit"}),
        ("f() { x; }", {"in_function"}),
        ("sh -c x", {"in_subshell"}),
        ("eval x", set()),
    ],
)
def test_surroundings(text: str, facts: set[str]) -> None:
    assert {fact for fact in FACTS if getattr(by_name(text)["x"], fact)} == facts


@pytest.mark.parametrize(
    ("text", "nesting"),
    [
        ("x", ()),
        ("a && x", ("&&",)),
        ("a || b && x", ("&&",)),
        ("x || b && c", ("&&", "||")),
        ("x; a || b", ()),
        ("(a | x)", ("subshell", "pipeline")),
        ("if a; then ! x; fi", ("if", "!")),
        ("f() { while x; do a; done; }", ("function", "group", "while")),
        ("sh -c 'a $(x)'", ("script", "substitution")),
        ("find . -exec x {} +", ("find",)),
    ],
)
def test_nesting_names_what_is_around(text: str, nesting: tuple[str, ...]) -> None:
    assert tuple(sorted(by_name(text)["x"].nesting)) == tuple(sorted(nesting))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("doas -u app x; gosu app:app x; su-exec app x; setpriv --reuid 1 x; eatmydata x", ["x"] * 5),
        ("nohup nice -n 5 time -p x; timeout -k 1 5 x; retry -t 3 x; busybox x; chroot /mnt x", ["x"] * 5),
        ("builtin x; command x; command -p x; exec -a y x; a | xargs -n 1 x", ["x", "x", "x", "x", "a", "x"]),
        ("command -v x; command -pV x; env -S 'x y' z; env -iS x; sudo -l x", ["command", "command", "env", "env", "sudo"]),
        ("sudo -uroot x; sudo -Eu app x; runuser -uapp x; env - x; env -uA x; nice -n5 x; nice -5 x", ["x"] * 7),
        ("a | xargs -d'n' x; xargs -0 -n1 -I{} x {}; xargs --replace x; xargs -P 4 x", ["a", "x", "x", "x", "x"]),
        ("chroot --userspec a:b /mnt x; stdbuf -oL x; setsid x; fakeroot x; xvfb-run -s '-a b' -a x", ["x"] * 5),
        ("conda run -n y x; micromamba run -n base x; conda install x; poetry -C y run x; uv run -p 3.12 x", ["x", "x", "conda", "x", "x"]),
        ("bash -s a <<E\nx\nE\nsh -es -- -x <<E\ny\nE\nsh /dev/stdin b <<< x", ["bash", "x", "sh", "y", "sh", "x"]),
        ("runuser -u app -- x; runuser -u app x; runuser app", ["x", "x", "runuser"]),
        ("su -c 'x'; su app -c 'x'; su - app -c x; su app --command='x y'; su app", ["su", "x"] * 4 + ["su"]),
        ("runuser -l app -c 'x'", ["runuser", "x"]),
        ("find . -name y -exec x {} \\; -exec z {} + -delete", ["find", "x", "z"]),
        ("find . -exec sh -c 'x' ';'", ["find", "sh", "x"]),
        ("sudo -u app sh -c 'x'; env A=b bash -lc 'x'; tini -- sh -c x", ["sh", "x", "bash", "x", "sh", "x"]),
        ("/bin/busybox sh -c x; bash -o pipefail -c x; bash -c -l x; zsh -i -c -- x", ["sh", "x", "bash", "x", "bash", "x", "zsh", "x"]),
        ("bash --login -ec x; bash script -c x; bash -s < y", ["bash", "x", "bash", "bash"]),
        ("bash <<< 'x'; bash -s <<'E'\nx $y\nE\n", ["bash", "x", "bash", "x"]),
        ("sh <<E\nx $(y)\nE\n", ["sh", "y"]),
        ("python3 <<E\nimport os\nE\n", ["python3"]),
        ("eval 'x y'; eval x y", ["eval", "x", "eval"]),
    ],
)  # fmt: skip
def test_commands_are_looked_through(text: str, names: list[str]) -> None:
    assert [command.name for command in read(text).commands] == names


@pytest.mark.parametrize(
    ("text", "dialect"),
    [("su app -c x", "sh"), ("su -s /bin/bash app -c x", "bash"), ("runuser app --shell=/bin/ash -c x", "busybox")],
)
def test_shell_of_another_user_is_the_one_that_is_named(text: str, dialect: str) -> None:
    (inner,) = read(text).inner
    assert inner.shell.dialect == dialect


def test_what_another_program_reads_for_a_user_is_left_alone() -> None:
    script = read("su -s /usr/bin/python3 app -c x")
    assert (script.inner, script.unread) == ((), None)


def test_inner_faults_and_depth_are_told() -> None:
    unread = read("sh -c 'a (b'").unread
    assert unread is not None
    assert unread.kind == "unexpected"
    text = "x"
    for _ in range(8):
        text = "sh -c '" + text.replace("'", "'\\''") + "'"
    deep = read(text).unread
    assert deep is not None
    assert deep.kind == "depth"


def run_of(text: str, dialect: str = "sh") -> Run:
    instruction = read_instruction(split(Source("Dockerfile", text)).lines[0], "\\", Shell(dialect))
    assert isinstance(instruction, Run)
    return instruction


@pytest.mark.parametrize(
    ("text", "dialect", "names", "reason"),
    [
        ("RUN a && b", "powershell", [], "powershell reads it"),
        ("RUN a && b", "cmd", [], "cmd reads it"),
        ("RUN a && b", "", [], "nobody knows what reads it"),
        ("RUN <<E\n#!/usr/bin/env python3\nimport os\nE\n", "sh", [], "python3 reads it"),
        ("RUN <<-E\n\t#!/bin/bash -e\n\ta\n\tE\n", "sh", ["a"], None),
        ("RUN <<E\na\nE\n", "cmd", [], "cmd reads it"),
        ("RUN cat <<E > /x\na\nE\n", "sh", ["cat"], None),
        ("RUN bash -e <<E && c\na\nE\n", "sh", ["bash", "a", "c"], None),
        ('RUN ["sh", "-ec", "a && b"]', "powershell", ["sh", "a", "b"], None),
    ],
)
def test_only_shells_have_their_text_read(text: str, dialect: str, names: list[str], reason: str | None) -> None:
    script = run_of(text, dialect).script
    assert [command.name for command in script.commands] == names
    assert (script.unread and script.unread.reason) == reason


def test_exec_form_starts_a_shell_with_its_options() -> None:
    assert [command.errexit for command in run_of('RUN ["sh", "-ec", "a"]').commands] == [False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x $A", ["x", "a", "b"]),
        ("x ${A} y", ["x", "a", "b", "y"]),
        ('x "$A" $A.b ${A:-c}', ["x", "$A", "$A.b", "${A:-c}"]),
        ("x $EMPTY y", ["x", "y"]),
        ("x $UNKNOWN", ["x", "$UNKNOWN"]),
        ("A='c  d' && x $A", ["x", "c", "d"]),
        ("export A=c; x $A", ["x", "c"]),
        ("A=$(y); x $A", ["x", "$A"]),
        ("A=c; A+=d; x $A", ["x", "$A"]),
        ("A=(c d); x $A", ["x", "$A"]),
        ("if y; then A=c; fi; x $A", ["x", "$A"]),
        ("y || A=c; x $A", ["x", "$A"]),
        ("for A in c d; do x $A; done", ["x", "$A"]),
        ("read A; x $A", ["x", "$A"]),
        ("A=c x $A", ["x", "a", "b"]),
        ("A=c; sh -c 'x $A'", ["x", "$A"]),
        ("sh -c 'x $A'", ["x", "a", "b"]),
        ("$A x", ["a", "b", "x"]),
    ],
)
def test_variables_give_words(text: str, words: list[str]) -> None:
    values = {"A": "a b", "EMPTY": ""}
    command = next(
        each for each in with_values(read(text), values.get) if any(word.value == "x" for word in each.words)
    )
    assert [str(word.value) for word in command.words] == words


def test_words_of_a_variable_stand_where_it_stands() -> None:
    (command,) = with_values(read("x -y $A z"), {"A": "a b"}.get)
    marked = [(str(word.value), word.value.start, word.value.end) for word in command.words if word.is_expanded]
    assert marked == [("a", 5, 7), ("b", 5, 7)]
    assert all(word.is_literal for word in command.words)
    assert command.name == "x"


def test_values_that_grow_are_bounded() -> None:
    commands = with_values(read("x " + "$A " * 1000), {"A": "a " * 5000}.get)
    assert sum(len(command.words) for command in commands) < 100_000
