"""File name patterns, and names of files taken from text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Compound, Simple, nodes
from dockerlint.shell.words import Part, Word, base_name
from dockerlint.source import Span

from .shown import shown

_GLOB = frozenset("*?[")


class UnquotedPattern(Rule[ShellText]):
    """A pattern for another program stands without quotes.

    The shell looks first: where files of the working directory match, their names take the pattern's place, and the
    program searches for something else or fails.

    Put single quotes around the pattern.

    https://www.gnu.org/software/findutils/manual/html_node/find_html/Shell-Pattern-Matching.html
    """

    severity = Severity.INFO
    aliases = ("SC2022", "SC2035", "SC2061", "SC2062", "SC2063", "SC2102")
    bad = {
        "FROM debian:13\nWORKDIR /app\nRUN find . -name «*.pyc» -delete": (
            "FROM debian:13\nWORKDIR /app\nRUN find . -name '*.pyc' -delete"
        ),
        "FROM debian:13\nRUN find / -type d -iname «test?» -o -path «*/doc»": (
            "FROM debian:13\nRUN find / -type d -iname 'test?' -o -path '*/doc'"
        ),
        "FROM debian:13\nRUN ls | grep -v «[a-c]*» && tar -x --exclude «*.md» -f a.tar": (
            "FROM debian:13\nRUN ls | grep -v '[a-c]*' && tar -x --exclude '*.md' -f a.tar"
        ),
        "FROM debian:13\nRUN grep -e «a*» -r .": "FROM debian:13\nRUN grep -e 'a*' -r .",
        "FROM debian:13\nRUN grep «$A*» /b": None,
    }
    good = (
        "FROM debian:13\nRUN find . -name '*.pyc' -o -name \\*.pyo -o -name \"*.pyd\" -o -name x",
        "FROM debian:13\nRUN grep 'a*' *.txt && grep -e 'b*' *.md && grep -rf patterns *.c",
        "FROM debian:13\nRUN find *.d -type f && tar --exclude=*.md -cf a.tar *",
        "FROM debian:13\nRUN find . -name $X && apt-get install -y php-*",
    )

    def check(self, text: ShellText) -> Findings:
        for number, body in enumerate(text.bodies):
            for command in body.commands:
                if command.name in _PATTERNS:
                    for word in _patterns(command):
                        if _has_glob(word):
                            fix = _quoted(word) if number == 0 and text.is_editable else None
                            folder = _folder(text, body)
                            message = f"`{shown(word.value)}`: files of {folder} that match take its place; quote it"
                            yield self.finding(word.value, message, fix=fix, aliases=_codes(command, word))


def _codes(command: Command, word: Word) -> tuple[str, ...]:
    """What ShellCheck calls it, which has another name for each program and for a pattern that begins with `*`."""
    if word.value.startswith("*"):
        return ("SC2035",)
    of_program = {"find": ("SC2061",), "tar": ()}.get(command.name, ("SC2022", "SC2062", "SC2063"))
    return (*of_program, "SC2102") if "[" in word.value else of_program


_GREPS = frozenset({"grep", "egrep"})
_PATTERNS = _GREPS | {"find", "tar"}
_FIND_TESTS = frozenset({"-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex", "-lname"})


def _patterns(command: Command) -> Iterator[Word]:
    if command.name in _GREPS:
        options = command.options
        yield from options.values("-e", "--regexp")
        if not options.has("-e", "--regexp", "-f", "--file"):
            yield from options.operands[:1]
        return
    names = _FIND_TESTS if command.name == "find" else frozenset({"--exclude"})
    words = command.arguments
    yield from (word for before, word in pairwise(words) if before.value in names)


def _folder(text: ShellText, body: Body) -> str:
    """Where the shell looks for files, as far as anybody can tell."""
    has_moved = any(command.name in ("cd", "pushd") for command in body.commands)
    return "the working directory" if has_moved or text.before.workdir is None else text.before.workdir


def _has_glob(word: Word) -> bool:
    return not _GLOB.isdisjoint(word.value) and any(not _GLOB.isdisjoint(bare) for bare in word.bare)


def _quoted(word: Word) -> Fix | None:
    if word.parts or word.is_expanded or not word.value.is_verbatim:
        return None
    return Fix("put single quotes around it", _around(word, "'", "'"), is_safe=False)


def _around(word: Word, before: str, after: str) -> tuple[Edit, ...]:
    source, start, end = word.value.source, word.value.start, word.value.end
    return Edit.replacing(Span(source, start, start), before), Edit.replacing(Span(source, end, end), after)


class FragileFileList(Rule[ShellText]):
    """Names of files are taken from the text that a command prints.

    A name with a blank becomes two names, and one with a `*` may become many.

    Let `find` run the command: `find ... -exec rm {} +`; or separate the names by zeros: `find ... -print0 | xargs -0`.
    Loop over a pattern, `for f in *.c`, in place of the output of `ls`.

    https://www.gnu.org/software/findutils/manual/html_node/find_html/Safe-File-Name-Handling.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("SC2010", "SC2012", "SC2013", "SC2038", "SC2044", "SC2045")
    bad = {
        "FROM debian:13\nRUN find / -name '*.a' | «xargs» rm": None,
        "FROM debian:13\nRUN ls /opt «|» grep jdk > /version": None,
        "FROM debian:13\nRUN for f in «$(ls /etc)»; do cat $f; done": None,
        "FROM debian:13\nRUN for f in «`cat /list`»; do rm $f; done && rm «$(ls -t /a | head -1)»": None,
    }
    good = (
        "FROM debian:13\nRUN find / -name x -print0 | xargs -0 rm && ls | xargs -d '\\n' rm",
        "FROM debian:13\nRUN find / -name x -exec rm {} + && ls -la /etc && ls | wc -l",
        "FROM debian:13\nRUN for f in *.c; do cat $f; done && for i in $(seq 3); do echo $i; done",
        "FROM debian:13\nRUN apt-get install -y $(cat /list) && X=$(ls | wc -l)",
    )

    def check(self, text: ShellText) -> Findings:
        script = text.script.text
        if not any(name in script for name in ("ls", "xargs", "cat")):
            return
        for body in text.bodies:
            yield from self._in_pipes(body)
            yield from self._in_substitutions(body)

    def _in_pipes(self, body: Body) -> Findings:
        for command in body.commands:
            if command.name == "find" and not command.is_last_of_pipe:
                reader = body.reader_of(command)
                if reader is not None and "xargs" in reader.wrappers and not _is_separated(command, reader):
                    program = next(word.value for word in reader.words if base_name(word.value) == "xargs")
                    message = f"`find | xargs {reader.name}` breaks on names with blanks; use `find ... -exec`"
                    yield self.finding(program, message, aliases=("SC2038",))
        for node in nodes(body.script.statements):
            if not isinstance(node, Simple | Compound | Part):
                pipeline = node.pipeline
                for operator, one, other in zip(
                    pipeline.operators, pipeline.commands, pipeline.commands[1:], strict=False
                ):
                    if _name(one) == "ls" and _name(other) in _GREPS:
                        message = f"`ls | {_name(other)}` reads names as text; use a pattern or `find`"
                        yield self.finding(operator, message, aliases=("SC2010",))

    def _in_substitutions(self, body: Body) -> Findings:
        for node in nodes(body.script.statements):
            if not isinstance(node, Simple | Compound) or (isinstance(node, Compound) and node.kind != "for"):
                continue
            names = ("ls",) if isinstance(node, Simple) else ("ls", "cat", "find")
            for part in (part for word in node.words[1:] for part in word.parts):
                name = _first_of(part)
                if name in names and _is_list(part, name):
                    code = _CODES_OF_LOOPS[name] if isinstance(node, Compound) else "SC2012"
                    yield self.finding(part.text, f"`$({name} ...)` breaks on names with blanks", aliases=(code,))


_CODES_OF_LOOPS = {"ls": "SC2045", "cat": "SC2013", "find": "SC2044"}


def _name(command: Simple | Compound) -> str:
    return base_name(command.words[0].value) if isinstance(command, Simple) and command.words else ""


def _is_separated(find: Command, xargs: Command) -> bool:
    if any(word.value in ("-print0", "-printf") for word in find.arguments):
        return True
    options = [word.value for word in xargs.words]
    return any(word.startswith(("-0", "--null", "-d", "--delimiter", "-r0", "-I")) or "0" in word for word in options
               if word.startswith("-"))  # fmt: skip


def _first_of(part: Part) -> str:
    """The program that a substitution starts with."""
    if part.kind not in ("command", "backtick") or not part.statements:
        return ""
    return _name(part.statements[0].pipeline.commands[0])


def _is_list(part: Part, name: str) -> bool:
    """Whether a substitution prints names: not a number of them, nor what another program makes of a file."""
    commands = part.statements[0].pipeline.commands
    return len(commands) == 1 or (name != "cat" and _name(commands[-1]) in ("grep", "head", "sort", "tail", "uniq"))


class DashGlob(Rule[ShellText]):
    """A pattern may match a file whose name begins with a dash.

    Such a name is an option to the command: a file called `-rf` changes what `rm *` does.

    Write `./*`, or `--` before the pattern.

    https://www.gnu.org/software/coreutils/manual/html_node/Common-options.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("SC2035",)
    bad = {
        "FROM debian:13\nRUN cd /a && rm -rf «*»": "FROM debian:13\nRUN cd /a && rm -rf ./*",
        "FROM debian:13\nRUN dpkg -i «*.deb» && cp «?.txt» /b": "FROM debian:13\nRUN dpkg -i ./*.deb && cp ./?.txt /b",
        "FROM debian:13\nRUN sh -c 'rm «*.o»'": None,
    }
    good = (
        "FROM debian:13\nRUN rm -- *.o && rm ./*.o /a/* && rm '*' \\*.o",
        "FROM debian:13\nRUN echo * && printf '%s' * && for f in *; do ls /a/$f; done",
        "FROM debian:13\nRUN tar xzf *.tgz && tar -xf a.tgz --wildcards *.db && ls -d */",
        "FROM debian:13\nRUN [ -f *.o ] || case a in *) ls;; esac",
        "FROM debian:13\nRUN find . -name *.o && grep '^a' x && apt-get install -y *-dev && expr 2 * 3",
    )

    def check(self, text: ShellText) -> Findings:
        if "*" not in text.script.text and "?" not in text.script.text:
            return
        for number, body in enumerate(text.bodies):
            for command in body.commands:
                if command.name in _TAKE_FILES and "find" not in command.nesting:
                    for word in _before_dashes(command):
                        if word.value[:1] in ("*", "?") and word.bare and word.value.startswith(word.bare[0][:1]):
                            name = shown(word.value)
                            fix = self._fix(word) if number == 0 and text.is_editable else None
                            message = (
                                f"`{command.name}` takes a name that begins with a dash for options; write `./{name}`"
                            )
                            yield self.finding(word.value, message, fix=fix)

    @staticmethod
    def _fix(word: Word) -> Fix | None:
        if word.parts or word.is_expanded or not word.value.is_verbatim:
            return None
        return Fix("write `./` before it", _around(word, "./", "")[:1], is_safe=False)


# Commands that take files and options; others may take patterns of their own.
_TAKE_FILES = frozenset(
    {"cat", "cc", "chgrp", "chmod", "chown", "cp", "dos2unix", "dpkg", "du", "file", "g++", "gcc", "gem", "go", "gunzip",
     "gzip", "install", "javac", "ln", "luarocks", "md5sum", "mv", "pip", "pip3", "rm", "rmdir", "rpm", "sed",
     "sha256sum", "sort", "strip", "tar", "touch", "unzip", "wc", "zip"}
)  # fmt: skip


def _before_dashes(command: Command) -> Iterator[Word]:
    if command.name == "tar" and not command.has_option("-c", "--create", "-r", "--append"):
        # What it reads has names of its own.
        return
    for word in command.arguments:
        if word.value == "--":
            return
        yield word
