"""How long large build contexts take, as whole processes: `dockerlint context`, and `dockerlint check`.

    python -m benchmarks.contexts [FILES] [ROUNDS]

A project of FILES files (100,000 unless said) is made in a temporary folder: source in nested folders, node_modules and
.git. It is read without an ignore file, with one of 30 patterns, and with one of 30 patterns of which some let files
in again.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_DOCKERFILE = """\
FROM node:24-slim
WORKDIR /srv
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
USER node
CMD ["node", "src/0/0/0.js"]
"""
_PATTERNS = (
    ".git", "**/node_modules", "**/*.log", "**/*.tmp", "**/.DS_Store", "**/Thumbs.db", "**/__pycache__", "**/*.py[cod]",
    ".venv", "venv", ".env", ".env.*", "**/.idea", "**/.vscode", "**/coverage", "dist", "build", "**/*.swp", "*.md",
    "docs/**/*.html", "**/*.test.js", "src/*/fixtures", "**/*~", "tmp*", "**/.cache", "compose*.yaml", "Dockerfile*",
    ".github", "**/*.map", "**/[Tt]humbs",
)  # fmt: skip
_NEGATIONS = ("!src/1/**", "!docs/*.html", "!.env.example", "!**/keep.log", "!README.md")
IGNORE_FILES = {
    "no ignore file": (),
    "30 patterns": _PATTERNS,
    "30 patterns, 5 of them negations": (*_PATTERNS[: -len(_NEGATIONS)], *_NEGATIONS),
}


def lay_out(root: Path, files: int) -> int:
    """Write a project of about so many files; a half of them in node_modules, a tenth in .git."""
    shares = {"node_modules/package": files // 2, ".git/objects": files // 10, "src": files - files // 2 - files // 10}
    count = 0
    for folder, share in shares.items():
        for number in range(share):
            below = root / folder / str(number // 2000) / str(number // 40 % 50)
            if number % 40 == 0:
                below.mkdir(parents=True, exist_ok=True)
            (below / f"{number % 40}.{('js', 'json', 'css', 'map')[number % 4]}").write_bytes(b"x" * (number % 400))
            count += 1
    for name, text in {"Dockerfile": _DOCKERFILE, "package.json": "{}", "package-lock.json": "{}"}.items():
        (root / name).write_text(text)
        count += 1
    return count


def seconds(command: list[str], folder: Path) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return time.perf_counter() - begun


def main(files: int = 100_000, rounds: int = 3) -> None:
    dockerlint = str(Path(sys.executable).parent / "dockerlint")
    commands = {
        "context": ["context", "--format", "json"],
        "context --write-ignore --check": ["context", "--write-ignore", "--check"],
        "check": ["check", "--format", "concise"],
    }
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        count = lay_out(root, files)
        for title, patterns in IGNORE_FILES.items():
            (root / ".dockerignore").unlink(missing_ok=True)
            if patterns:
                (root / ".dockerignore").write_text("\n".join(patterns) + "\n")
            print(f"{count:,} files, {title}")
            for command, words in commands.items():
                times = [seconds([dockerlint, *words], root) for _ in range(rounds)]
                print(f"  {command:32} median {statistics.median(times):5.2f} s, best {min(times):5.2f} s")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
