"""What every ignore file should name, because it turns up on the machine of whoever works on the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerlint.compose import BASE_NAMES
from dockerlint.context.files import Context
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import Contents, is_named_by
from dockerlint.project.payload.judging import is_readmitted
from dockerlint.project.payload.kinds import FOLDERS, Kind
from dockerlint.project.payload.tools import needs_git, tools

_REPOSITORY = (".github", ".gitmodules", ".gitlab-ci.yml")
_ENV_SIGNS = (".env.example", ".env.sample", ".env.template", ".env.dist", "example.env")
_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile", "package.json", "Gemfile", "composer.json", "go.mod")
_PYTHON_MANIFESTS = ("requirements.txt", "pyproject.toml", "setup.py", "Pipfile", "manage.py")
_SETTINGS_LIBRARIES = ("dotenv", "decouple", "environs", "pydantic-settings", "godotenv")


# What leaves a folder behind where it runs, and the manifests that tell of it.
_TOOLS = {
    "pytest": ".pytest_cache", "mypy": ".mypy_cache", "ruff": ".ruff_cache", "hypothesis": ".hypothesis",
    "pytest-cov": "htmlcov", '"nyc"': ".nyc_output",
}  # fmt: skip
_TOOL_FILES = (*_MANIFESTS, "requirements-dev.txt", "requirements_dev.txt", "setup.cfg", "tox.ini")


class Essential(NamedTuple):
    """One thing that has no place in an image.

    `title` is what a message calls it, `paths` are where it lies, `patterns` keep it out. An ignore file that speaks of
    one of `paths` or `likes` has taken care of it.
    """

    title: str
    paths: tuple[str, ...]
    patterns: tuple[str, ...]
    likes: tuple[str, ...] = ()


class Expected(NamedTuple):
    """An essential that is, or will be, in the folder. `reason`: how that is known."""

    essential: Essential
    reason: str


GIT = Essential(".git", (".git",), (".git",))
ENV = Essential(".env", (".env",), (".env",))
BYTECODE = Essential("__pycache__/", ("__pycache__",), ("**/__pycache__", "**/*.pyc"), ("x.pyc",))
VENV = Essential("venv/", (".venv", "venv"), (".venv", "venv"), ("env",))
NODE_MODULES = Essential("node_modules/", ("node_modules",), ("**/node_modules",))

EXISTS, GITIGNORE, GROWS = "exists", "gitignore", "grows"


def expected(build: Build, contents: Contents, stages: Iterable[Stage]) -> Iterator[Expected]:
    """The essentials that lie in the context's folder, or will on the machines of developers.

    `contents` go into the stages.
    """
    context = contents.context
    for essential in (GIT, ENV, BYTECODE, VENV, NODE_MODULES):
        if essential is GIT and any(needs_git(build, context, stage) for stage in stages):
            continue
        if essential is NODE_MODULES and not any(tool.kind == "node" for tool in tools(build)):
            continue
        reason = _reason(build, context, contents, essential)
        if reason is not None:
            yield Expected(essential, reason)
    yield from (Expected(essential, GITIGNORE) for essential in _outputs(build, context, contents))


def _reason(build: Build, context: Context, contents: Contents, essential: Essential) -> str | None:
    if essential is ENV and context.exists(".env") and contents.is_kept_by_git(".env"):
        return None  # committed, so it is there to be built with
    if any(context.taken_by(path) for path in essential.paths):
        return EXISTS
    slash = "" if essential is ENV else "/"
    if any(contents.is_ignored_by_git(path + slash) for path in essential.paths):
        return GITIGNORE
    return GROWS if _grows(build, context, contents, essential) else None


def _grows(build: Build, context: Context, contents: Contents, essential: Essential) -> bool:
    """Whether a project of this kind gets the essential sooner or later."""
    if essential is GIT:
        return any(context.exists(name) for name in _REPOSITORY)
    if essential is NODE_MODULES:
        return context.exists("package.json")
    if essential is ENV:
        has_sign = any(context.exists(name) for name in _ENV_SIGNS)
        return has_sign or _reads_dotenv(context) or _compose_has_variables(context)
    return any(entry.path.endswith(".py") for entry in contents.others) and _is_python_project(build, context)


def _is_python_project(build: Build, context: Context) -> bool:
    """Whether the program is in Python, rather than a script beside it."""
    if any(context.exists(name) for name in _PYTHON_MANIFESTS) or any(tool.kind == "python" for tool in tools(build)):
        return True
    return any("python" in (stage.base_name or "") for stage in build.dockerfile.stages)


def _reads_dotenv(context: Context) -> bool:
    texts = [source.text for name in _MANIFESTS if (source := context.read_text(name)) is not None]
    return any(library in text for text in texts for library in _SETTINGS_LIBRARIES)


def promised(context: Context) -> Iterator[str]:
    """The patterns against what the tools that a project names will leave in its folders."""
    texts = [source.text for name in _TOOL_FILES if (source := context.read_text(name)) is not None]
    for tool, folder in _TOOLS.items():
        is_kept_back = context.ignore is not None and context.ignore.excludes(f"x/{folder}")
        if not is_kept_back and any(tool in text for text in texts):
            yield f"**/{folder}"


def _compose_has_variables(context: Context) -> bool:
    """Whether a Compose file takes values from an env file, or from variables, which live in `.env`."""
    texts = [source.text for name in BASE_NAMES if (source := context.read_text(name)) is not None]
    return any("${" in text or "env_file" in text for text in texts)


def _outputs(build: Build, context: Context, contents: Contents) -> Iterator[Essential]:
    """What the image makes by itself and .gitignore names, so that it lies on the machines of developers too."""
    kinds = {tool.kind for tool in tools(build)}
    for name, folders in FOLDERS.items():
        for folder in folders:
            is_made = folder.kind is Kind.DEPENDENCIES and not kinds.isdisjoint(folder.makers)
            is_in_its_place = any(context.exists(other) for other in folder.beside)
            if is_made and is_in_its_place and contents.is_ignored_by_git(name + "/"):
                yield Essential(f"{name}/", (name,), (name,))


def gets_through(context: Context, found: Expected) -> bool:
    """Whether the ignore file lets an essential in. One that is not there yet need only be spoken of."""
    ignore = context.ignore
    if ignore is None:
        return True
    paths = found.essential.paths
    if found.reason == EXISTS:
        return any(context.taken_by(path) and not is_readmitted(context, path) for path in paths)
    return not any(
        ignore.excludes(path)
        or ignore.excludes(f"{path}/x")
        or any(is_named_by(pattern.pattern, path) for pattern in ignore.patterns)
        for path in (*paths, *found.essential.likes)
    )
