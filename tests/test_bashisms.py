"""What only bash reads as it is meant, found in scripts, and tried with the shells themselves where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from dockerlint.shell.bashisms import CONSTRUCTS, bashisms
from dockerlint.shell.dialects import Shell
from dockerlint.shell.script import read_script
from dockerlint.source import Source

# Each construct in a script that prints something in bash. Shells that have the construct print the same.
SCRIPTS = {
    "[[": ("[[ abc == a* ]] && echo yes", "[["),
    "==": ("[ a == a ] && echo yes", "=="),
    "[ -v": ("[ -v PATH ] && echo yes", "-v"),
    "source": ("echo 'echo yes' > ./x; source ./x", "source"),
    "set -o": ("set -o pipefail; echo yes", "pipefail"),
    "braces": ("echo a{b,c}d", "{b,c}"),
    "array": ("names=(a b); echo yes", "names"),
    "element": ("names[1]=b && echo yes", "names[1]"),
    "<(": ("cat <(echo yes)", "<(echo yes)"),
    "<<<": ("cat <<< yes", "<<<"),
    "&>": ("echo yes &> ./x; wait; grep -c yes ./x", "&>"),
    "&>>": ("echo yes &>> ./x; wait; grep -c yes ./x", "&>>"),
    ">& file": ("echo yes >& ./x; cat ./x", ">&"),
    "{fd}": ("exec {fd}> ./x; echo yes >&$fd; cat ./x", "{fd}>"),
    "|&": ("echo yes |& cat", "|&"),
    "$'": ("echo $'a-b'", "$'a-b'"),
    '$"': ('echo $"yes"', '$"yes"'),
    "${x/a/b}": ("x=abc; echo ${x/b/X}", "${x/b/X}"),
    "${x:1}": ("x=abc; echo ${x:1:1}", "${x:1:1}"),
    "${x^}": ("x=abc; echo ${x^^}", "${x^^}"),
    "${!x}": ("x=y; y=yes; echo ${!x}", "${!x}"),
    "${x@Q}": ("x=abc; echo ${x@Q}", "${x@Q}"),
    "${x[0]}": ("x=abc; echo ${x[0]}", "${x[0]}"),
    "$[": ("echo $[1+1]", "$[1+1]"),
    "x++": ("x=1; echo $((x++))", "$((x++))"),
    "function": ("function f { echo yes; }; f", "function"),
    "function name": ("a-b() { echo yes; }; a-b", "a-b"),
    "pushd": ("pushd / > /dev/null && pwd", "pushd"),
    "let": ("let x=1+1; echo $x", "let"),
    "declare": ("declare x=yes; echo $x", "declare"),
    "shopt": ("shopt -s nullglob && echo yes", "shopt"),
    "mapfile": ("echo yes > ./x; mapfile x < ./x && echo yes", "mapfile"),
    "builtin": ("builtin echo yes", "builtin"),
    "+=": ("x=a; x+=b; echo $x", "x"),
    "export +=": ("x=a; export x+=b; echo $x", "x"),
    "((": ("((1 + 1)) && echo yes", "(("),
    "for ((": ("for ((i=0;i<2;i++)); do echo $i; done", "i=0;i<2;i++"),
    "select": ("select x in yes; do echo $x; break; done 2> /dev/null < /proc/self/fd/9", "select"),
    ";&": ("case a in a) echo 1 ;& b) echo 2;; esac", ";&"),
    "@(a|b)": ("shopt -s extglob 2> /dev/null\ncase ab in @(ab|c)) echo yes;; esac", "(ab|c)"),
    "$RANDOM": ('[ -n "$RANDOM" ] && echo yes', "$RANDOM"),
    "$UID": ("echo u=$UID", "$UID"),
    "trap ERR": ("trap 'echo yes' ERR; false", "ERR"),
    "trap DEBUG": ("trap 'echo yes' DEBUG; true", "DEBUG"),
    "trap SIGINT": ("trap 'echo yes' SIGTERM; kill -TERM $$", "SIGTERM"),
    "printf %q": ("printf '%q' 'a b'", "%q"),
    "printf -v": ("printf -v x '%s' yes; echo $x", "-v"),
    "export -f": ("f() { :; }; export -f f && echo yes", "-f"),
    "export -n": ("export -n HOME; echo yes", "-n"),
    "read -a": ("echo yes > ./x; read -a x < ./x && echo yes", "-a"),
    "read -t": ("echo yes > ./x; read -t 9 x < ./x && echo $x", "-t"),
    "read": ("echo yes > ./x; read < ./x && echo $REPLY", "read"),
    "type -p": ("type -p cat", "-p"),
    "wait -n": ("sleep 0 & wait -n && echo yes", "-n"),
    "exec -a": ("exec -a x echo yes", "-a"),
    "local -r": ("f() { local -r x=yes; echo $x; }; f", "-r"),
}  # fmt: skip
# Busybox runs its own applets behind `exec -a`, so the construct shows only in other programs. `select` needs a terminal.
UNTRIED = {("exec -a", "busybox"), ("select", "bash"), ("select", "dash"), ("select", "busybox")}


def found(script: str) -> list[tuple[str, str]]:
    read = read_script(Source("x", script).slice(0, len(script)), Shell("bash"))
    return [(one.construct, str(one.place)) for one in bashisms(read, read.commands)]


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_finds_each_construct_at_its_place(construct: str) -> None:
    script, place = SCRIPTS[construct]
    assert (construct, place) in found(script)


@pytest.mark.parametrize(
    "script",
    [
        "f() { local x=1; echo -n $x; }; f; . ./x; [ a = a ] && test a -ef b",
        "x=${a:-b} y=${#a} z=${a%b*} w=${a#*b} v=${a:+c} u=${a:?}; echo $((x + 1)) $# $@ $! $?",
        "find . -name x -exec rm {} + ; echo '{a,b}' \"[[\" ${a} {} {a} a{}b",
        'curl -O x.org/{a,b} && grep -E x{1,2} y && echo {"a":1}',
        "cat > x 2>&1 <<EOF\n[[ a ]] <(b) &> c\nEOF",
        "((find /a | xargs rm) && (find /b | xargs rm))",
        "trap 'rm x' EXIT INT TERM; printf '%s' x; read -r x; type x; wait; exec x; export x=1; set -eux",
        "source() { . x; }; source x",
    ],
)
def test_leaves_alone_what_every_shell_knows(script: str) -> None:
    assert found(script) == []


def output(command: Sequence[str], script: str, folder: Path) -> str:
    result = subprocess.run(
        [*command, "-c", script], cwd=folder, capture_output=True, text=True, timeout=20, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return result.stdout


COMMANDS = {"dash": ["dash"], "busybox": ["busybox", "sh"]}


@pytest.mark.parametrize("dialect", COMMANDS)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_table_says_what_the_shells_do(construct: str, dialect: str, tmp_path: Path) -> None:
    if shutil.which(dialect) is None or shutil.which("bash") is None or (construct, dialect) in UNTRIED:
        pytest.skip(f"{dialect} is not installed, or cannot show it")
    script, _ = SCRIPTS[construct]
    (tmp_path / "bash").mkdir()
    (tmp_path / "other").mkdir()
    wanted = output(["bash"], script, tmp_path / "bash")
    is_other = output(COMMANDS[dialect], script, tmp_path / "other") != wanted
    effect = CONSTRUCTS[construct].dash if dialect == "dash" else CONSTRUCTS[construct].busybox
    assert wanted
    assert bool(effect) == is_other
