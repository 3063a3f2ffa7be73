"""Whether a stage holds a program of the project's own, or is made of nothing but packages and settings."""

from __future__ import annotations

import posixpath

from dockerlint.dockerfile.stages import Stage

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
    )


def _is_program(name: str) -> bool:
    if name in _MANIFESTS or "requirements" in name:
        return True
    if name.startswith(".") and name not in (".", ".."):
        return False
    return not name.lower().endswith(_SETTINGS) and not name.lower().startswith(_SCRIPTS)
