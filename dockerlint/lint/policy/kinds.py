"""The kinds of things that rules may be about, and the facts of each: one table for the reader, schema and manual."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from dockerlint.compose.shapes import Shape, listed, mapping, named, scalar

Form = Literal["text", "texts", "number", "flag", "table"]

_SHAPES: Mapping[Form, Shape] = {
    "text": scalar("text"),
    "texts": listed(scalar("text")),
    "number": scalar("whole"),
    "flag": scalar("boolean"),
    "table": named(scalar("text")),
}


class FactKind(NamedTuple):
    """A fact that things of a kind have. `choices` are all values that it can have, if they are few."""

    name: str
    meaning: str
    form: Form = "text"
    choices: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A kind of things, with its facts. With a `model` of Compose files all keys of that are facts too."""

    name: str
    meaning: str
    place: str
    facts: tuple[FactKind, ...]
    model: Literal["", "service", "file"] = ""

    @property
    def shape(self) -> Shape:
        """The facts as a mapping: which names there are, and what may stand below them."""
        return _shape_of(self)

    def fact(self, name: str) -> FactKind | None:
        return next((fact for fact in self.facts if fact.name == name), None)


_STAGE = FactKind(
    "stage", "the name of the stage that it stands in; one without a name is called by its number, from 0"
)
_SHIPS = FactKind("ships", "whether that stage is part of an image that leaves the build", "flag")

_MANAGERS = (
    *("apt", "apt-get", "aptitude", "apk", "dnf", "dnf5", "microdnf", "tdnf", "yum", "zypper", "pacman"),
    *("pip", "uv", "pipx", "poetry", "pipenv", "pdm", "easy_install", "conda", "mamba", "micromamba"),
    *("npm", "yarn", "pnpm", "bun", "corepack", "gem", "bundle", "go", "cargo", "composer", "dotnet"),
    *("mvn", "gradle", "sbt", "mix"),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "image",
            "each image that is pulled: by FROM, `COPY --from`, `RUN --mount=from=`, or for a Compose service that is "
            "not built; stages and `scratch` are none",
            "the reference",
            (
                FactKind("use", "what pulls it", choices=("from", "copy", "mount", "service")),
                FactKind(
                    "image",
                    "the whole reference, as it is written and in full: `python:3.13` is "
                    "`docker.io/library/python:3.13` too, and `python` is `python:latest`",
                ),
                FactKind("registry", "the host; `docker.io` where none is written"),
                FactKind("repository", "what follows the registry, without tag: `library/python`, `acme/app`"),
                FactKind("name", "the last part of the repository: `python`, `app`"),
                FactKind("tag", "the tag that is written"),
                FactKind("digest", "the digest that is written: `sha256:...`"),
                FactKind("platform", "what `--platform`, or the `platform` of the service, asks for"),
                FactKind("stage", f"{_STAGE.meaning}; not set for a service"),
            ),
        ),
        Kind(
            "command",
            "each simple command that RUN, CMD, ENTRYPOINT or HEALTHCHECK runs, in `sh -c` and behind `find -exec` "
            "too; `sudo curl` is a `sudo` and a `curl`, `python -m pip` a `python` and a `pip`",
            "the name of the command",
            (
                FactKind("name", "the name, with and without its folder"),
                FactKind("arguments", "the words behind it, without quotes", "texts"),
                FactKind("options", "the options among them: `-f` and `-L` of `-fL`, `--out` of `--out=x`", "texts"),
                FactKind(
                    "text",
                    "all of it from the name on: as it is written, with single blanks between words, without quotes",
                ),
                FactKind("instruction", "the keyword", choices=("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")),
                _STAGE,
                _SHIPS,
            ),
        ),
        Kind(
            "package",
            "each package that a RUN installs by its name; what requirements and lock files list is none",
            "the name of the package",
            (
                FactKind(
                    "manager", "the program that installs it, without a version: `pip3` is `pip`", choices=_MANAGERS
                ),
                FactKind("name", "the name; that of a Python package also as PyPI compares it: `zope-interface`"),
                FactKind("version", "the version that is asked for: `1.2` for `=1.2` or `==1.2`, else with what is "
                         "before it: `>=2,<3`"),
                FactKind("stays", "false where a later command of the RUN removes it, or may do so", "flag"),
                _STAGE,
                _SHIPS,
            ),
        ),
        Kind(
            "instruction",
            "each instruction; what ONBUILD holds is one of its own too",
            "the keyword",
            (
                FactKind(
                    "keyword",
                    "the keyword, in capitals",
                    choices=(
                        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
                        *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
                    ),
                ),
                FactKind("text", "all that follows keyword and flags, as it is written, with its heredocs"),
                FactKind("flags", "the flags by name, without dashes; one without a value is `true`", "table"),
                FactKind("stage", f"{_STAGE.meaning}; not set before the first FROM"),
                _SHIPS,
            ),
        ),
        Kind(
            "label",
            "each label that LABEL sets",
            "the key",
            (
                FactKind("key", "the key"),
                FactKind("value", "the value, with its variables replaced"),
                _STAGE,
                _SHIPS,
            ),
        ),
        Kind(
            "variable",
            "each variable that ENV or ARG sets",
            "the name",
            (
                FactKind("keyword", "what sets it", choices=("ENV", "ARG")),
                FactKind("name", "the name"),
                FactKind("value", "the value, with its variables replaced; not set for an ARG without default"),
                FactKind("stage", f"{_STAGE.meaning}; not set before the first FROM"),
                _SHIPS,
            ),
        ),
        Kind(
            "port",
            "each port that EXPOSE names; a range is all of its ports",
            "the port",
            (
                FactKind("number", "the number", "number"),
                FactKind("protocol", "the protocol", choices=("tcp", "udp", "sctp")),
                _STAGE,
                _SHIPS,
            ),
        ),
        Kind(
            "shipped-image",
            "each image that leaves a build: the final stage, and those that services run or others publish",
            "the image that its stage is built on",
            (
                FactKind("user", "whom it runs as, as it is written and without group; `0` is `root` too"),
                FactKind("workdir", "the folder that it starts in"),
                FactKind("entrypoint", "ENTRYPOINT: all of it, and each of its words"),
                FactKind("cmd", "CMD: all of it, and each of its words"),
                FactKind("stopsignal", "STOPSIGNAL"),
                FactKind("healthcheck", "whether it has a health check", "flag"),
                FactKind("labels", "the labels that the file sets; those of the base image do not count", "table"),
                FactKind("environment", "the variables that ENV and the base image set", "table"),
                FactKind("ports", "the ports that it exposes: `8080` is `8080/tcp` too", "texts"),
                FactKind("base", "the image from outside that it stands on, as with `image`; or `scratch`"),
                FactKind("stage", "the name of its stage; one without a name is called by its number, from 0"),
            ),
        ),
        Kind(
            "dockerfile",
            "each Dockerfile",
            "its first FROM, or its first line",
            (
                FactKind("name", "the name of the file"),
                FactKind("path", "its path below the root of the project, with `/`"),
                FactKind("syntax", "what `# syntax=` says"),
                FactKind("escape", "the escape character", choices=("\\", "`")),
            ),
        ),
        Kind(
            "service",
            "each service of a Compose project, with all files merged and variables replaced",
            "the name of the service",
            (FactKind("name", "the name"),),
            "service",
        ),
        Kind(
            "compose",
            "each Compose project, with all files merged and variables replaced",
            "its first key",
            (),
            "file",
        ),
    )
}  # fmt: skip


@cache
def _shape_of(kind: Kind) -> Shape:
    own = {fact.name: _SHAPES[fact.form] for fact in kind.facts}
    return mapping(kind.name, {**_keys_of(kind.model), **own})


def _keys_of(model: str) -> Mapping[str, Shape]:
    """The keys that the specification of Compose files knows."""
    if not model:
        return {}
    from dockerlint.compose.specification import FILE  # noqa: PLC0415 (only rules about Compose need it)
    from dockerlint.compose.specification_services import SERVICE  # noqa: PLC0415

    return (SERVICE if model == "service" else FILE).keys or {}


def is_flag(shape: Shape) -> bool:
    """Whether there is only true and false."""
    return "boolean" in shape.types and shape.keys is None and (shape.types == {"boolean"} or shape.form is not None)


def as_mapping(shape: Shape | None) -> Shape | None:
    """The shape of the mapping that may stand there, in the items of a list too; None where none may."""
    while shape is not None and shape.keys is None and not shape.is_free:
        shape = shape.items
    return shape


def is_only_mapping(shape: Shape) -> bool:
    """Whether what stands there is always taken for a table: in a list or a short form it has names too."""
    return shape.keys is not None and "boolean" not in shape.types


def holds_tables(shape: Shape) -> bool:
    """Whether what stands there is always taken for a list of tables, short forms taken apart."""
    if shape.keys is not None or shape.items is None or as_mapping(shape) is None:
        return False
    return not shape.types or bool(shape.items.types)


def below(shape: Shape, key: str) -> Shape | None:
    """What may stand under a key of a mapping; None where no such key may be, or nobody says what it holds."""
    return (shape.keys or {}).get(key, shape.others)
