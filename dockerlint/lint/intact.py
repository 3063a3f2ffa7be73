"""Whether an edited file says all that it said before, but for what the edits name.

Each check returns what is wrong, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from dockerlint.dockerfile.errors import Level
from dockerlint.dockerfile.instructions import Instruction, Onbuild, ShellForm, Transfer, Unknown, Volume
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.patching import Patch
from dockerlint.project.discovery import Kind
from dockerlint.source import Source, Text


def harm(path: str, kind: Kind | None, patch: Patch) -> str | None:
    """What edits would do to a file of a kind beyond what they say. Without a kind it is none of Docker's."""
    before, after = Source(path, patch.before), Source(path, patch.after)
    found = _harm_to_text(patch)
    if found is not None:
        return found
    if kind == "dockerfile":
        return _harm_to_dockerfile(before, after, patch)
    if kind == "compose":
        return _harm_to_yaml(before, after, patch)
    return _harm_to_python(patch) if path.endswith(".py") else None


def is_clear(source: Source) -> bool:
    """Whether Docker can tell where each instruction of a Dockerfile begins and ends, and what it is."""
    dockerfile = Dockerfile(source)
    is_known = not any(isinstance(one, Unknown) for one in dockerfile.instructions)
    return is_known and all(error.level is not Level.PARSE for error in dockerfile.errors)


def _harm_to_text(patch: Patch) -> str | None:
    is_windows = "\n" in patch.before and patch.before.count("\n") == patch.before.count("\r\n")
    if is_windows and patch.after.count("\n") != patch.after.count("\r\n"):
        return "it would mix the line ends of the file"
    added = "".join(edit.replacement for edit in patch.edits)
    is_foreign = any("\ud800" <= character <= "\udfff" for character in patch.before)
    if is_foreign and not added.isascii():
        return "the file is not UTF-8"
    return "it would write a NUL byte" if "\0" in added else None


def _harm_to_python(patch: Patch) -> str | None:
    def is_python(text: str) -> bool:
        import ast  # noqa: PLC0415 (few fixes edit a program)

        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
        return True

    return None if is_python(patch.after) or not is_python(patch.before) else "the program would be none any more"


def _harm_to_dockerfile(before: Source, after: Source, patch: Patch) -> str | None:
    old, new = Dockerfile(before), Dockerfile(after)
    if old.escape != new.escape or not _has_all(_directives(old), _directives(new), patch):
        return "it would change a parser directive"
    if len(new.errors) > len(old.errors):
        known = {str(error) for error in old.errors}
        return (
            f"Docker would refuse the file: {next((one for one in new.errors if str(one) not in known), new.errors[0])}"
        )
    if not _has_all(_comments(old), _comments(new), patch) or not _adds_none(_comments(old), _comments(new), patch):
        return "it would change a comment"
    return _harm_to_instructions(old, new, patch)


def _harm_to_instructions(old: Dockerfile, new: Dockerfile, patch: Patch) -> str | None:
    places = [(one, _extent(one, old.source)) for one in old.instructions]
    touched = [(one, place.moved(patch)) for one, place in places if not _stands_alone(place, patch)]
    kept = [(one, place.moved(patch)) for one, place in places if _stands_alone(place, patch)]
    found = {_extent(one, new.source): one for one in new.instructions}
    # What is no instruction may become a part of the one before it.
    if any(place not in found and not isinstance(one, Unknown) for one, place in kept):
        return "it would change another instruction"
    if not _has_all(_keywords(old), _keywords(new), patch):
        return "it would change another instruction"
    ours = [place for _, place in touched]
    added = found.keys() - {place for _, place in kept}
    if not all(patch.has_written(place.start, place.end) or any(map(place.is_within, ours)) for place in added):
        return "it would make an instruction of something else"
    if any(map(_is_broken, new.instructions)) and not any(map(_is_broken, old.instructions)):
        return "it would break a script"
    forms = {place.start: _is_json(one) for place, one in found.items()}
    same = [one for one, place in touched if forms.get(place.start, False) == _is_json(one)]
    words = {word for one in same for word in _words(one)}
    return None if _are_all_there(words, _all_words(new), patch) else "it would change other words"


class _Piece(NamedTuple):
    """Something that a file says, and where."""

    start: int
    end: int
    what: object

    def moved(self, patch: Patch) -> _Piece:
        return self._replace(start=patch.start(self.start), end=patch.end(self.end))

    def is_within(self, other: _Piece) -> bool:
        return other.start <= self.start and self.end <= other.end


def _piece(text: Text) -> _Piece:
    return _Piece(text.start, text.end, str(text))


def _has_all(old: set[_Piece], new: set[_Piece], patch: Patch) -> bool:
    """Whether all pieces that no edit changes are still there."""
    return {piece.moved(patch) for piece in old if not patch.is_within(piece.start, piece.end)} <= new


def _are_all_there(old: set[_Piece], new: set[_Piece], patch: Patch) -> bool:
    """Whether all pieces that no edit changes are still there: alone, or in one that an edit at its edge has made."""
    kept = {piece.moved(patch) for piece in old if not patch.touches(piece.start, piece.end)}
    edged = {piece for piece in old if not patch.is_within(piece.start, piece.end)}
    grown = {piece.moved(patch) for piece in edged} - kept - new
    return kept <= new and all(any(map(piece.is_within, new)) for piece in grown)


def _adds_none(old: set[_Piece], new: set[_Piece], patch: Patch) -> bool:
    """Whether all new pieces are what edits have written."""
    return all(patch.has_written(piece.start, piece.end) for piece in new - {piece.moved(patch) for piece in old})


def _keywords(dockerfile: Dockerfile) -> set[_Piece]:
    return {_piece(one.keyword) for one in dockerfile.instructions if not isinstance(one, Unknown)}


def _comments(dockerfile: Dockerfile) -> set[_Piece]:
    return {_piece(comment) for comment in dockerfile.comments}


def _directives(dockerfile: Dockerfile) -> set[_Piece]:
    return {_piece(one.value) for one in dockerfile.directives}


def _extent(instruction: Instruction, source: Source) -> _Piece:
    """The lines of an instruction."""
    start = source.line_starts[instruction.start_line - 1]
    last = instruction.end_line
    return _Piece(start, source.line_starts[last - 1] + len(source.line(last)), str(instruction.keyword))


def _stands_alone(extent: _Piece, patch: Patch) -> bool:
    """Whether no edit changes an instruction: none in it, nor one that adds to its first line or its last."""
    if patch.is_within(extent.start, extent.end):
        return False
    start, end = patch.start(extent.start), patch.end(extent.end)
    begins = start == 0 or patch.after[start - 1] == "\n"
    return begins and patch.after[end : end + 2].removeprefix("\r")[:1] in ("", "\n")


def _inner(instruction: Instruction) -> Instruction:
    return instruction.instruction if isinstance(instruction, Onbuild) else instruction


def _is_json(instruction: Instruction) -> bool:
    inner = _inner(instruction)
    is_exec = isinstance(inner, ShellForm) and inner.exec_form is not None
    return is_exec or (isinstance(inner, Transfer | Volume) and inner.is_json)


def _is_broken(instruction: Instruction) -> bool:
    inner = _inner(instruction)
    return isinstance(inner, ShellForm) and inner.script.is_broken


def _words(instruction: Instruction) -> Iterator[_Piece]:
    """The words of an instruction: of its scripts, as the shell splits them."""
    inner = _inner(instruction)
    yield _piece(inner.keyword)
    yield from (_piece(flag.text) for flag in inner.flags)
    if not isinstance(inner, ShellForm) or inner.exec_form is not None:
        yield from map(_piece, inner.words)
        return
    for command in inner.commands:
        yield from (_piece(word.value) for word in command.words)


def _all_words(dockerfile: Dockerfile) -> set[_Piece]:
    return {word for instruction in dockerfile.instructions for word in _words(instruction)}


def _harm_to_yaml(before: Source, after: Source, patch: Patch) -> str | None:
    old, new = _values(before), _values(after)
    if old is None:
        return None  # no YAML yet: the next check tells what the edits make of it
    if new is None:
        return "the file would be no YAML any more"
    kept = {value.moved(patch) for value in old if not patch.touches(value.start, value.end)}
    if not {value.without_hidden(patch) for value in kept} <= {value.without_hidden(patch) for value in new}:
        return "it would change another value"
    edged = {value.moved(patch) for value in old if not patch.is_within(value.start, value.end)} - kept
    if not all(any(one.start <= value.start and value.end <= one.end for one in new) for value in edged):
        return "it would change another value"
    is_written = (patch.has_written(value.start, value.end) for value in new - kept)
    return None if all(is_written) else "it would make a value of something else"


class _Value(NamedTuple):
    """A key or a value of YAML, with the place of the key that it stands under (-1: none)."""

    start: int
    end: int
    what: tuple[Any, ...]
    above: int

    def moved(self, patch: Patch) -> _Value:
        above = patch.start(self.above) if self.above >= 0 else -1
        return self._replace(start=patch.start(self.start), end=patch.end(self.end), above=above)

    def without_hidden(self, patch: Patch) -> _Value:
        """Without the key above where that is written anew."""
        return self._replace(above=-1) if patch.has_written(self.above, self.above) else self


class _Frame:
    """A mapping or a list that is being read, and the place of the key that its next value stands under."""

    def __init__(self, key: int, *, is_mapping: bool) -> None:
        self.above = key
        self.key = key
        self.is_mapping = is_mapping
        self.awaits_key = is_mapping


def _values(source: Source) -> set[_Value] | None:
    """All that is written as a key, as a value, or as the name of one in a YAML file; None where it is none."""
    import yaml  # noqa: PLC0415 (a run without Compose files never needs it)

    from dockerlint.compose.syntax import readable  # noqa: PLC0415

    text, _ = readable(source)
    try:
        return set(_read_values(text, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except yaml.YAMLError:
        return None


def _read_values(text: str, events: Iterable[Any]) -> Iterator[_Value]:
    import yaml  # noqa: PLC0415

    frames = [_Frame(-1, is_mapping=False)]
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            frames.pop()
        if not isinstance(event, yaml.NodeEvent):
            continue
        marks: Any = event
        frame, start, end = frames[-1], marks.start_mark.index, marks.end_mark.index
        above = frame.above if frame.awaits_key else frame.key
        role = "key" if frame.awaits_key else "value"
        frame.key = start if frame.awaits_key else frame.key
        frame.awaits_key = frame.is_mapping and not frame.awaits_key
        what = (role, event.anchor, *(getattr(event, name, None) for name in ("tag", "value", "style")))
        if isinstance(event, yaml.CollectionStartEvent):
            frames.append(_Frame(frame.key, is_mapping=isinstance(event, yaml.MappingStartEvent)))
            end = start + len(event.anchor or event.tag or "")
        written = text[start:end].rstrip()
        if written:
            yield _Value(start, start + len(written), what, above)
