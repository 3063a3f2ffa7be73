"""A build context for programs. The shape is a contract: see docs/context.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO

from dockerlint import __version__
from dockerlint.context.files import Context
from dockerlint.context.tree import Branch, largest
from dockerlint.dockerfile.instructions import Instruction
from dockerlint.project.payload.sections import Section, Use
from dockerlint.project.payload.weighing import Taken, Unwanted, Weight, taken, unwanted
from dockerlint.report.context_report import problems
from dockerlint.report.text import clean

VERSION = 1


def render(sections: Sequence[Section], limit: int, out: TextIO) -> None:
    document = {
        "version": VERSION,
        "tool": {"name": "dockerlint", "version": __version__},
        "contexts": [_section(section, limit) for section in sections],
    }
    json.dump(document, out, indent=2)
    out.write("\n")


def _section(section: Section, limit: int) -> dict[str, Any]:
    context = section.context
    return {
        "path": clean(str(context.root)),
        "dockerfiles": [_use(use) for use in section.uses],
        "ignore_file": _ignore_file(context),
        "sent": _weight(Weight(len(context.files), context.sent.size)),
        "limits": {
            "context": {"bytes": section.limits.context_size, "is_exceeded": section.is_large},
            "file": {
                "bytes": section.limits.file_size,
                "exceeded_by": [{"path": clean(entry.path), "bytes": entry.size} for entry in section.large_files],
            },
        },
        "kept_back": {
            **_weight(Weight(len(context.kept_back.entries), context.kept_back.size)),
            "by_pattern": [
                {
                    "line": each.pattern.line,
                    "pattern": clean(each.pattern.text),
                    "files": each.files,
                    "bytes": each.size,
                }
                for each in sorted(context.walk.by_pattern, key=lambda each: -each.size)
            ],
        },
        "largest": [_branch(branch) for branch in largest(context.files, limit)],
        "unwanted": [_unwanted(one) for one in unwanted(section)],
        "special_files": len(context.walk.special),
        "is_complete": context.is_complete,
        "problems": [clean(problem) for problem in problems(section)],
    }


def _use(use: Use) -> dict[str, Any]:
    copies: dict[Instruction, list[Taken]] = {}
    for each in taken(use.build):
        copies.setdefault(each.asked.instruction, []).append(each)
    return {
        "path": clean(use.build.dockerfile.path),
        "evidence": [{**each._asdict(), "path": each.path and clean(each.path)} for each in use.evidence],
        "copies": [_copy(instruction, words) for instruction, words in copies.items()],
    }


def _copy(instruction: Instruction, words: Sequence[Taken]) -> dict[str, Any]:
    return {
        "line": instruction.start_line,
        "instruction": clean(instruction.text),
        "stage": words[0].asked.stage.index,
        "sources": [
            {
                "word": clean(each.asked.word),
                "path": clean(each.asked.source) if each.asked.is_known else None,
                **_weight(each.sent),
                "ignored": _weight(each.ignored),
            }
            for each in words
        ],
    }


def _ignore_file(context: Context) -> dict[str, Any] | None:
    if context.ignore_path is None:
        return None
    patterns = context.ignore.patterns if context.ignore is not None else ()
    return {"path": clean(str(context.ignore_path)), "patterns": len(patterns)}


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "path": clean(branch.path),
        "depth": branch.depth,
        "is_folder": branch.is_folder,
        **_weight(Weight(branch.files, branch.size)),
    }


def _unwanted(one: Unwanted) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "what": one.what,
        "paths": [clean(path) for path in one.paths],
        "pattern": clean(one.pattern) or None,
        **_weight(one.weight),
        "taken_by": [
            {"path": clean(build.dockerfile.path), "line": word.word.line, "word": clean(word.word)}
            for build, word in one.takers
        ],
    }


def _weight(weight: Weight) -> dict[str, int]:
    return {"files": weight.files, "bytes": weight.size}
