"""Signals that STOPSIGNAL takes. https://pkg.go.dev/github.com/moby/sys/signal#ParseSignal"""

from __future__ import annotations

import re

_NAMES = frozenset(
    {
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    }
)  # fmt: skip


SIGNALS = tuple(sorted(f"SIG{name}" for name in _NAMES))


def is_signal(text: str) -> bool:
    """Whether Docker knows a signal by this number, or by this name in any case, with `SIG` or without."""
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return text.strip("+-0") != ""
    name = text.upper().removeprefix("SIG")
    match = re.fullmatch(r"RTMIN\+([1-9]|1[0-5])|RTMAX-([1-9]|1[0-4])", name)
    return name in _NAMES or match is not None
