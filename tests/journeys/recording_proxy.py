"""A TCP proxy that stands on somebody's wire and keeps every byte that crosses it."""

import hashlib
import selectors
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Connection:
    """One connection's bytes, each way."""

    sent: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)


class RecordingProxy:
    """Listens on loopback and forwards to `target` ("host:port") until it is closed."""

    def __init__(self, target: str) -> None:
        host, port = target.split(":")
        self._target = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections: list[Connection] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody listens any more."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return  # closed
            connection = Connection()
            self.connections.append(connection)
            threading.Thread(target=self._forward, args=(client, connection), daemon=True).start()

    def _forward(self, client: socket.socket, connection: Connection) -> None:
        with (
            client,
            socket.create_connection(self._target) as server,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(client, selectors.EVENT_READ, (server, connection.sent))
            selector.register(server, selectors.EVENT_READ, (client, connection.answered))
            while all(self._moved(key) for key, _ in selector.select()):
                pass

    def _moved(self, key: selectors.SelectorKey) -> bool:
        """Passes on what has come; False at the end of the connection."""
        try:
            chunk = key.fileobj.recv(65536)
        except ConnectionError:
            return False
        other, kept = key.data
        kept += chunk
        if chunk:
            other.sendall(chunk)
        return bool(chunk)

    def requests(self) -> list[tuple[str, str]]:
        """Of HTTP/1.1 traffic: (first line, SHA-256 of the body) per request, per connection."""
        found: list[tuple[str, str]] = []
        for connection in self.connections:
            rest = bytes(connection.sent)
            while rest:
                head, _, rest = rest.partition(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines[1:])
                }
                length = int(headers.get("content-length", "0"))
                found.append((lines[0], hashlib.sha256(rest[:length]).hexdigest()))
                rest = rest[length:]
        return found
