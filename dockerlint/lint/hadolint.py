"""Settings of hadolint as ours: its file and its variables, taken as hadolint 2.15 takes them.

What it does not take is told, not guessed: one value of a wrong type, and it leaves the whole file unread; a key or a
code that it does not know does nothing. The file wins over the variables, but for lists, which count together.
https://github.com/hadolint/hadolint#configure
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.lint.documents import Document, Unreadable, load, of_yaml, place
from dockerlint.lint.kinds import LABEL_TYPES, Step
from dockerlint.lint.profiles import HADOLINT
from dockerlint.lint.registry import UnknownRule, find

LEVELS = ("error", "warning", "info", "style")
THRESHOLDS = {
    "error": "error",
    "warning": "warning",
    "info": "info",
    "style": "info",
    "ignore": "info",
    "none": "info",
}
# What each of its formats is called here.
FORMATS = {
    "tty": "full",
    "json": "json",
    "checkstyle": "checkstyle",
    "codeclimate": "codeclimate",
    "gitlab_codeclimate": "gitlab",
    "gnu": "concise",
    "codacy": None,
    "sonarqube": "sonarqube",
    "sarif": "sarif",
    "junit": "junit",
}
_FLAGS = ("no-fail", "no-color", "strict-labels", "disable-ignore-pragma", "verbose")
# What the file says of these wins over the variables.
_OF_FILE = ("failure-threshold", "no-fail", "strict-labels", "disable-ignore-pragma")
_KEYS = ("ignored", "trustedRegistries", "label-schema", "override", "failure-threshold", "format", *_FLAGS)
# How its keys are written by mistake, less marks and letter case.
_MISSPELT = {
    **{re.sub(r"[-_]", "", key).lower(): key for key in _KEYS},
    **dict.fromkeys(("ignore", "ignores", "ignoredrules", "ignorerules", "exclude", "skip"), "ignored"),
    **dict.fromkeys(("trustedregistry", "allowedregistries", "registries"), "trustedRegistries"),
    **dict.fromkeys(("threshold", "failthreshold", "failurelevel"), "failure-threshold"),
    **dict.fromkeys(("overrides", "severity", "severities"), "override"),
    **dict.fromkeys(("labels", "labelschemas", "requirelabels", "requirelabel"), "label-schema"),
    **dict.fromkeys(("nocolour", "color"), "no-color"),
    **dict.fromkeys(("disableignorepragmas", "noignorepragma"), "disable-ignore-pragma"),
}
_VARIABLES = (
    *("HADOLINT_NOFAIL", "HADOLINT_VERBOSE", "HADOLINT_FORMAT", "HADOLINT_FAILURE_THRESHOLD", "HADOLINT_IGNORE"),
    *("HADOLINT_OVERRIDE_ERROR", "HADOLINT_OVERRIDE_WARNING", "HADOLINT_OVERRIDE_INFO", "HADOLINT_OVERRIDE_STYLE"),
    *("HADOLINT_STRICT_LABELS", "HADOLINT_DISABLE_IGNORE_PRAGMA", "HADOLINT_TRUSTED_REGISTRIES"),
    "HADOLINT_REQUIRE_LABELS",
)


class Item(NamedTuple):
    """One thing that is said, and where."""

    value: Any
    place: str


class Idle(NamedTuple):
    """What is written and has no effect, why, and what it would be here if it was meant."""

    place: str
    written: str
    reason: str
    meant: Mapping[str, Any] = {}


class Reading(NamedTuple):
    """What hadolint takes, as our settings; what it does not take; and what has no counterpart here."""

    settings: dict[str, Item]
    idle: tuple[Idle, ...]
    notes: tuple[str, ...]


class _Said:
    """What a file and the variables say, in hadolint's words."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Item]] = {}  # `ignored`, `trustedRegistries`, and the levels of `override`
        self.labels: dict[str, Item] = {}
        self.single: dict[str, Item] = {}  # flags, threshold, format
        self.idle: list[Idle] = []

    def add(self, name: str, items: Sequence[Item]) -> None:
        self.lists.setdefault(name, []).extend(items)


def read(path: Path | None, environment: Mapping[str, str]) -> Reading:
    """What hadolint would take of a file and its variables. Raises OSError and ValueError."""
    said = _Said()
    _read_variables(said, environment)
    if path is not None:
        _read_file(said, path)
    return _Translation(said).reading()


def _read_file(said: _Said, path: Path) -> None:
    source = load(path)
    try:
        document = of_yaml(source)
    except Unreadable as error:
        reason = f"hadolint leaves the whole file unread: {error}"
        said.idle.append(Idle(place(source, error.offset), path.name, reason))
        return
    fault = next(_faults(document), None)
    if fault is not None:
        steps, reason = fault
        where = document.place(steps)
        said.idle.append(
            Idle(where, path.name, f"hadolint leaves the whole file unread: {reason}", _meant(document.table))
        )
        return
    for key, value in document.table.items():
        if key not in _KEYS:
            said.idle.append(_unknown(document, key, value))
        elif value is not None:
            _take(said, document, key, value)


def _faults(document: Document) -> Iterator[tuple[tuple[Step, ...], str]]:
    """The values whose types make hadolint refuse the file."""
    if not document.table:
        yield (), "it is empty"
    for key, value in document.table.items():
        if value is None or key not in _KEYS:
            continue
        if key in ("ignored", "trustedRegistries") and not _is_texts(value):
            yield (key,), f"`{key}` must be a list of texts"
        elif key in _FLAGS and not isinstance(value, bool):
            yield (key,), f"`{key}` must be true or false"
        elif key == "failure-threshold" and value not in THRESHOLDS:
            yield (key,), f"`{key}` must be one of {', '.join(THRESHOLDS)}"
        elif key == "format" and value not in FORMATS:
            yield (key,), f"`{key}` must be one of {', '.join(FORMATS)}"
        elif key == "label-schema":
            yield from _faults_of_labels(value)
        elif key == "override":
            yield from _faults_of_override(value)


def _faults_of_labels(value: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    if not isinstance(value, dict):
        yield ("label-schema",), "`label-schema` must map labels to what their values are"
        return
    for label, kind in value.items():
        if kind not in LABEL_TYPES:
            yield ("label-schema", label), f"`{label}` must be one of {', '.join(LABEL_TYPES)}"


def _faults_of_override(value: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    if not isinstance(value, dict):
        yield ("override",), f"`override` must hold lists called {', '.join(LEVELS)}"
        return
    for level in LEVELS:
        if value.get(level) is not None and not _is_texts(value[level]):
            yield ("override", level), f"`override.{level}` must be a list of texts"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _take(said: _Said, document: Document, key: str, value: Any) -> None:
    """Note what a key says that is known to be of the right type."""
    if key == "override":
        for level, codes in value.items():
            if level in LEVELS:
                items = [Item(one, document.place((key, level, number))) for number, one in enumerate(codes or ())]
                said.add(level, items)
            else:
                reason = f"`override` knows {', '.join(LEVELS)} only"
                said.idle.append(Idle(document.place((key, level)), f"override.{level}", reason))
    elif key == "label-schema":
        # Of labels, unlike of all else, the variables win.
        said.labels = {label: Item(kind, document.place((key, label))) for label, kind in value.items()} | said.labels
    elif isinstance(value, list):
        said.add(key, [Item(one, document.place((key, number))) for number, one in enumerate(value)])
    else:
        if key in said.single and key in _OF_FILE:
            reason = f"the file says `{key}` too, and wins"
            said.idle.append(Idle(said.single[key].place, str(said.single[key].value).lower(), reason))
        said.single[key] = Item(value, document.place((key,)))


def _unknown(document: Document, key: str, value: Any) -> Idle:
    right = _MISSPELT.get(re.sub(r"[-_ ]", "", key).lower())
    hint = f"; it is called `{right}`" if right else ""
    meant = _meant({right: value}) if right else {}
    return Idle(document.place((key,)), key, f"hadolint has no such key{hint}", meant)


def _meant(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """What keys would be here, had hadolint taken them: one text for a list of one, misspelt keys put right."""
    said = _Said()
    for name, value in table.items():
        key = _MISSPELT.get(re.sub(r"[-_ ]", "", name).lower())
        if key in ("ignored", "trustedRegistries") and isinstance(value, str | list):
            texts = value.replace(",", " ").split() if isinstance(value, str) else [str(one) for one in value]
            said.add(key, [Item(one, "") for one in texts])
        elif key == "override" and isinstance(value, dict):
            for level in LEVELS:
                codes = value.get(level) or []
                said.add(level, [Item(one, "") for one in ([codes] if isinstance(codes, str) else codes)])
        elif key == "failure-threshold" and str(value).lower() in THRESHOLDS:
            said.single[key] = Item(str(value).lower(), "")
        elif key in _FLAGS and isinstance(value, bool):
            said.single[key] = Item(value, "")
        elif key == "label-schema" and isinstance(value, dict):
            said.labels = {label: Item(kind, "") for label, kind in value.items() if kind in LABEL_TYPES}
    return {name: item.value for name, item in _Translation(said).reading().settings.items()}


def _read_variables(said: _Said, environment: Mapping[str, str]) -> None:
    for variable, text in sorted(environment.items()):
        if not variable.startswith("HADOLINT_") or not text:
            continue
        name = variable.removeprefix("HADOLINT_")
        if variable not in _VARIABLES:
            from difflib import get_close_matches  # noqa: PLC0415

            near = get_close_matches(variable, _VARIABLES, n=1)
            said.idle.append(
                Idle(variable, text, "hadolint has no such variable" + (f"; it is called {near[0]}" if near else ""))
            )
        elif name in ("IGNORE", "TRUSTED_REGISTRIES") or name.startswith("OVERRIDE_"):
            key = {"IGNORE": "ignored", "TRUSTED_REGISTRIES": "trustedRegistries"}.get(name)
            said.add(key or name.removeprefix("OVERRIDE_").lower(), [Item(one, variable) for one in text.split(",")])
        elif name == "REQUIRE_LABELS":
            _take_labels(said, text)
        else:
            _take_single(said, variable, text)


def _take_labels(said: _Said, text: str) -> None:
    for item in text.split(","):
        label, _, kind = item.partition(":")
        if label != label.strip():
            reason = "the blank belongs to the name, so hadolint misses a label that no image has"
            said.idle.append(Idle("HADOLINT_REQUIRE_LABELS", item, reason))
        elif kind in LABEL_TYPES:
            said.labels[label] = Item(kind, "HADOLINT_REQUIRE_LABELS")
        else:
            reason = f"`{kind}` is none of {', '.join(LABEL_TYPES)}"
            said.idle.append(Idle("HADOLINT_REQUIRE_LABELS", item, reason))


def _take_single(said: _Said, variable: str, text: str) -> None:
    key = {"HADOLINT_NOFAIL": "no-fail"}.get(variable, variable.removeprefix("HADOLINT_").lower().replace("_", "-"))
    known = THRESHOLDS if key == "failure-threshold" else FORMATS if key == "format" else None
    if known is None:
        is_true = text.lower() in ("1", "true", "yes", "on", "y")
        if is_true:
            said.single[key] = Item(True, variable)
    elif text in known:
        said.single[key] = Item(text, variable)
    else:
        said.idle.append(Idle(variable, text, f"it is none of {', '.join(known)}"))


class _Translation:
    """Puts hadolint's words into ours."""

    def __init__(self, said: _Said) -> None:
        self._said = said
        self._idle = list(said.idle)
        self._notes: list[str] = []
        self._settings: dict[str, Item] = {}

    def reading(self) -> Reading:
        ignored = self._codes("ignored")
        if ignored:
            self._settings["ignore"] = Item([item.value for item in ignored], ignored[0].place)
        self._severity({item.value for item in ignored})
        self._registries()
        self._labels()
        self._fail_on()
        self._flags()
        return Reading(self._settings, tuple(sorted(self._idle, key=_in_order)), tuple(self._notes))

    def _codes(self, name: str) -> list[Item]:
        """The codes of a list that mean something, each once."""
        found: dict[str, Item] = {}
        for item in self._said.lists.get(name, ()):
            reason = _fault_of_code(item.value)
            if reason is None:
                found.setdefault(item.value, item)
            else:
                self._idle.append(Idle(item.place, item.value, reason))
        return list(found.values())

    def _severity(self, ignored: set[str]) -> None:
        severities: dict[str, str] = {}
        places: list[str] = []
        for level in LEVELS:
            for item in self._codes(level):
                if item.value in ignored:
                    self._idle.append(Idle(item.place, item.value, "it is ignored, so how grave it is says nothing"))
                elif item.value in severities:
                    self._idle.append(Idle(item.place, item.value, "a graver list of `override` has it too, and wins"))
                else:
                    severities[item.value] = "info" if level == "style" else level
                    places.append(item.place)
        if severities:
            self._settings["severity"] = Item(severities, places[0])
        # What it leaves out unless a severity is given: DL3057.
        woken = [code for code in severities if code not in HADOLINT and find(code)]
        if woken:
            self._settings["extend-select"] = Item(woken, places[list(severities).index(woken[0])])
        if any(item.value in severities for item in self._said.lists.get("style", ())):
            self._notes.append("`style` becomes `info`, the mildest there is here: it fails a run if `fail-on` is info")

    def _registries(self) -> None:
        items = self._said.lists.get("trustedRegistries", [])
        if not items:
            return
        names = ["docker.io" if item.value == "hub.docker.com" else item.value.strip() for item in items]
        self._settings["trusted-registries"] = Item(list(dict.fromkeys(names)), items[0].place)
        for item in items:
            if "://" in item.value:
                self._idle.append(Idle(item.place, item.value, "a registry is named without `://`; this trusts none"))
            elif "/" in item.value:
                note = (
                    f"hadolint compares registries only, so `{item.value}` trusted none; here it trusts what lies below"
                )
                self._notes.append(note)

    def _labels(self) -> None:
        labels = self._said.labels
        strict = self._said.single.get("strict-labels")
        is_strict = strict is not None and strict.value
        if labels or is_strict:
            types = {label: item.value for label, item in labels.items()}
            first = next(iter(labels.values()), strict)
            schema = {"types": types, "required": list(types), "strict": is_strict}
            self._settings["label-schema"] = Item(schema, first.place if first else "")

    def _fail_on(self) -> None:
        no_fail, threshold = (self._said.single.get(key) for key in ("no-fail", "failure-threshold"))
        if no_fail is not None and no_fail.value:
            self._settings["fail-on"] = Item("never", no_fail.place)
            if threshold is not None:
                self._idle.append(Idle(threshold.place, threshold.value, "`no-fail` is set, so no threshold counts"))
        elif threshold is not None:
            self._settings["fail-on"] = Item(THRESHOLDS[threshold.value], threshold.place)
            if threshold.value in ("ignore", "none"):
                note = f"`failure-threshold: {threshold.value}` fails on every finding; `never` fails on none"
                self._notes.append(note)

    def _flags(self) -> None:
        single = self._said.single
        pragma = single.get("disable-ignore-pragma")
        if pragma is not None and pragma.value:
            self._settings["inline-ignores"] = Item(False, pragma.place)
            self._notes.append(
                "`disable-ignore-pragma` becomes `inline-ignores = false`, which holds for our comments too"
            )
        form = single.get("format")
        if form is not None:
            ours = FORMATS[form.value]
            if ours is None:
                self._notes.append(f"`format: {form.value}`: there is no such format here")
            else:
                self._settings["format"] = Item([ours], form.place)
        if form is not None and form.value == "json":
            self._notes.append("`format: json` becomes our JSON, which has other keys: docs/json.md")
        if "no-color" in single:
            self._notes.append("`no-color` is no setting: give `--color never`, or set NO_COLOR")
        if "verbose" in single:
            self._notes.append("`verbose` has no counterpart; `--show-settings` prints what holds")


def _in_order(idle: Idle) -> tuple[str, list[int]]:
    path, _, numbers = idle.place.partition(":")
    return path, [int(number) for number in numbers.split(":") if number]


def _fault_of_code(code: str) -> str | None:
    """Why hadolint knows nothing of a code in a list."""
    if re.fullmatch(r"(?:DL|SC)\d{4}", code) is None:
        tidy = code.strip().upper()
        is_near = re.fullmatch(r"(?:DL|SC)\d{4}", tidy) is not None
        return f"hadolint compares codes letter by letter; it is `{tidy}`" if is_near else "this is no code of hadolint"
    try:
        find(code)
    except UnknownRule:
        return "hadolint has no such rule"
    return None
