"""The groups of protocol 1 by their names (protocol.md §3.1)."""

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed
from sandogh.protocol.finite_field import BELENIOS_2048, RFC_3526_2048
from sandogh.protocol.group import Group

GROUPS: tuple[Group, ...] = (ED25519, BELENIOS_2048, RFC_3526_2048)


def group_named(name: object) -> Group:
    """The group of this name, protocol.md §3.1. Raises Malformed for an unknown one."""
    for group in GROUPS:
        if name == group.name:
            return group
    raise Malformed("§3.1", f"no group is called {str(name)[:40]!r}")
