"""Ignore files against a record of what Docker's own client sent: see benchmarks/ignore_agreement.py."""

from collections import Counter
from pathlib import Path

from benchmarks.ignore_agreement import lay_out, read, verdict

RECORD = Path(__file__).parent.parent / "fixtures" / "dockerignore" / "docker-28.2.2.jsonl"


def test_docker_was_sent_the_same_files(tmp_path: Path) -> None:
    lay_out(tmp_path)
    verdicts = Counter(verdict(tmp_path, text, sent) for text, sent in read(RECORD))
    assert set(verdicts) == {
        "agree on every file",
        "refused by both",
        "refused by us only, for a pattern that Docker does not come to try",
    }
    assert verdicts["agree on every file"] > 200
