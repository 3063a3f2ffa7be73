"""Shell text: what a script does otherwise than it seems to."""

from .certificates import TlsVerificationDisabled
from .checksums import ChecksumLineOneSpace, DownloadWithoutChecksum
from .dialect import BashSyntaxInSh, EchoMisprints
from .downloads import CurlWithoutFail, PlainHttpDownload
from .expansion import UnquotedExpansion
from .failures import CdWithoutCheck, HeredocWithoutErrexit, SemicolonHidesFailure
from .globs import DashGlob, FragileFileList, UnquotedPattern
from .lines import ShellSyntaxError, SwallowedLines
from .links import LinkOverSh
from .lists import AssignmentWithoutEffect, ChainedAndOr
from .pipes import PipeWithoutPipefail
from .privileges import InsecureRun
from .quoting import Backticks, BrokenQuotes, LiteralDollar
from .removals import DangerousRm
from .scripts import PipedRemoteScript
from .status import MaskedStatus, UnquotedInTest
from .steps import ProcessLostAfterRun, ShellStateLost
from .useless import CdInsteadOfWorkdir, UselessInBuild
from .variables import TlsVerificationDisabledInEnv
from .wget import WgetAndCurl, WgetProgress

__all__ = [
    "AssignmentWithoutEffect",
    "Backticks",
    "BashSyntaxInSh",
    "BrokenQuotes",
    "CdInsteadOfWorkdir",
    "CdWithoutCheck",
    "ChainedAndOr",
    "ChecksumLineOneSpace",
    "CurlWithoutFail",
    "DangerousRm",
    "DashGlob",
    "DownloadWithoutChecksum",
    "EchoMisprints",
    "FragileFileList",
    "HeredocWithoutErrexit",
    "InsecureRun",
    "LinkOverSh",
    "LiteralDollar",
    "MaskedStatus",
    "PipeWithoutPipefail",
    "PipedRemoteScript",
    "PlainHttpDownload",
    "ProcessLostAfterRun",
    "SemicolonHidesFailure",
    "ShellStateLost",
    "ShellSyntaxError",
    "SwallowedLines",
    "TlsVerificationDisabled",
    "TlsVerificationDisabledInEnv",
    "UnquotedExpansion",
    "UnquotedInTest",
    "UnquotedPattern",
    "UselessInBuild",
    "WgetAndCurl",
    "WgetProgress",
]
