"""Whether a stage holds a program of the project's own, or is made of nothing but packages and settings."""

from __future__ import annotations

import posixpath
from functools import lru_cache

from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build

from .started import names

# Files that only set something up, by the ends of their names.
_SETTINGS = (
    ".sh", ".bash", ".conf", ".cnf", ".cfg", ".ini", ".yml", ".yaml", ".txt", ".list", ".repo", ".md", ".xml", ".crt",
    ".pem", ".key", ".pub", ".gpg", ".asc", ".properties", ".template", ".tmpl", ".j2", ".env", ".patch", ".diff",
    ".deb", ".rpm", ".apk", ".service", ".rc", ".pref", ".local", ".conf.d", "rc", "profile", "config", "_aliases",
)  # fmt: skip
_SCRIPTS = ("entrypoint", "start", "run", "launch", "init", "setup", "install", "rootfs", "root", "etc", "scripts")
_MANIFESTS = frozenset({"requirements.txt", "pom.xml", "environment.yml", "pubspec.yaml", "pnpm-lock.yaml"})


def holds_application(stage: Stage) -> bool:
    """Whether something is copied into the stage that looks like a program or its manifest."""
    return any(
        _is_program(posixpath.basename(source.strip("/")) or ".")
        for copied in stage.state.copies
        if not copied.transfer.heredocs
        for source in copied.transfer.sources
        if "://" not in source
    )


def _is_program(name: str) -> bool:
    if name in _MANIFESTS or "requirements" in name:
        return True
    if name.startswith(".") and name not in (".", ".."):
        return False
    return not name.lower().endswith(_SETTINGS) and not name.lower().startswith(_SCRIPTS)


# What a program is written in, by the ends of its files' names.
_SOURCES = (
    ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".pl", ".sh", ".bash", ".go", ".rs", ".java", ".kt", ".cs", ".ex",
    ".exs", ".lua", ".scala", ".clj", ".json", ".yml", ".yaml", ".toml", ".conf", ".cfg", ".ini", ".xml", ".service", ".cron",
)  # fmt: skip
_PROGRAMS = tuple(
    ending for ending in _SOURCES if ending not in (".json", ".yml", ".yaml", ".toml", ".conf", ".cfg", ".ini", ".xml")
)
# Larger projects are not searched.
_MOST_FILES = 400
_MOST_BYTES = 4_000_000


def names_in_source(build: Build, programs: tuple[str, ...]) -> bool | None:
    """Whether the source of the application names one of these programs; None where it is not known, or too large."""
    text = _source_text(build)
    return None if text is None else any(names(program, text) for program in programs)


@lru_cache(maxsize=4)
def _source_text(build: Build) -> str | None:
    context = build.context
    if context is None or not context.is_complete:
        return None
    entries = [entry for entry in context.files if _is_source(entry.path)]
    is_large = len(entries) > _MOST_FILES or sum(entry.size for entry in entries) > _MOST_BYTES
    if is_large or not any(entry.path.endswith(_PROGRAMS) for entry in entries):
        return None
    sources = [context.read_text(entry.path) for entry in entries]
    return None if None in sources else "\n".join(source.text for source in sources if source is not None)


def _is_source(path: str) -> bool:
    name = posixpath.basename(path)
    is_build_file = "ockerfile" in name or name.startswith(("compose", "docker-compose"))
    return not (is_build_file or path.startswith(".git/")) and (name.endswith(_SOURCES) or "." not in name)
