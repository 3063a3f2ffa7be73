"""Shell scripts: simple commands, found in the syntax tree that tree-sitter-bash gives.

A command counts wherever it stands: in lists, pipelines, groups, substitutions, functions,
conditions and loops, and inside the literal script of `sh -c '...'` or `eval '...'`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.shell.options import Options, read_options
from dockerlint.shell.words import Assignment, Redirection, Word, as_assignment, base_name, looked_through
from dockerlint.source import Text

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})

# Scripts nested deeper than this are nobody's: what lies below is left unread.
_DEEPEST = 100
_DEEPEST_SCRIPT = 5


class Command:
    """A simple command: assignments, the program, its arguments, redirections.

    `words` are all words as written; `name` is the program that runs in the end, behind `sudo`,
    `env` and their kin. `nesting` names the constructs around it, from the outside in.
    """

    def __init__(
        self,
        text: Text,
        words: tuple[Word, ...],
        assignments: tuple[Assignment, ...] = (),
        redirections: tuple[Redirection, ...] = (),
        nesting: tuple[str, ...] = (),
    ) -> None:
        self.text = text
        self.words = words
        self.redirections = redirections
        self.nesting = nesting
        self._skipped, found = looked_through(words)
        self.assignments = (*assignments, *found)

    @cached_property
    def name(self) -> str:
        """The base name of the program; empty for assignments alone, and where a variable stands for it."""
        program = self.program
        name = base_name(program.value) if program is not None else ""
        return "" if "$" in name or "`" in name else name

    @property
    def program(self) -> Word | None:
        return self.words[self._skipped] if self._skipped < len(self.words) else None

    @property
    def arguments(self) -> tuple[Word, ...]:
        return self.words[self._skipped + 1 :]

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The names of the words before the program: `sudo`, `env`, their options."""
        return tuple(base_name(word.value) for word in self.words[: self._skipped])

    def has_option(self, *names: str) -> bool:
        """Whether one of the options stands among the arguments, short ones in clusters too."""
        return self.options.has(*names)

    @cached_property
    def options(self) -> Options:
        """The arguments, told apart into options and operands as the program does."""
        return read_options(self.name, self.arguments)

    @property
    def operands(self) -> tuple[Word, ...]:
        return self.options.operands


class Script(NamedTuple):
    """A script's commands in the order of the text. `is_broken`: some of it could not be read."""

    text: Text
    commands: tuple[Command, ...]
    is_broken: bool


def read_script(text: Text, nesting: tuple[str, ...] = ()) -> Script:
    """Read shell text as bash does; what only other shells know may leave `is_broken`."""
    if not text.strip():
        return Script(text, (), is_broken=False)
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    reader = _Reader(text)
    reader.visit(root, nesting, ())
    return Script(text, tuple(reader.commands), is_broken=root.has_error or reader.is_cut)


def command_of_words(words: tuple[Text, ...], shown: tuple[Text, ...] | None = None) -> tuple[Command, ...]:
    """The command of an exec form, and those of the script that it hands to a shell.

    `shown` are the words that its text spans, where they do not all stand in one place.
    """
    if not words:
        return ()
    first, last = (shown or words)[0], (shown or words)[-1]
    text = first.source.slice(first.start, last.end)
    command = Command(text, tuple(Word(word, is_literal=True) for word in words))
    return (command, *inner_commands(command))


def inner_commands(command: Command) -> Iterator[Command]:
    """The commands of a literal script that this command runs."""
    script = script_argument(command)
    if script is not None and command.nesting.count("script") < _DEEPEST_SCRIPT:
        yield from read_script(script, (*command.nesting, "script")).commands


def script_argument(command: Command) -> Text | None:
    """The script in `sh -c SCRIPT` or `eval SCRIPT`, if it is one literal word."""
    arguments = command.arguments
    if command.name == "eval" and len(arguments) == 1 and arguments[0].is_literal:
        return arguments[0].value
    if command.name not in SHELLS:
        return None
    for index, word in enumerate(arguments):
        if not word.value.startswith(("-", "+")):
            return None
        is_script_next = not word.value.startswith("--") and word.value.endswith("c")
        if is_script_next and index + 1 < len(arguments):
            script = arguments[index + 1]
            return script.value if script.is_literal else None
    return None


@cache
def _parser() -> Parser:
    # Imported here: a run without shell text needs neither.
    import tree_sitter_bash  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


_NESTING = frozenset(
    {
        "case_statement", "command_substitution", "compound_statement", "elif_clause", "else_clause", "for_statement",
        "function_definition", "if_statement", "negated_command", "pipeline", "process_substitution", "subshell",
        "while_statement", "c_style_for_statement",
    }
)  # fmt: skip
_LITERAL = frozenset({"word", "number", "raw_string", "string_content", "extglob_pattern", "regex"})
_SUBSTITUTIONS = frozenset({"string", "concatenation", "expansion", "command_substitution", "process_substitution"})


class _Reader:
    """Walks the syntax tree of one script and gathers its commands."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.commands: list[Command] = []
        self.is_cut = False
        self._index: Callable[[int], int] = int if text.isascii() else _indices_of_bytes(text)

    def visit(self, node: Node, nesting: tuple[str, ...], redirections: tuple[Redirection, ...]) -> None:
        if len(nesting) > _DEEPEST:
            self.is_cut = True
            return
        kind = node.type
        if kind == "command":
            self._command(node, nesting, redirections)
        elif kind in ("variable_assignment", "variable_assignments", "declaration_command"):
            self._assignments(node, nesting, redirections)
        elif kind == "redirected_statement":
            found = tuple(self._redirection(child) for child in node.children_by_field_name("redirect"))
            for child in node.named_children:
                self._redirected(child, (*nesting, "redirected"), redirections, found)
        else:
            self._children(node, (*nesting, self._construct(node, kind)), redirections)

    def _redirected(
        self,
        node: Node,
        nesting: tuple[str, ...],
        outer: tuple[Redirection, ...],
        found: tuple[Redirection, ...],
    ) -> None:
        """The grammar hangs a redirection on the whole list before it; the shell gives it to the last command."""
        if node.type in ("list", "pipeline") and node.named_children:
            *before, last = node.named_children
            inner = (*nesting, self._construct(node, node.type))
            for child in before:
                self.visit(child, inner, outer)
            self._redirected(last, inner, outer, found)
        else:
            self.visit(node, nesting, (*found, *outer))

    def _children(self, node: Node, nesting: tuple[str, ...], redirections: tuple[Redirection, ...]) -> None:
        for child in node.named_children:
            self.visit(child, nesting, redirections)

    def _construct(self, node: Node, kind: str) -> str:
        if kind == "list":
            return "||" if any(child.type == "||" for child in node.children) else "&&"
        return kind if kind in _NESTING else ""

    def _command(self, node: Node, nesting: tuple[str, ...], redirections: tuple[Redirection, ...]) -> None:
        words: list[Word] = []
        assignments: list[Assignment] = []
        own: list[Redirection] = []
        substitutions: list[Node] = []
        for child in node.named_children:
            kind = child.type
            if kind == "command_name":
                child, kind = child.named_children[0] if child.named_children else child, "word"  # noqa: PLW2901
                words.append(self._word(child))
            elif kind == "variable_assignment":
                assignments.append(self._assignment(child))
            elif kind.endswith("redirect"):
                own.append(self._redirection(child))
            elif kind != "comment":
                words.append(self._word(child))
            if child.type not in _LITERAL:
                substitutions.append(child)
        text = self._part(node)
        command = Command(
            text, tuple(words), tuple(assignments), (*own, *redirections), tuple(name for name in nesting if name)
        )
        self._add(command)
        for child in substitutions:
            self._children(child, (*nesting, "command_substitution"), ())

    def _assignments(self, node: Node, nesting: tuple[str, ...], redirections: tuple[Redirection, ...]) -> None:
        children = [node] if node.type == "variable_assignment" else node.named_children
        assignments: list[Assignment] = []
        words: list[Word] = []
        if node.type == "declaration_command":
            keyword = self._part(node.children[0])
            words.append(Word(keyword, is_literal=True))
        for child in children:
            if child.type == "variable_assignment":
                assignments.append(self._assignment(child))
            elif child.type == "variable_name":
                assignments.append(Assignment(self._part(child), None))
            else:
                word = self._word(child)
                assignment = as_assignment(word)
                if assignment:
                    assignments.append(assignment)
                else:
                    words.append(word)
        names = tuple(name for name in nesting if name)
        self._add(Command(self._part(node), tuple(words), tuple(assignments), redirections, names))
        for child in children:
            self._children(child, (*nesting, "command_substitution"), ())

    def _add(self, command: Command) -> None:
        self.commands.append(command)
        self.commands.extend(inner_commands(command))

    def _assignment(self, node: Node) -> Assignment:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        name_text = self._part(name if name is not None else node)
        if value is None:
            end = self._part(node)
            return Assignment(name_text, Word(end.part(len(end), len(end)), is_literal=True))
        return Assignment(name_text, self._word(value))

    def _redirection(self, node: Node) -> Redirection:
        descriptor = node.child_by_field_name("descriptor")
        destination = node.child_by_field_name("destination")
        if destination is None and node.type == "herestring_redirect" and node.named_children:
            destination = node.named_children[-1]
        operator = next((child.type for child in node.children if not child.is_named), "")
        return Redirection(
            operator,
            str(self._part(descriptor)) if descriptor is not None else "",
            self._word(destination) if destination is not None else None,
        )

    def _part(self, node: Node) -> Text:
        return self.text.part(self._index(node.start_byte), self._index(node.end_byte))

    def _word(self, node: Node) -> Word:
        start, end = self._index(node.start_byte), self._index(node.end_byte)
        if node.type in ("word", "number"):
            written = self.text.part(start, end)
            if "\\" not in written:
                return Word(written, is_literal=True)
        kept: list[int] = []
        is_literal = self._keep(node, kept)
        if len(kept) == end - start:
            return Word(self.text.part(start, end), is_literal)
        return Word(self.text.picked(kept, start, end), is_literal)

    def _keep(self, node: Node, kept: list[int]) -> bool:
        """Gather the indices of the characters that a word's value has; whether all of it is literal."""
        start, end = self._index(node.start_byte), self._index(node.end_byte)
        kind = node.type
        if kind == "raw_string":
            kept.extend(range(start + 1, end - 1))
        elif kind == "string":
            return self._keep_string(node, start, end, kept)
        elif kind == "concatenation":
            # Every child is to be kept, so no short cut after the first that is not literal.
            return all([self._keep(child, kept) for child in node.children])  # noqa: C419
        elif kind in ("word", "number"):
            self._keep_escaped(start, end, "", kept)
        else:
            kept.extend(range(start, end))
            return kind in _LITERAL or not node.is_named
        return True

    def _keep_string(self, node: Node, start: int, end: int, kept: list[int]) -> bool:
        # The tree leaves some blanks of a string out of its children, so take what lies between.
        index, is_literal = start + 1, True
        for child in node.named_children:
            if child.type != "string_content":
                place, after = self._index(child.start_byte), self._index(child.end_byte)
                self._keep_escaped(index, place, '"$`\\\n', kept)
                kept.extend(range(place, after))
                index, is_literal = after, False
        self._keep_escaped(index, end - 1, '"$`\\\n', kept)
        return is_literal

    def _keep_escaped(self, index: int, end: int, escapable: str, kept: list[int]) -> None:
        """Keep characters, but not the backslashes that protect the next (one of `escapable`, or any)."""
        text = self.text
        while index < end:
            if text[index] == "\\" and index + 1 < end and (not escapable or text[index + 1] in escapable):
                index += 1
            kept.append(index)
            index += 1


def _indices_of_bytes(text: str) -> Callable[[int], int]:
    """From an offset in the UTF-8 form of a text to the index of the character there."""
    indices: list[int] = []
    for index, character in enumerate(text):
        code = ord(character)
        # A lone surrogate was encoded as one question mark.
        width = 1 if code < 0x80 or 0xD800 <= code < 0xE000 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        indices.extend([index] * width)
    indices.append(len(text))
    return indices.__getitem__
