"""Rebuild the package's facts about base images from a snapshot of them.

    python -m benchmarks.knowledge SNAPSHOT           # writes dockerlint/knowledge/data
    python -m benchmarks.knowledge SNAPSHOT --check   # only says whether the package has just these

SNAPSHOT is a folder with `base_images.json`, `slim.json` and `eol.json`, drawn from docker-library/official-images and
endoflife.date. Two things are done to them: what we know beyond the snapshot is added, and each pattern gets the
literal beginnings of what it matches, so that it is compiled only for names that begin so.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dockerlint.knowledge import records

DATA = Path(records.__file__).with_name("data")
# Images whose tags differ in what the snapshot tells of their default tag alone.
AMENDMENTS: dict[str, dict[str, Any]] = {
    "php": {
        "tags_pattern": {
            "(?:^|-)fpm": {"cmd": ["php-fpm"], "workdir": "/var/www/html"},
            "(?:^|-)apache": {"cmd": ["apache2-foreground"], "workdir": "/var/www/html"},
        }
    }
}


def rebuilt(snapshot: Path) -> dict[str, str]:
    """The texts of the data files by name."""
    images = json.loads((snapshot / "base_images.json").read_text("utf-8"))
    for name, fields in AMENDMENTS.items():
        images[name] |= fields
    known = {
        row[1]: row[0]
        for key in ("_aliases", "_families")
        for row in json.loads((DATA / "base_images.json").read_text("utf-8"))[key]
    }
    for key in ("_aliases", "_families"):
        images[key] = [[known.get(pattern, [""]), pattern, *rest] for pattern, *rest in images[key]]
    return {
        "base_images.json": _printed(images),
        **{name: (snapshot / name).read_text("utf-8") for name in ("eol.json", "slim.json")},
    }


def _printed(records_by_name: dict[str, Any]) -> str:
    """One record a line, which is how single ones are read."""
    lines = (f"{json.dumps(key)}:{_compact(value)}" for key, value in records_by_name.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def main(arguments: list[str]) -> int:
    snapshot, only_check = Path(arguments[0]), "--check" in arguments
    texts = rebuilt(snapshot)
    differing = [
        name for name, text in texts.items() if json.loads(text) != json.loads((DATA / name).read_text("utf-8"))
    ]
    if not only_check:
        for name in differing:
            (DATA / name).write_text(texts[name], "utf-8")
    images, eol = json.loads(texts["base_images.json"]), json.loads(texts["eol.json"])
    print(f"{len(images):8,} records of images, {eol['_meta']['official_images_snapshot']}")
    print(f"{len(eol['products']):8,} products with ends of life, {eol['_meta']['snapshot']}")
    print("the package has just these" if not differing else f"differing: {', '.join(differing)}")
    return 1 if differing and only_check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
