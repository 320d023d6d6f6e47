"""Fetches the archive of a running board: the one place of the verifier that uses the network."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import BinaryIO

import httpx

from sandogh.verifier.source import BadAddress, Unreachable

#: Seconds without a byte, and until a connection stands, after which a board counts as unreachable.
SILENCE = 60.0
CONNECTING = 20.0

#: Redirections followed, all within one origin.
REDIRECTIONS = 5

#: What httpx raises for a text that is no address, given or redirected to; the second, sometimes only when the host is asked for.
NO_ADDRESS = (httpx.InvalidURL, UnicodeError)

_ELECTION = re.compile(r"(.*/e/[A-Za-z0-9_-]+)(?:/.*)?", re.ASCII)


def archive_address(text: str) -> str:
    """Where the archive of an election is, from the address of any of the election's pages or of the archive itself.

    Raises BadAddress. Plain http is for this machine only: elsewhere anybody on the way could hand out another board.
    """
    try:
        url = httpx.URL(text)
        host = url.host
    except NO_ADDRESS as error:
        raise BadAddress(f"{text!r} is not an address: {error}") from error
    if url.scheme not in ("http", "https") or not host:
        raise BadAddress(f"{text!r} is not an https address")
    if url.userinfo:
        raise BadAddress("the address holds a user's name or password; leave them out")
    if url.scheme == "http" and not _is_loopback(host):
        raise BadAddress(f"{host} must be reached by https: over plain http anybody on the way could hand out another board")
    if url.path.endswith(".bel"):
        return str(url.copy_with(fragment=None))
    found = _ELECTION.fullmatch(url.path)
    if found is None:
        raise BadAddress("this is neither the address of an election (…/e/NAME/) nor that of an archive (….bel)")
    return str(url.copy_with(path=f"{found[1]}/archive.bel", query=None, fragment=None))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def fetch(address: str, file: BinaryIO, *, most: int, seconds: float, told: Callable[[int, int], None]) -> None:
    """Write the archive at this address into the file, as it was sent.

    Gives up above `most` bytes and after so many seconds in all. `told` hears bytes so far and in all (0 if unknown). Raises Unreachable.
    """
    url = httpx.URL(address)
    timeout = httpx.Timeout(min(SILENCE, seconds), connect=min(CONNECTING, seconds))
    # Proxies of the environment do not lead to this machine.
    with (
        httpx.Client(timeout=timeout, trust_env=not _is_loopback(url.host), headers={"Accept-Encoding": "identity"}) as client,
        _closed_after(seconds, client) as over,
    ):
        try:
            for _ in range(REDIRECTIONS + 1):
                with client.stream("GET", url) as response:
                    if not response.has_redirect_location:
                        _save(response, file, most=most, over=over, told=told)
                        return
                    url = _followed(url, response)
        except Unreachable:
            raise
        except Exception as error:
            # A connection that was closed under its reader can fail in many ways.
            if over.is_set():
                raise _too_slow(url.host) from error
            raise _unreachable(url.host, error) from error
    raise Unreachable(f"{url.host} redirects without end")


@contextmanager
def _closed_after(seconds: float, client: httpx.Client) -> Iterator[threading.Event]:
    """Close the client when the time is over, and set the event: time limits of single reads never end a board that sends drop by drop."""
    over = threading.Event()

    def close() -> None:
        over.set()
        client.close()

    timer = threading.Timer(seconds, close)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()


def _too_slow(host: str) -> Unreachable:
    return Unreachable(f"{host} had not sent the whole archive when the time was over; --timeout allows more")


def _unreachable(host: str, error: Exception) -> Exception:
    """What a fault of the network means to the reader; what is none of it is given back as it is."""
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{host} gave no answer in time")
    if isinstance(error, httpx.RemoteProtocolError):
        return Unreachable(f"{host} broke off: {error}")
    if isinstance(error, NO_ADDRESS):
        return Unreachable(f"{host} redirects to what is no address: {error}")
    if isinstance(error, httpx.HTTPError):
        return Unreachable(f"{host} cannot be reached: {error}")
    return error


def _followed(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Where a redirection leads. Only within the same origin: another host is another board."""
    target = url.join(response.headers["Location"])
    if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
        raise Unreachable(f"{url.host} redirects to {target.scheme}://{target.host}; if that is the board, give its address")
    return target


def _save(response: httpx.Response, file: BinaryIO, *, most: int, over: threading.Event, told: Callable[[int, int], None]) -> None:
    host = response.url.host
    if response.status_code != 200:
        raise Unreachable(f"{host} answered {response.status_code} {response.reason_phrase} to {response.url.path}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreachable(f"{host} sends the archive in another encoding than it was asked for")
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isascii() and announced.isdigit() else 0
    size = 0
    # Without a size of its own: pieces as they come, so that the time is looked at whenever something comes.
    for piece in response.iter_raw():
        size += len(piece)
        if max(size, total) > most:
            raise Unreachable(f"the archive at {host} is larger than {most} bytes; --most-bytes allows more")
        if over.is_set():
            raise _too_slow(host)
        file.write(piece)
        told(size, total)
