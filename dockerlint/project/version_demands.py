"""Which version of its language a project asks for, as its manifests say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dockerlint.source import Source

Version = tuple[int, ...]


class Demand(NamedTuple):
    """What a manifest asks for: `asked` as it is written there, `alternatives` of comparisons that must all hold."""

    asked: str
    alternatives: tuple[tuple[tuple[str, Version], ...], ...]

    def allows(self, version: Version) -> bool:
        """Whether some version that begins so is what is asked for."""
        return any(all(_may_hold(*one, version) for one in alternative) for alternative in self.alternatives)


class Manifest(NamedTuple):
    """A file that says which version a language must have, and how to read it there."""

    name: str
    read: Callable[[Source], Demand | None]


def demand(text: str, between: str = r"\|\|?", *, tilde: str = "~") -> Demand | None:
    """A constraint of versions; None for one that is written in another way. `tilde` is what `~` means."""
    alternatives: list[tuple[tuple[str, Version], ...]] = []
    for alternative in re.split(between, text) if between else [text]:
        comparisons = [_comparison(part, tilde) for part in _parts(alternative)]
        known = tuple(one for one in comparisons if one is not None)
        if len(known) < len(comparisons):
            return None
        alternatives.append(known)
    return Demand(text.strip(), tuple(alternatives))


def _parts(text: str) -> list[str]:
    """The comparisons of an alternative, an operator and the blanks behind it with its version."""
    return re.sub(r"([~^<>=!]=?|~>)\s+", r"\1", text).replace(",", " ").split()


def _comparison(text: str, tilde: str) -> tuple[str, Version] | None:
    match = re.fullmatch(r"(~=|~>|>=|<=|===?|!=|\^|~|>|<|=|)v?(\d+(?:\.\d+)*)(?:\.[*xX])*", text)
    if match is None:
        return ("!=", ()) if text in ("*", "x") else None
    operator = {"=": "==", "": "==", "===": "==", "~>": "~=", "~": tilde}.get(match[1], match[1])
    return operator, tuple(int(part) for part in match[2].split("."))


def _may_hold(operator: str, asked: Version, version: Version) -> bool:
    """Whether a comparison can hold for a version of which perhaps only the first parts are known."""
    # "^" keeps all up to the first part that is not 0, "~" the first two parts, "~=" all but the last.
    count = min(len(asked), len(version))
    known, wanted = version[:count], asked[:count]
    if operator == "<":
        while asked and asked[-1] == 0:
            asked = asked[:-1]
        return version[: len(asked)] < asked if len(version) >= len(asked) else version <= asked[: len(version)]
    if operator in ("^", "~", "~="):
        kept = {"^": _first_part(asked), "~": min(2, len(asked)), "~=": max(1, len(asked) - 1)}[operator]
        return known >= wanted and known[:kept] == wanted[:kept]
    return {">=": known >= wanted, ">": known >= wanted, "<=": known <= wanted, "==": known == wanted}.get(
        operator, True
    )


def _first_part(asked: Version) -> int:
    return next((index + 1 for index, part in enumerate(asked) if part), len(asked))


def _line(pattern: str, operator: str) -> Callable[[Source], Demand | None]:
    """Reads a version that a line of the file names, and that is to be compared by the operator."""

    def read(source: Source) -> Demand | None:
        match = re.search(pattern, source.text, re.MULTILINE)
        found = demand(operator + match[1]) if match else None
        return found._replace(asked=match[1]) if found is not None and match else None

    return read


def _toml(*paths: str) -> Callable[[Source], Demand | None]:
    """Reads a constraint at one of some places of a TOML file."""

    def read(source: Source) -> Demand | None:
        import tomllib  # noqa: PLC0415 (few images are built from a known context)

        try:
            content = tomllib.loads(source.text)
        except tomllib.TOMLDecodeError:
            return None
        found = next((value for path in paths if (value := _at(content, path)) is not None), None)
        return demand(found, "") if found is not None else None

    return read


def _rust(source: Source) -> Demand | None:
    found = _toml("package.rust-version", "workspace.package.rust-version")(source)
    at_least = demand(f">={found.asked}") if found is not None else None
    return at_least._replace(asked=found.asked) if at_least is not None and found is not None else None


def _json(path: str, tilde: str) -> Callable[[Source], Demand | None]:
    """Reads a constraint at a place of a JSON file."""

    def read(source: Source) -> Demand | None:
        found = _at(_json_of(source), path)
        return demand(found, tilde=tilde) if found is not None else None

    return read


def _global_json(source: Source) -> Demand | None:
    """The SDK's version; a newer one is taken only where the file lets it roll forward that far.

    https://learn.microsoft.com/dotnet/core/tools/global-json
    """
    content = _json_of(source)
    version, policy = _at(content, "sdk.version"), _at(content, "sdk.rollForward") or "latestPatch"
    if version is None or re.fullmatch(r"\d+\.\d+\.\d+", version) is None:
        return None
    line = version.rpartition(".")[0]
    is_kept = policy in ("disable", "patch", "feature", "latestPatch", "latestFeature")
    found = demand(("==" if is_kept else ">=") + line)
    return found._replace(asked=version) if found is not None else None


def _gemfile(source: Source) -> Demand | None:
    match = re.search(r"^ruby((?:[ \t,(]*[\"'][^\"'\n]+[\"'])+)\)?[ \t]*(?:#.*)?$", source.text, re.MULTILINE)
    return demand(", ".join(re.findall(r"[\"']([^\"']+)[\"']", match[1])), "") if match else None


def _json_of(source: Source) -> object:
    import json  # noqa: PLC0415

    try:
        return json.loads(source.text)
    except (ValueError, RecursionError):
        return None


def _at(content: object, path: str) -> str | None:
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, str) else None


# By image: the manifests that say which version it must have, the first that is there counts.
_SDK = "mcr.microsoft.com/dotnet/sdk"
MANIFESTS: dict[str, tuple[Manifest, ...]] = {
    "golang": (Manifest("go.mod", _line(r"^go[ \t]+(\d+\.\d+(?:\.\d+)?)[ \t]*$", ">=")),),
    "python": (
        Manifest("pyproject.toml", _toml("project.requires-python", "tool.poetry.dependencies.python")),
        Manifest("Pipfile", _line(r"^python_version[ \t]*=[ \t]*[\"'](\d+\.\d+)[\"']", "==")),
        Manifest(".python-version", _line(r"\A(\d+\.\d+(?:\.\d+)?)[ \t]*\n?\Z", "==")),
    ),
    "node": (Manifest("package.json", _json("engines.node", "~")),),
    "ruby": (Manifest("Gemfile", _gemfile),),
    "php": (Manifest("composer.json", _json("require.php", "~=")),),
    "rust": (Manifest("Cargo.toml", _rust),),
    _SDK: (Manifest("global.json", _global_json),),
}
