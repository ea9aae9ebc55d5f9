"""The merchant's notify_url as a real server: keeps what arrives, answers what it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Letter:
    """One notification as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Mailbox:
    """What arrived, and the statuses to answer next (200 when none is left), with `reply`."""

    url: str
    letters: list[Letter] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    reply: bytes = b""

    def next_status(self) -> int:
        """The status for the letter that just came."""
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """Serves a mailbox on a loopback port."""

    class Post(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            mailbox.letters.append(Letter(self.path, dict(self.headers), body))
            self.send_response(mailbox.next_status())
            self.send_header("Content-Length", str(len(mailbox.reply)))
            self.end_headers()
            self.wfile.write(mailbox.reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Post)
    mailbox = Mailbox(f"http://127.0.0.1:{server.server_port}/notify")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield mailbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
