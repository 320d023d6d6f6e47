"""The groups of protocol 1 by their names (protocol.md §3.1)."""

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import Malformed, Unsupported
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group

#: Legal in protocol 1, and not handled here yet.
_LATER = {"RFC-3526-2048": "group RFC-3526-2048"}


def group_named(name: object) -> Group:
    """The group of this name, protocol.md §3.1. Raises Malformed for an unknown one, Unsupported for one that is not handled yet."""
    for group in (ED25519, BELENIOS_2048):
        if name == group.name:
            return group
    if isinstance(name, str) and name in _LATER:
        raise Unsupported("§3.1", _LATER[name])
    raise Malformed("§3.1", f"no group is called {str(name)[:40]!r}")
