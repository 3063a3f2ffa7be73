"""What the samples of the rules on words and variables do not show: messages, and the models below them."""

from pathlib import Path

import pytest

from dockerlint.dockerfile.loose_arrays import read_loosely
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.dockerfile.variables import uses
from dockerlint.knowledge.labels import fault_of_value
from dockerlint.lint.registry import find
from dockerlint.shell.script import read_script
from dockerlint.shell.variables import assigned, used
from dockerlint.source import Source, Text
from tests.harness import check_files


def text(value: str) -> Text:
    return Source("", value).slice(0, len(value))


def messages(rule: str, dockerfile: str, folder: Path) -> list[str]:
    findings, _ = check_files(list(find(rule)), {"Dockerfile": dockerfile}, folder)
    return [finding.message for finding in findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("rule", "dockerfile", "message"),
    [
        ("undefined-variable", "FROM alpine\nENV A=secret$1", "`$1` is empty here, where no shell expands it"),
        ("undefined-variable", "FROM alpine\nENV A=$B\nENV B=1", "`$B` is empty here: line 3 sets it only afterwards"),
        ("undefined-variable", "FROM alpine\nENV A=${B:-c}", "`${B:-c}` is always `c`: no ARG or ENV sets `B`"),
        ("undefined-variable", "FROM alpine\nARG VERSION\nENV A=$VERSOIN", "did you mean `$VERSION`?"),
        ("arg-out-of-scope", "FROM a AS x\nARG N\nFROM a\nUSER $N", "the ARG in line 2 belongs to stage `x`"),
        ("undeclared-arg-in-from", "FROM a:$T\nARG T", "ARG in line 2 belongs to a stage"),
        ("undeclared-arg-in-from", "ARG TAGS=1\nFROM a:${TAG:-1}", "`$TAG` cannot be set"),
        ("hard-coded-platform", "FROM --platform=linux/amd64 a", "makes this an image for amd64 on every host"),
        ("broken-json-form", "FROM a\nVOLUME ['/x', '/y']", "(single quotes): Docker takes `['/x',` for the path"),
        ("unexpected-words", "FROM a\nUSER app # x", "`# x` is a part of the user's name"),
        ("add-remote-unverified", "FROM a\nADD https://me:pw@x.org/a.sh /", "`ADD https://x.org/a.sh` takes whatever"),
        ("add-remote-unverified", "FROM a\nADD https://x.org/main/a.sh /", "takes what `main` is that day; name"),
        ("relative-workdir", "FROM a\nWORKDIR ~/x", "`WORKDIR ~/x` makes a folder called `~`"),
        ("legacy-key-value", "FROM a\nENV export A=1", "`ENV export` is in the old form, in which all the rest"),
        ("misleading-description", "# a port\nARG P\nFROM a", "Docker shows no description of `ARG P`: the comment"),
        ("unused-arg", "ARG V=1\nFROM alpine", "no FROM and no stage uses `ARG V`"),
        ("env-uses-itself", "FROM alpine\nENV A=1 B=$A", "`$A` is still empty here: set `A` in an ENV before"),
        ("relative-copy-destination", "FROM alpine\nCOPY a srv/a", "writes to `/srv/a`"),
    ],
)
def test_messages(rule: str, dockerfile: str, message: str, tmp_path: Path) -> None:
    (found,) = messages(rule, dockerfile, tmp_path)
    assert message in found


@pytest.mark.parametrize(
    ("script", "names", "sets"),
    [
        ('a=1; echo $a ${b} ${c:-1} ${#d} "${e%x}" `echo $f`', "a b e f", "a"),
        ("for i in 1 2; do echo $i; done; read -r x; : ${q:=3}; (( n = 1 )); m=$((k++))", "i", "i r x q n m k"),
        ("awk '{print $x}' <<EOF\n$y\nEOF\n", "y", ""),
        ('sh -c "for i in 1; do echo $i; done"', "i", ""),
        ("echo ${a:+$a} ${!z} $1 $@", "", ""),
        ("exec {fd}> x; export A=1 B", "", "fd A B"),
    ],
)
def test_variables_of_scripts(script: str, names: str, sets: str) -> None:
    read = read_script(text(script))
    assert [part.name for part in used(read)] == names.split()
    assert assigned(read) == set(sets.split())


@pytest.mark.parametrize("script", [". ./env; echo $x", "eval $(env)", "export $(cat x)", "source x"])
def test_nobody_can_tell_what_text_from_elsewhere_sets(script: str) -> None:
    assert assigned(read_script(text(script))) is None


@pytest.mark.parametrize(
    ("written", "names", "places"),
    [
        ("ENV A=$B/${C} D=\\$E", "B C", "$B ${C}"),
        ("ENV A=${B:-${C:-x}}", "C B", "${C:-x} ${B:-${C:-x}}"),
        ("ENV A=P@$$w$10", "$ 10", "$$ $10"),
        ("EXPOSE $P/tcp", "P", "$P"),
        ("COPY <<EOF /x\n$a '$b'\nEOF", "a b", "$a $b"),
        ("COPY <<'EOF' /x\n$a\nEOF", "", ""),
        ("RUN --mount=type=cache,target=$D echo $E", "D", "$D"),
    ],
)
def test_uses_of_variables(written: str, names: str, places: str) -> None:
    dockerfile = Dockerfile(Source("Dockerfile", f"FROM scratch\n{written}"))
    step = dockerfile.stages[0].steps[0]
    found = list(uses(step.instruction, step.before.environment.lookup))
    assert [use.name for use in found] == names.split()
    assert [str(use.text) for use in found] == places.split()


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("['a', 'b c']", ["a", "b c"]),
        ("[a, b]", ["a", "b"]),
        ('["a" "b"', ["a", "b"]),
        ('["a", \'b"c\',]', ["a", 'b"c']),
        ("[/data]", ["/data"]),
    ],
)
def test_arrays_that_are_no_json(written: str, values: list[str]) -> None:
    array = read_loosely(text(written))
    assert array is not None
    assert [element.value for element in array.elements] == values


@pytest.mark.parametrize(
    "written", ['["a"]', "[ -f x ] && y", "[[ -f x ]]", '[ "$a" = "b" ]', "[Mm]ake x", "[a-z]*", "[]", "echo [a]"]
)
def test_what_is_json_or_no_array(written: str) -> None:
    assert read_loosely(text(written)) is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("rfc3339", "2026-11-22T10:00:00.5+01:00", "2026-13-22T10:00:00Z"),
        ("rfc3339", "2026-11-22t10:00:00z", "2026-11-22"),
        ("url", "ssh://git@example.com/a.git", "git@example.com:a.git"),
        ("spdx", "mit", "Apache 2.0"),
        ("spdx", "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH nothing"),
        ("spdx", "LicenseRef-acme AND (MIT OR BSD-3-Clause)", "(MIT"),
        ("spdx", "GPL-2.0+", "MIT AND"),
        ("hash", "1a2b3c4", "1a2b3c"),
        ("semver", "v1.2.3-rc.1+5", "1.2"),
        ("email", "jo@example.com", "jo"),
    ],
)
def test_forms_of_labels(kind: str, good: str, bad: str) -> None:
    assert fault_of_value(kind, good) is None
    assert fault_of_value(kind, bad) is not None
