"""Which files are found, and which are left alone."""

import os
from pathlib import Path

import pytest

from dockerlint.project.discovery import find, kind_of_name
from tests.harness import inside, lay_out


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Dockerfile", "dockerfile"),
        ("dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("api.Dockerfile", "dockerfile"),
        ("Dockerfile.prod", "dockerfile"),
        ("Dockerfile-alpine", "dockerfile"),
        ("DOCKERFILE.ARM", "dockerfile"),
        ("compose.yaml", "compose"),
        ("compose.override.yml", "compose"),
        ("docker-compose.yml", "compose"),
        ("docker-compose-dev.yaml", "compose"),
        ("Docker-Compose.YML", "compose"),
        ("Dockerfile.dockerignore", None),
        ("api.dockerignore", None),
        (".dockerignore", None),
        ("Dockerfiles", None),
        ("mydockerfile", None),
        ("docker-compose.yml.j2", None),
        ("composer.json", None),
        ("decompose.yaml", None),
    ],
)
def test_kind_is_told_by_the_name(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


def found(folder: Path, *paths: str) -> list[str]:
    with inside(folder):
        return [file.path.replace("\\", "/") for file in find(paths or ["."])]


def test_folders_are_walked_hidden_ones_too_but_not_those_of_tools(tmp_path: Path) -> None:
    names = [
        ".devcontainer/Dockerfile",
        "a/compose.yaml",
        "b/Dockerfile",
        "node_modules/x/Dockerfile",
        ".git/Dockerfile",
    ]
    lay_out(dict.fromkeys(names, ""), tmp_path)
    assert found(tmp_path) == [".devcontainer/Dockerfile", "a/compose.yaml", "b/Dockerfile"]


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    files = dict.fromkeys(
        ["build/Dockerfile", "a/Dockerfile", "a/Dockerfile.tmp", "a/keep/Dockerfile.tmp", ".git/HEAD"], ""
    )
    lay_out({**files, ".gitignore": "build/\n*.tmp\n", "a/keep/.gitignore": "!*.tmp\n"}, tmp_path)
    assert found(tmp_path) == ["a/Dockerfile", "a/keep/Dockerfile.tmp"]
    assert found(tmp_path, "a") == ["a/Dockerfile", "a/keep/Dockerfile.tmp"]


def test_a_file_that_is_named_is_always_checked(tmp_path: Path) -> None:
    lay_out({"build/image.txt": "", ".gitignore": "build/\n", "stack.yml": ""}, tmp_path)
    with inside(tmp_path):
        assert [tuple(file) for file in find(["build/image.txt", "stack.yml", "none"])] == [
            ("build/image.txt", "dockerfile"),
            ("stack.yml", "compose"),
            ("none", "dockerfile"),
        ]


def test_each_file_is_found_once(tmp_path: Path) -> None:
    lay_out({"a/Dockerfile": ""}, tmp_path)
    assert found(tmp_path, "a/Dockerfile", ".", "./a") == ["a/Dockerfile"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    lay_out({"real/Dockerfile": ""}, tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == ["real/Dockerfile"]


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", ".gitignore"])
def test_pipes_are_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    lay_out({"api.Dockerfile": "FROM a\n"}, tmp_path)
    with inside(tmp_path):
        assert [file.path for file in find(["."])] == ["api.Dockerfile"]
