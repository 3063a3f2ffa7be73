"""Where a Python program sends what it logs: into files, or to the console."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.application.apps import Reading
from dockerlint.application.debug import is_django_settings
from dockerlint.application.syntax import Context, argument, dotted, keyword
from dockerlint.application.values import Where
from dockerlint.source import Text


class LogFile(NamedTuple):
    """A handler of `logging` that writes into a file."""

    place: Text
    """The expression that names the file."""
    path: str
    """The file's path, or its end below a folder that the program finds by its own place."""
    is_below: bool
    """Whether only the end of the path is known."""
    where: Where


_FILE_HANDLERS = frozenset(
    {"FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler", "WatchedFileHandler",
     "ConcurrentRotatingFileHandler"}
)  # fmt: skip
_CONSOLE_HANDLERS = frozenset({"StreamHandler", "RichHandler", "ConsoleHandler", "ColorizingStreamHandler"})
# They bring handlers of their own.
_OTHER_LOGGERS = frozenset({"absl", "celery", "coloredlogs", "logzero", "loguru", "scrapy", "structlog"})
_UNREADABLE = frozenset({"logging.config.fileConfig", "logging.config.listen"})
_DICT_CONFIG = "logging.config.dictConfig"
_BASIC_CONFIG = "logging.basicConfig"


def log_files(reading: Reading) -> Iterator[LogFile]:
    """All of a file, in the order of the text, whether or not the program comes by."""
    named = (*_in_calls(reading), *_in_configurations(reading))
    found = {file.place.start: file for node, context in named if (file := _file(reading, node, context))}
    return iter(sorted(found.values(), key=lambda file: file.place.start))


def may_log_to_console(reading: Reading) -> bool:
    """Whether something in a file says, or may say, that the log goes to standard output or error too."""
    tree = reading.tree
    imported = {name.partition(".")[0] for name, _ in tree.imports}
    if not _OTHER_LOGGERS.isdisjoint(imported):
        return True
    derived = {base.rpartition(".")[2] for bases in tree.classes.values() for base in bases}
    classes = {_class_of(mapping) for mapping in tree.dicts}
    if not _CONSOLE_HANDLERS.isdisjoint(derived | classes):
        return True
    return any(_reaches_console(reading, call, context) for call, context in tree.calls)


def _reaches_console(reading: Reading, call: ast.Call, context: Context) -> bool:
    name = reading.tree.qualified(call.func)
    if name == _BASIC_CONFIG:
        return keyword(call, "filename") is None and keyword(call, "handlers") is None
    if name == _DICT_CONFIG:
        return not isinstance(_configuration(reading, call, context), ast.Dict)
    written = dotted(call.func)
    # The logger of a web application has a handler from the beginning.
    is_of_app = written.endswith(".logger.addHandler") and not written.startswith("self.")
    return is_of_app or name in _UNREADABLE or written.rpartition(".")[2] in _CONSOLE_HANDLERS


_Named = tuple[ast.expr, Context]


def _in_calls(reading: Reading) -> Iterator[_Named]:
    for call, context in reading.tree.calls:
        name = reading.tree.qualified(call.func)
        if name == _BASIC_CONFIG:
            word = keyword(call, "filename")
            node = word.value if word is not None else None
        elif name.startswith("logging.") and name.rpartition(".")[2] in _FILE_HANDLERS:
            node = argument(call, 0, "filename")
        else:
            continue
        if node is not None:
            yield node, context


def _in_configurations(reading: Reading) -> Iterator[_Named]:
    """The files of handlers that some logger of a `dictConfig`, or of Django's LOGGING, uses."""
    for configuration, context in _configurations(reading):
        handlers = _entry(configuration, "handlers")
        if not isinstance(handlers, ast.Dict):
            continue
        lists = (node for node in ast.walk(configuration) if isinstance(node, ast.List | ast.Tuple))
        used = {one.value for node in lists for one in node.elts if isinstance(one, ast.Constant)}
        for key, handler in zip(handlers.keys, handlers.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in used and isinstance(handler, ast.Dict):
                node = _entry(handler, "filename")
                # A filter may keep everything back, as Django's `require_debug_true` does.
                if node is not None and _class_of(handler) in _FILE_HANDLERS and _entry(handler, "filters") is None:
                    yield node, context


def _configurations(reading: Reading) -> Iterator[tuple[ast.Dict, Context]]:
    if is_django_settings(reading):
        for binding in reading.tree.bindings:
            if dotted(binding.target) == "LOGGING" and isinstance(binding.value, ast.Dict):
                yield binding.value, binding.context
    for call, context in reading.tree.calls:
        if reading.tree.qualified(call.func) == _DICT_CONFIG:
            configuration = _configuration(reading, call, context)
            if isinstance(configuration, ast.Dict):
                yield configuration, context


def _configuration(reading: Reading, call: ast.Call, context: Context) -> ast.expr | None:
    node = argument(call, 0, "config")
    return reading.values.written(node, context) if node is not None else None


def _entry(mapping: ast.Dict, name: str) -> ast.expr | None:
    pairs = zip(mapping.keys, mapping.values, strict=True)
    return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)


def _class_of(mapping: ast.Dict) -> str:
    """The last part of the class that a handler of a `dictConfig` names."""
    node = _entry(mapping, "class")
    name = node.value if isinstance(node, ast.Constant) else None
    return name.rpartition(".")[2] if isinstance(name, str) else ""


def _file(reading: Reading, node: ast.expr, context: Context) -> LogFile | None:
    """A file whose name no variable of the environment decides."""
    where = reading.values.where(context)
    if where is None:
        return None
    place = reading.tree.places.text(node)
    value = reading.values.of(node, context)
    if value is not None:
        is_known = isinstance(value.value, str) and value.value and not value.variables
        return LogFile(place, str(value.value), is_below=False, where=where) if is_known else None
    end = _end_of_path(reading, reading.values.written(node, context), context)
    return LogFile(place, end, is_below=True, where=where) if end else None


def _end_of_path(reading: Reading, node: ast.expr, context: Context) -> str:
    """The literal end of `os.path.join(FOLDER, "x.log")` or `FOLDER / "x.log"`; empty for anything else."""
    head = node
    rest: list[ast.expr] = []
    while isinstance(head, ast.BinOp) and isinstance(head.op, ast.Div):
        rest = [head.right, *rest]
        head = head.left
    if isinstance(node, ast.Call) and reading.tree.qualified(node.func) == "os.path.join":
        head, *rest = node.args or [node]
    if not rest:
        return ""
    parts = [one.value for one in rest if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    is_literal = len(parts) == len(rest) and not any(part.startswith("/") for part in parts)
    return "/".join(parts) if is_literal and _is_own_folder(reading, head, context) else ""


def _is_own_folder(reading: Reading, node: ast.expr, context: Context, depth: int = 4) -> bool:
    """Whether an expression is made of `__file__`."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - set(reading.tree.aliases)
    if "__file__" in names:
        return True
    if depth == 0 or len(names) != 1:
        return False
    written = reading.values.written(ast.Name(names.pop()), context)
    return not isinstance(written, ast.Name) and _is_own_folder(reading, written, context, depth - 1)
