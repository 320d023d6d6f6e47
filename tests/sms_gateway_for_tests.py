"""A small real HTTP gateway: it records what it hears and answers as the test has laid down, also late or not at all."""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`delay`: seconds before answering. `drop`: close the connection instead of answering, the request having been heard."""

    status: int = 200
    body: str = '{"return":{"status":200},"entries":[{"messageid":8792343}]}'
    delay: float = 0.0
    drop: bool = False


@dataclass(slots=True)
class GatewayForTests:
    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)


@contextmanager
def gateway() -> Iterator[GatewayForTests]:
    """A running gateway. Without answers laid down it takes everything."""
    state = GatewayForTests("")

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.heard.append(Heard(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body))
            answer = state.answers.popleft() if state.answers else Answer()
            time.sleep(answer.delay)
            if answer.drop:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            payload = answer.body.encode()
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)
            except (BrokenPipeError, ConnectionResetError):
                # The client has lost patience, as a test wanted.
                return

        do_GET = do_POST = handle_any  # noqa: N815 (http.server's names)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unused_url() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
