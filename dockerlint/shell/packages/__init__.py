"""What a command does in package-manager terms: what it installs, from where, and what it leaves behind.

What only one tool knows stands in the module of its family, such as `system.apt_setting` or
`node.npx_package`, and is imported from there.
"""

from dockerlint.shell.packages.actions import action_of
from dockerlint.shell.packages.manifests import Installer, installer, matches_manifest
from dockerlint.shell.packages.model import Download, Package, PackageAction, Verb

__all__ = [
    "Download",
    "Installer",
    "Package",
    "PackageAction",
    "Verb",
    "action_of",
    "installer",
    "matches_manifest",
]
