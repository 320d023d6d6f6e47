"""A board on this machine that hands out an archive, well or badly."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Answer:
    """What a board says at one path. `announced` is the Content-Length, if it is to be another than that of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    chunked: bool = False
    whole: bool = True
    #: Seconds before each byte of the body, for a board that sends drop by drop.
    pause: float = 0


@dataclass(slots=True)
class Board:
    """Answers by path, to be changed while it runs; and what was asked for."""

    origin: str
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)


@contextmanager
def board(**answers: Answer) -> Iterator[Board]:
    """A server on a free port; the names of the answers are paths with `_` for `/`."""
    shown = Board("", {f"/{name.replace('_', '/')}": answer for name, answer in answers.items()})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            shown.asked.append(self.path)
            answer = shown.answers.get(path, Answer(b"not here", 404))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(answer.body), 4096):
                    piece = answer.body[start : start + 4096]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                if answer.whole:
                    self.wfile.write(b"0\r\n\r\n")
            else:
                self.send_header("Content-Length", str(len(answer.body) if answer.announced is None else answer.announced))
                self.end_headers()
                for byte in answer.body if answer.pause else ():
                    time.sleep(answer.pause)
                    self.wfile.write(bytes([byte]))
                self.wfile.write(b"" if answer.pause else answer.body)
            self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing to be read in a test."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shown.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
