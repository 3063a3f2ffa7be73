"""A file that is twice as long is twice the work for the rules: counted in calls, which no busy machine changes."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pytest

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.engine import Engine
from dockerlint.lint.registry import DOCKERFILE_CHAPTERS, all_rules
from dockerlint.lint.run import KNOWING_IMAGES
from dockerlint.lint.settings import Settings
from dockerlint.project.project import Project
from dockerlint.source import Source

_KINDS = {
    "apt-get": "RUN apt-get update && apt-get install -y package{n}\n",
    "installers": "RUN pip install -r requirements{n}.txt && cd /app{n} && npm ci && yarn && gem install g{n}\n",
    "downloads": "RUN curl -fO https://x.io/a{n}.tgz && tar xf a{n}.tgz && git clone https://x.io/b{n}.git\n",
    "copies": "COPY app{n} /srv/app{n}\nRUN chown -R app:app /srv/app{n}\nRUN rm -rf /srv/app{n} && chmod 777 /a{n}\n",
    "lock files": "COPY app{n}/package.json app{n}/yarn.lock /app{n}/\nRUN cd /app{n} && yarn install\n",
    "archives": "COPY a{n}.tgz /tmp/\nRUN tar xf /tmp/a{n}.tgz -C /opt\nADD https://x.io/b{n} /b{n}\n",
    "variables": "ARG NAME{n}=1\nENV OTHER{n}=$NAME{n}\n",
}


def _calls(text: str, path: Path) -> int:
    """How many functions are called to check a file with every rule."""
    rules = [rule for rule in all_rules() if rule.chapter in DOCKERFILE_CHAPTERS]
    engine = Engine(rules, Settings(as_of=datetime.date(2026, 1, 1)))
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        engine.check_build(Project(path.parent).build(Dockerfile(Source(str(path), text), KNOWING_IMAGES), path))
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("kind", _KINDS)
def test_work_grows_as_the_file_does(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text("")
    lines = [_KINDS[kind].replace("{n}", str(number)) for number in range(360)]
    # Some rules look back a hundred layers, and no further: only beyond that it is the same for each.
    first, second, third = (_calls("FROM debian:13\n" + "".join(lines[:count]), path) for count in (120, 240, 360))
    assert third - second < 1.2 * (second - first)
