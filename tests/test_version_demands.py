"""What versions a project's manifests ask for, compared with the version that a tag names."""

import pytest

from dockerlint.project.version_demands import MANIFESTS, demand
from dockerlint.source import Source

# (constraint, version of the tag, whether that can be what is asked for)
COMPARED = [
    (">=3.11", (3, 11), True),
    (">=3.11", (3, 10), False),
    (">=3.11", (3,), True),
    (">=3.11.4", (3, 11), True),
    ("<3.13", (3, 13), False),
    ("<3.13", (3, 12, 9), True),
    ("<4", (3, 14), True),
    ("<4.0.0", (4,), False),
    ("<=3.11", (3, 12), False),
    (">3.10", (3, 10), True),
    ("!=3.9", (3, 9), True),
    ("==3.11.*", (3, 12), False),
    ("^3.9", (3, 14), True),
    ("^3.9", (4, 0), False),
    ("^0.2", (0, 3), False),
    ("~1.2", (1, 3), False),
    ("~> 3.2", (3, 4), True),
    ("~> 3.2.1", (3, 3), False),
    ("~=3.11", (3, 13), True),
    (">=18 <21", (20,), True),
    (">= 18 < 21", (21,), False),
    ("18.x || 20.x", (20,), True),
    ("18 || >=22", (20,), False),
    ("^7.4|^8.0", (8, 1), True),
    ("*", (1,), True),
]


@pytest.mark.parametrize(("constraint", "version", "allowed"), COMPARED)
def test_constraint_is_compared_by_as_many_parts_as_are_known(
    constraint: str, version: tuple[int, ...], *, allowed: bool
) -> None:
    found = demand(constraint)
    assert found is not None
    assert found.allows(version) is allowed


@pytest.mark.parametrize("odd", ["lts/*", "1.2 - 1.4", ">=a", "stable", "dev-main", "^1.x-dev", "@weird"])
def test_odd_constraint_is_not_read(odd: str) -> None:
    assert demand(odd) is None


# (image, manifest, text, what is asked)
READ = [
    ("golang", "go.mod", "module a\n\ngo 1.24.0\n\ntoolchain go1.24.3\n", "1.24.0"),
    ("golang", "go.mod", "module a\n", None),
    ("python", "pyproject.toml", '[project]\nrequires-python = ">=3.12"\n', ">=3.12"),
    ("python", "pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n', "^3.11"),
    ("python", "pyproject.toml", "[project\n", None),
    ("python", "Pipfile", '[requires]\npython_version = "3.12"\n', "3.12"),
    ("python", ".python-version", "3.12.1\n", "3.12.1"),
    ("python", ".python-version", "3.12.1\n3.11\n", None),
    ("node", "package.json", '{"engines": {"node": ">=20"}}', ">=20"),
    ("node", "package.json", '{"engines": "node"}', None),
    ("node", "package.json", "[", None),
    ("ruby", "Gemfile", 'source "x"\nruby ">= 3.1", "< 3.4"\n', ">= 3.1, < 3.4"),
    ("ruby", "Gemfile", 'ruby file: ".ruby-version"\n', None),
    ("php", "composer.json", '{"require": {"php": ">=8.1"}}', ">=8.1"),
    ("rust", "Cargo.toml", '[workspace.package]\nrust-version = "1.80"\n', "1.80"),
    ("mcr.microsoft.com/dotnet/sdk", "global.json", '{"sdk": {"version": "9.0.100"}}', "9.0.100"),
    ("mcr.microsoft.com/dotnet/sdk", "global.json", '{"sdk": {}}', None),
]


@pytest.mark.parametrize(("image", "name", "text", "asked"), READ)
def test_manifest_is_read(image: str, name: str, text: str, asked: str | None) -> None:
    manifest = next(one for one in MANIFESTS[image] if one.name == name)
    found = manifest.read(Source(name, text))
    assert (found.asked if found else None) == asked
