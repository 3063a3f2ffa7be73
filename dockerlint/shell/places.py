"""Where each simple command of a script stands, and what holds there.

The tree is walked once, in the order of the text, as a shell would run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dockerlint.shell.dialects import Shell
from dockerlint.shell.switches import UNKNOWN, Switches
from dockerlint.shell.tree import Compound, Pipeline, Simple, Statement
from dockerlint.shell.words import Part, Redirection, Word, base_name
from dockerlint.shell.wrappers import looked_through


class Around(NamedTuple):
    """What a list of commands inherits from the constructs around it."""

    nesting: tuple[str, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    is_checked: bool = False
    is_exempt: bool = False
    is_background: bool = False
    in_condition: bool = False
    in_function: bool = False
    in_substitution: bool = False
    in_subshell: bool = False


class Place(NamedTuple):
    """The place of one command: `before` and `after` are the connectors of its pipeline."""

    before: str = ""
    after: str = ""
    pipe_index: int = 0
    pipe_length: int = 1
    switches: Switches = Switches()
    around: Around = Around()


TOP = Around()
ALONE = Place()


class Found(NamedTuple):
    """A simple command in its place."""

    simple: Simple
    place: Place


# They cannot fail, so what follows them after `&&` runs.
_SUCCEED = frozenset({":", "echo", "export", "printf", "set", "true"})
# They may change the options of the shell that runs them, and so may a function.
_SETTERS = frozenset({".", "builtin", "command", "eval", "set", "shopt", "source"})
# Files that everybody sources, and that leave `set` alone.
_HARMLESS_SOURCES = frozenset(
    {"activate", "env", "os-release", "lsb-release", "nvm.sh", "sdkman-init.sh", "conda.sh",
     ".bashrc", ".profile", ".bash_profile", "envvars", "profile"}
)  # fmt: skip


def places(statements: Sequence[Statement], shell: Shell, around: Around) -> list[Found]:
    """The simple commands of a script, each before the commands of its substitutions."""
    walk = _Walk(shell)
    walk.statements(statements, around)
    walk.doubt_functions()
    return walk.found


class _Body(NamedTuple):
    """The commands of a function, by their numbers, and how many `set` came before its end."""

    first: int
    last: int
    changes: int


class _Walk:
    def __init__(self, shell: Shell) -> None:
        self.found: list[Found] = []
        self.shell = shell
        self.switches = shell.switches
        self._changes = 0
        self._bodies: list[_Body] = []
        self._setting: set[str] = set()
        self._defined: dict[str, Switches] = {}

    def doubt_functions(self) -> None:
        """A function runs later: what `set` changes after its definition may hold in it."""
        for body in self._bodies:
            if body.changes != self._changes:
                for index in range(body.first, body.last):
                    found = self.found[index]
                    self.found[index] = found._replace(place=found.place._replace(switches=UNKNOWN))

    def statements(self, statements: Sequence[Statement], around: Around) -> None:
        first, before = 0, ""
        end = len(statements)
        unchecked = around._replace(is_checked=False) if around.is_checked else around
        for index, statement in enumerate(statements):
            if statement.connector in ("&&", "||") and index + 1 < end:
                continue
            # The status of the last one is that of the whole.
            here = around if index + 1 == end else unchecked
            if first == index and statement.connector != "&":
                self._pipeline(statement.pipeline, before, statement.connector, here)
            else:
                self._chain(statements[first : index + 1], before, here)
            first, before = index + 1, statement.connector

    def _chain(self, chain: Sequence[Statement], before: str, around: Around) -> None:
        """Pipelines with `&&` and `||` between them; the whole may run in the background."""
        is_background = chain[-1].connector == "&"
        if is_background:
            around = around._replace(is_background=True, in_subshell=True)
        tested = around._replace(is_checked=True, is_exempt=True)
        nested: dict[tuple[str, ...], tuple[Around, Around]] = {}
        outside = self.switches
        # What holds if the list so far succeeded, and if it failed; None where it cannot have.
        succeeded: Switches | None = outside
        failed: Switches | None = None
        operator = "&&"
        for statement, lists in zip(chain, self._lists(chain), strict=True):
            if lists not in nested:
                nesting = (*around.nesting, *lists)
                nested[lists] = tested._replace(nesting=nesting), around._replace(nesting=nesting)
            is_last = statement is chain[-1]
            met, passed_over = (succeeded, failed) if operator == "&&" else (failed, succeeded)
            self.switches = met or passed_over or outside
            self._pipeline(statement.pipeline, before, statement.connector, nested[lists][is_last])
            succeeded, failed = self.switches, None if _succeeds(statement.pipeline) else self.switches
            if operator == "&&":
                failed = _either(failed, passed_over)
            else:
                succeeded = _either(succeeded, passed_over)
            operator = before = statement.connector
        self.switches = outside if is_background else _either(succeeded, failed) or outside

    @staticmethod
    def _lists(chain: Sequence[Statement]) -> list[tuple[str, ...]]:
        """The operators of the lists that each pipeline belongs to: `a || b && c` is `(a || b) && c`."""
        if len(chain) == 1:
            return [()]
        names: list[tuple[str, ...]] = [()] * len(chain)
        seen: tuple[str, ...] = ()
        for index in range(len(chain) - 1, -1, -1):
            for operator in (chain[index].connector, chain[index - 1].connector if index else ""):
                if operator in ("&&", "||") and operator not in seen:
                    seen = (*seen, str(operator))
            names[index] = seen
        return names

    def _pipeline(self, pipeline: Pipeline, before: str, after: str, around: Around) -> None:
        commands = pipeline.commands
        if pipeline.negation is not None:
            around = around._replace(nesting=(*around.nesting, "!"), is_checked=True, is_exempt=True)
        if len(commands) == 1:
            self._command(commands[0], Place(before, after, 0, 1, self.switches, around))
            return
        switches = self.switches
        around = around._replace(nesting=(*around.nesting, "pipeline"), in_subshell=True)
        inner = around if switches.pipefail else around._replace(is_checked=False)
        for index, command in enumerate(commands):
            here = around if index + 1 == len(commands) else inner
            self._command(command, Place(before, after, index, len(commands), switches, here))
            # Each runs in a shell of its own.
            self.switches = switches

    def _command(self, command: Simple | Compound, place: Place) -> None:
        if isinstance(command, Simple):
            self._simple(command, place)
        else:
            self._compound(command, place)

    def _simple(self, simple: Simple, place: Place) -> None:
        self.found.append(Found(simple, place))
        around = place.around
        for word in simple.words:
            if word.parts:
                self._parts(word.parts, around)
        for assignment in simple.assignments:
            if assignment.value is not None and assignment.value.parts:
                # Without a command, its failure is that of the last substitution: `a=$(b) || c`.
                is_last = assignment is simple.assignments[-1] and not simple.words
                self._parts(assignment.value.parts, around, is_checked=is_last and around.is_checked)
            for word in assignment.elements or ():
                self._parts(word.parts, around)
        if simple.redirections:
            self._redirections(simple.redirections, around)
        if simple.words and ((name := simple.words[0].value) in _SETTERS or name in self._defined):
            self._switch(simple.words)

    def _switch(self, words: tuple[Word, ...]) -> None:
        """What a command does to the options of the shell that runs it."""
        if words[0].value in ("builtin", "command"):
            words = words[looked_through(words)[0] :]
        name = words[0].value
        after = self.switches
        if name == "set":
            after = self.switches.after(words[1:])
        elif name == "shopt":
            after = self.switches.after_shopt(words[1:])
        elif name in (".", "source"):
            is_harmless = len(words) > 1 and base_name(words[1].value) in _HARMLESS_SOURCES
            after = self.switches if is_harmless else UNKNOWN
        elif name in self._setting or (name == "eval" and any("set" in word.value for word in words)):
            after = UNKNOWN
        elif self._defined.get(name, self.switches) != self.switches:
            # A function that runs under other options than those at its definition.
            self._changes += 1
        if after != self.switches:
            self._changes += 1
            self.switches = after

    def _redirections(self, redirections: Iterable[Redirection], around: Around) -> None:
        for redirection in redirections:
            if redirection.target is not None:
                self._parts(redirection.target.parts, around)
            if redirection.document is not None:
                self._parts(redirection.document.body.parts, around)

    def _parts(self, parts: tuple[Part, ...], around: Around, *, is_checked: bool = False) -> None:
        for part in parts:
            if part.parts:
                self._parts(part.parts, around, is_checked=is_checked)
            if part.statements:
                self._substitution(part, around, is_checked=is_checked)

    def _substitution(self, part: Part, around: Around, *, is_checked: bool) -> None:
        outside = self.switches
        if outside.errexit is not False:
            # bash turns errexit off in `$(...)` unless it plays POSIX, dash and busybox leave it on.
            is_kept = {"bash": False, "dash": outside.errexit, "busybox": outside.errexit}.get(self.shell.dialect)
            self.switches = outside._replace(errexit=is_kept)
        nesting = (*around.nesting, "substitution")
        self.statements(
            part.statements,
            Around(
                nesting=nesting,
                is_checked=is_checked,
                is_background=around.is_background,
                in_condition=around.in_condition,
                in_function=around.in_function,
                in_substitution=True,
                in_subshell=True,
            ),
        )
        self.switches = outside

    def _compound(self, compound: Compound, place: Place) -> None:
        kind = compound.kind
        for word in compound.words:
            self._parts(word.parts, place.around)
        self._redirections(compound.redirections, place.around)
        around = place.around._replace(
            nesting=(*place.around.nesting, kind),
            redirections=(*compound.redirections, *place.around.redirections),
        )
        if kind == "group":
            self.statements(compound.clauses[0].statements, around)
        elif kind == "subshell":
            outside = self.switches
            self.statements(compound.clauses[0].statements, around._replace(in_subshell=True))
            self.switches = outside
        elif kind == "function":
            self._function(compound, around)
        else:
            self._branches(compound, around)

    def _branches(self, compound: Compound, around: Around) -> None:
        """Conditions and bodies: each body may run or not, so what it sets is doubtful afterwards."""
        ends: list[Switches] = []
        is_complete = False
        for clause in compound.clauses:
            for word in clause.words:
                self._parts(word.parts, around)
            if clause.keyword in ("if", "elif", "while", "until"):
                tested = around._replace(is_checked=True, is_exempt=True, in_condition=True)
                self.statements(clause.statements, tested)
                continue
            start = self.switches
            is_loop = compound.kind in ("while", "until", "for", "select")
            self.statements(clause.statements, around._replace(is_checked=False) if is_loop else around)
            ends.append(self.switches)
            self.switches = start
            is_complete = is_complete or clause.keyword == "else"
        if ends:
            after = ends[0] if is_complete else self.switches
            for end in ends:
                after = after.merged(end)
            self.switches = after

    def _function(self, compound: Compound, around: Around) -> None:
        outside, first = self.switches, len(self.found)
        body = around._replace(
            in_function=True, is_checked=False, is_exempt=False, is_background=False, in_condition=False
        )
        for clause in compound.clauses:
            self.statements(clause.statements, body)
        # A script may end behind the word `function`.
        name = str(compound.words[0].value) if compound.words else ""
        if self.switches != outside:
            self._setting.add(name)
        self.switches = self._defined[name] = outside
        self._bodies.append(_Body(first, len(self.found), self._changes))


def _either(one: Switches | None, other: Switches | None) -> Switches | None:
    """What holds where one of two ways was taken, if it can be taken at all."""
    if one is None or other is None or one is other:
        return one or other
    return one.merged(other)


def _succeeds(pipeline: Pipeline) -> bool:
    if len(pipeline.commands) != 1 or pipeline.negation is not None:
        return False
    command = pipeline.commands[0]
    if not isinstance(command, Simple) or command.redirections:
        return False
    if not command.words:
        return all(item.value is None or item.value.is_literal for item in command.assignments)
    return command.words[0].value in _SUCCEED
