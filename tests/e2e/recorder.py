"""A reverse proxy that keeps every byte of every conversation, so that a test can search what the server was told and what it said."""

import asyncio
import contextlib
import threading


class Recorder:
    """Stands between everybody and the server on a port of its own; each direction of each connection is kept in one piece."""

    def __init__(self, *, port: int, server_port: int) -> None:
        self.port, self.server_port = port, server_port
        self.heard: list[bytes] = []  # from browsers to the server
        self.said: list[bytes] = []  # from the server to browsers
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "Recorder":
        self.thread.start()
        opening = asyncio.start_server(self.converse, "127.0.0.1", self.port)
        self.server = asyncio.run_coroutine_threadsafe(opening, self.loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def close(self) -> None:
        self.server.close()
        await self.server.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def converse(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        try:
            await asyncio.gather(self.pass_on(browser, to_server, self.heard), self.pass_on(server, to_browser, self.said))
        finally:
            for writer in (to_server, to_browser):
                writer.close()

    async def pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, record: list[bytes]) -> None:
        """Copy one direction until it ends. What the other side does not listen to any more is kept all the same."""
        place = len(record)
        record.append(b"")
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                record[place] += piece
                with contextlib.suppress(OSError):
                    target.write(piece)
                    await target.drain()
        with contextlib.suppress(OSError):
            target.write_eof()
