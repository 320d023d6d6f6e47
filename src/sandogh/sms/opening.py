"""Choosing a provider by its kind, as settings and command lines name it."""

from pathlib import Path

from sandogh.sms.gateway import BadConfiguration, load_gateway
from sandogh.sms.http import HttpProvider
from sandogh.sms.provider import Provider
from sandogh.sms.simulated import SimulatedProvider

__all__ = ["BadConfiguration", "open_provider"]


def open_provider(kind: str, *, simulated_url: str = "", http_config: str | Path = "") -> Provider:
    """The provider of this kind, ready to send. Raises BadConfiguration: a kind we do not know, or one that lacks its setting."""
    if kind == "simulated":
        if not simulated_url:
            raise BadConfiguration("the simulated provider needs the address of the simulated network")
        return SimulatedProvider(simulated_url)
    if kind == "http":
        if not http_config:
            raise BadConfiguration("the http provider needs a gateway file (TOML)")
        return HttpProvider(load_gateway(http_config))
    raise BadConfiguration(f"no SMS provider is called {kind!r}; there are: simulated, http")
