"""A WebSocket client from Python's standard library, so that chat.py needs nothing installed; nothing here is about Heard.

Good for trying things out. A program that is to stay uses a full one, such as the `websockets` package.
"""
import base64, os, select, socket, ssl, struct, urllib.parse


class Closed(OSError):
    """The other side has closed the connection; `code` says why."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason}".strip())
        self.code = code


class WebSocket:
    """One connection. `url` is `ws://…` or `wss://…`."""

    def __init__(self, url, protocol):
        to = urllib.parse.urlsplit(url)
        self.sock = socket.create_connection((to.hostname, to.port or (443 if to.scheme == "wss" else 80)), 10)
        if to.scheme == "wss":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=to.hostname)
        try:
            self.upgrade(url, to, protocol)
        except OSError:
            self.close()
            raise

    def upgrade(self, url, to, protocol):
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall("\r\n".join((
            f"GET {to.path} HTTP/1.1", f"Host: {to.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Protocol: {protocol}", "", "",
        )).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.read(1)
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise OSError(f"no WebSocket at {url}: {answer.splitlines()[0].decode()}")

    def send(self, data, opcode=1):
        """Sends a text, or bytes with another opcode, as one masked frame."""
        data, mask = data.encode() if isinstance(data, str) else data, os.urandom(4)
        size = len(data)
        lengths = ("!B", 0x80 | size), ("!BH", 0x80 | 126, size), ("!BQ", 0x80 | 127, size)
        length = struct.pack(*lengths[(size > 125) + (size > 65535)])
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self.sock.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def recv(self):
        """Waits for the next text; raises `Closed` when there will be none."""
        text = b""
        while True:
            first, size = self.read(2)
            if size > 125:
                size = int.from_bytes(self.read(2 if size == 126 else 8), "big")
            data, opcode = self.read(size), first & 0x0F
            if opcode == 8:
                self.send(data[:2], opcode=8)
                raise Closed(int.from_bytes(data[:2], "big") if data else 1005, data[2:].decode())
            if opcode == 9:
                self.send(data, opcode=10)
            elif opcode < 8:
                text += data
                if first & 0x80:
                    return text.decode()

    def read(self, size):
        data = b""
        while len(data) < size:
            if not (more := self.sock.recv(size - len(data))):
                raise Closed(1006, "without a word")
            data += more
        return data

    def wait(self, sources, seconds):
        """Those of `sources` (this one among them) that have something to read, after at most so many seconds."""
        if getattr(self.sock, "pending", int)():  # TLS has it decrypted already
            return [self]
        return select.select(sources, [], [], max(0, seconds))[0]

    def fileno(self):
        return self.sock.fileno()

    def close(self):
        self.sock.close()
