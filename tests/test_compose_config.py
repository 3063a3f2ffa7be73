"""The resolved model against answers of Docker Compose, which `python -m benchmarks.compose_oracle` records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.compose_agreement import differences, ours
from benchmarks.compose_oracle import HOME, cases

FOLDER = Path(__file__).with_name("compose_config")
CASES = [
    pytest.param(files, json.loads(path.with_suffix(".json").read_text("utf-8"))[title], id=f"{path.stem}: {title}")
    for path in sorted(FOLDER.glob("*.txt"))
    for title, files in cases(path.read_text("utf-8"))
]


@pytest.mark.parametrize(("files", "theirs"), CASES)
def test_a_project_resolves_as_for_docker_compose(files: dict[str, str | bytes], theirs: dict[str, Any]) -> None:
    mine = ours(files, HOME)
    assert (mine["error"] is None) is ("error" not in theirs), (mine["error"], theirs.get("error"))
    if mine["error"] is None:
        assert list(differences(mine["config"], theirs["config"])) == []
