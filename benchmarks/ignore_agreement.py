"""Whether ignore files keep back what Docker's own client keeps back.

    python -m benchmarks.ignore_agreement [CASES] [SEED] [RECORD]

For CASES (1,000 unless said) ignore files made at random, `docker build` with the classic builder packs a folder for an
engine that is none: a small server here, which notes the files that it is sent. No engine is needed, only the program.
What it sent is written to RECORD, which tests/test_ignore_record.py compares with.

The classic builder always sends the Dockerfile and the ignore file, and does not look into an excluded folder for what
`!` and a wildcard let in, as BuildKit does: such cases are compared without the folders that it leaves closed. It
notices some bad patterns only when it comes to try them.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from dockerlint.context.files import Context
from dockerlint.context.ignore import IgnoreFile
from dockerlint.source import Source

_NAMES = ("a", "b", "ab", "A", "a.log", ".a", "#a", "!a", "é", "a b")
_PIECES = (
    "a", "b", "ab", "A", "*", "**", "?", "a*", "*b", "**a", "a**", "[ab]", "[^a]", "*.log", ".*", "a.log", "..",
    ".", "#a", "!a", "é", "a b", r"\*", r"\#a", "", "{a,b}", "a**b",
)  # fmt: skip
# What Docker refuses. Not all: it takes `\a` for a bell, which nobody means.
_BAD_PIECES = (r"\y", "[", "[a-", "[]a]", "a\\")
_FRAMES = (
    "{}",
    "{}",
    "{}",
    "!{}",
    "!{}",
    "/{}",
    "./{}",
    "{}/",
    " {} ",
    "\t{}",
    "! {}",
    "#{}",
    "!/{}",
    "{}/**",
    "**/{}",
)
_ALWAYS = {"Dockerfile", ".dockerignore"}


class _Engine(HTTPServer):
    sent: set[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Engine

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(b"OK")

    def do_POST(self) -> None:
        archive = b"".join(self._chunks())
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            self.server.sent = {member.name for member in tar if not member.isdir()}
        self._answer(b'{"stream":"done"}\n')

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Api-Version", "1.50")
        self.send_header("Ostype", "linux")
        self.send_header("Builder-Version", "1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def ignore_text(random_: random.Random) -> str:
    lines = []
    for _ in range(random_.randint(1, 6)):
        path = "/".join(
            random_.choice(_PIECES if random_.random() < 0.98 else _BAD_PIECES)
            for _ in range(random_.choice((1, 1, 2, 2, 3)))
        )
        lines.append(random_.choice(_FRAMES).format(path))
    start = random_.choice(("", "", "", "\ufeff"))
    return start + random_.choice(("\n", "\n", "\r\n")).join(lines) + random_.choice(("", "\n"))


def lay_out(root: Path) -> None:
    (root / "Dockerfile").write_text("FROM scratch\n")
    for top in _NAMES:
        (root / "sub" / top).parent.mkdir(exist_ok=True)
        (root / "sub" / top).touch()
        for middle in ("a", "b", "ab", ".a"):
            folder = root / f"{top}.d" / middle if top == "a.log" else root / top / middle
            folder.mkdir(parents=True, exist_ok=True)
            for name in _NAMES:
                (folder / name).touch()


def packed_by_docker(root: Path, engine: _Engine) -> set[str] | None:
    """What is sent; None where the client refuses the ignore file."""
    engine.sent = set()
    environment = {**os.environ, "DOCKER_BUILDKIT": "0", "DOCKER_HOST": f"tcp://127.0.0.1:{engine.server_port}"}
    done = subprocess.run(["docker", "build", "-q", str(root)], env=environment, capture_output=True, check=False)
    return engine.sent if done.returncode == 0 or engine.sent else None


def is_open_to_both(ignore: IgnoreFile, path: str) -> bool:
    """Whether the classic builder looks into all folders above a path as BuildKit does."""
    reopened = [pattern.pattern + "/" for pattern in ignore.patterns if pattern.negated]
    names = path.split("/")[:-1]
    folders = ["/".join(names[: end + 1]) for end in range(len(names))]
    return all(
        not ignore.excludes(folder) or any(name.startswith(folder + "/") for name in reopened) for folder in folders
    )


def agrees(root: Path, text: str, theirs: set[str]) -> str:
    """How what we send of a folder differs; "" where it does not."""
    (root / ".dockerignore").write_text(text, "utf-8", newline="")
    context = Context.find(root, root / "Dockerfile")
    ignore = context.ignore or IgnoreFile(())
    ours = {entry.path for entry in context.files if is_open_to_both(ignore, entry.path)} - _ALWAYS
    theirs = theirs - _ALWAYS
    return "" if ours == theirs else f"only ours {sorted(ours - theirs)[:3]}, only Docker's {sorted(theirs - ours)[:3]}"


def main(cases: int, seed: int, record: str | None) -> None:
    random_ = random.Random(seed)
    engine = _Engine(("127.0.0.1", 0), _Handler)
    threading.Thread(target=engine.serve_forever, daemon=True).start()
    counts: Counter[str] = Counter()
    noted: dict[str, set[str] | None] = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        lay_out(root)
        for _ in range(cases):
            text = ignore_text(random_)
            (root / ".dockerignore").write_text(text, "utf-8", newline="")
            theirs = packed_by_docker(root, engine)
            noted[text] = None if theirs is None else theirs - _ALWAYS
            counts[verdict(root, text, theirs)] += 1
    for title, count in counts.most_common():
        print(f"{count:6,} {title}")
    if record is not None:
        write(Path(record), noted)


def write(record: Path, noted: dict[str, set[str] | None]) -> None:
    """Keep what was sent: first the names of all files, then for each ignore file a bit for each of them."""
    names = sorted({name for sent in noted.values() for name in sent or ()})
    cases = [[text, None if sent is None else f"{_bits(names, sent):x}"] for text, sent in noted.items()]
    lines = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in [names, *cases])
    record.write_text("\n".join(lines) + "\n", "utf-8")


def _bits(names: list[str], sent: set[str]) -> int:
    return sum(1 << index for index, name in enumerate(names) if name in sent)


def read(record: Path) -> Iterator[tuple[str, set[str] | None]]:
    """The ignore files of a record, each with the files that were sent, None where the client refused it."""
    names, *cases = map(json.loads, record.read_text("utf-8").splitlines())
    for text, bits in cases:
        sent = None if bits is None else {name for index, name in enumerate(names) if int(bits, 16) >> index & 1}
        yield text, sent


def verdict(root: Path, text: str, theirs: set[str] | None) -> str:
    is_bad = bool(IgnoreFile.read(Source("", text)).errors)
    if theirs is None:
        return "refused by both" if is_bad else f"refused by Docker only: {text!r}"
    if is_bad:
        return "refused by us only, for a pattern that Docker does not come to try"
    difference = agrees(root, text, theirs)
    return f"{text!r}: {difference}" if difference else "agree on every file"


if __name__ == "__main__":
    cases, seed, record, *_ = [*sys.argv[1:], *("1000", "1", "")[len(sys.argv) - 1 :]]
    main(int(cases), int(seed), record or None)
