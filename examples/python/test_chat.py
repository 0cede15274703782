#!/usr/bin/env python3
"""Runs chat.py against a real relay: `cargo build -p heard-relay && python3 examples/python/test_chat.py`.

HEARD_RELAY names the relay's binary if it is not in the target folder.
"""
import json, os, pathlib, queue, secrets, select, socket, subprocess, sys, tempfile, threading, time, unittest
from ws import WebSocket

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 20  # seconds; a bound on failures, nothing waits this long otherwise
IDLE = 1.5


def binary():
    if "HEARD_RELAY" in os.environ:
        return os.environ["HEARD_RELAY"]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
    built = [path for path in (target / "debug/heard-relay", target / "release/heard-relay") if path.exists()]
    if not built:
        raise SystemExit("build the relay first: cargo build -p heard-relay")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def until(what, condition):
    """Waits for a condition to be true and returns what it returned."""
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        select.select([], [], [], 0.01)
    return result


class Relay:
    """A relay with one site, and a token for an agent who answers."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "heard.db")
        self.site = self.run("site", "add", "--name", "Shop")[0]
        self.token = self.run("agent", "add", "--bot", "--name", "Robin", "--email", "robin@shop.example")[1]
        limits = {"HEARD_LIMITS__IDLE_MS": str(int(IDLE * 1000)), "HEARD_LIMITS__BURST": "5"}
        self.process = subprocess.Popen(
            [binary(), "serve", "--data", self.data, "--listen", "127.0.0.1:0"],
            env={**os.environ, **limits}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def run(self, *words):
        done = subprocess.run([binary(), *words, "--data", self.data], check=True, capture_output=True, text=True)
        return done.stdout.split()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.folder.cleanup()


class Agent:
    """The other end of the conversation."""

    def __init__(self, relay):
        self.ws = WebSocket(f"ws://127.0.0.1:{relay.port}/ws/staff", "heard.v1.json")
        self.bodies, self.conversations, self.answers = {}, set(), queue.Queue()
        self.ws.send(json.dumps({"hello": {"version": 1, "credential": {"token": relay.token}, "resume": None}}))
        self.lock, self.over = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def send(self, frame):
        with self.lock:
            self.ws.send(json.dumps(frame))

    def listen(self):
        while not self.over.is_set():
            if self.ws not in self.ws.wait([self.ws], IDLE / 3):
                self.send("ping")
                continue
            match json.loads(self.ws.recv()):
                case {"rows": {"rows": rows}}:
                    for row in rows:
                        if "conversation" in row: self.adopt(row["conversation"]["id"])
                case {"entries": {"conversation": at, "entries": entries}}:
                    for entry in entries:
                        if entry["seq"] == len(self.bodies[at]) + 1: self.bodies[at].append(entry["body"])
                case {"ack": _} as answer: self.answers.put(answer)
                case {"refused": _} as answer: self.answers.put(answer)

    def adopt(self, conversation):
        if conversation not in self.bodies:
            self.bodies[conversation] = []
            self.send({"follow": {"conversation": conversation, "after": 0}})

    def do(self, conversation, act):
        id = "cmd_0" + "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(25))
        self.send({"command": {"id": id, "command": {"in": {"conversation": conversation, "act": act}}}})
        answer = self.answers.get(timeout=PATIENCE)
        assert "ack" in answer, answer

    def said(self):
        """What visitors have said, in every conversation, in order."""
        return {at: [body["public"]["body"]["message"]["text"] for body in list(bodies)
                     if body.get("public", {}).get("body", {}).get("message", {}).get("author") == "visitor"]
                for at, bodies in list(self.bodies.items())}

    def conversation_with(self, line):
        return until(repr(line), lambda: next((at for at, lines in self.said().items() if line in lines), None))

    def leave(self):
        self.over.set()
        self.thread.join()
        self.ws.close()


class Line:
    """A TCP proxy in front of the relay that can be cut, or made to swallow what the relay says."""

    def __init__(self, port):
        self.relay, self.listener = port, socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections, self.from_client, self.deaf, self.pairs, self.sockets = 0, 0, False, [], []
        self.accepting = threading.Thread(target=self.accept)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            relay = socket.create_connection(("127.0.0.1", self.relay))
            self.pairs.append((client, relay))
            self.sockets += client, relay
            self.connections += 1
            threading.Thread(target=self.carry, args=(client, relay), daemon=True).start()
            threading.Thread(target=self.carry, args=(relay, client), daemon=True).start()

    def carry(self, source, to):
        from_client = any(source is client for client, _ in self.pairs)
        try:
            while data := source.recv(65536):
                self.from_client += from_client
                if from_client or not self.deaf:
                    to.sendall(data)
        except OSError:
            pass
        for end in source, to:
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass

    def cut(self):
        pairs, self.pairs = self.pairs, []
        for ends in pairs:
            for end in ends:
                try: end.shutdown(socket.SHUT_RDWR)
                except OSError: pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        self.cut()
        for one in (self.listener, *self.sockets):
            one.close()


class Chat:
    """chat.py in a process of its own."""

    def __init__(self, port, site, *lines):
        self.process = subprocess.Popen(
            [sys.executable, HERE / "chat.py", f"ws://127.0.0.1:{port}", site, *lines],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.printed = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def leave(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


class ChatTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.relay = Relay()
        cls.addClassCleanup(cls.relay.stop)

    def setUp(self):
        self.agent = Agent(self.relay)
        self.addCleanup(self.agent.leave)
        self.line = Line(self.relay.port)
        self.addCleanup(self.line.close)

    def chat(self, *lines, site=None):
        chat = Chat(self.line.port, site or self.relay.site, *lines)
        self.addCleanup(chat.leave)
        return chat

    def printed(self, chat, *lines):
        until(f"{lines} among {chat.printed}", lambda: all(line in chat.printed for line in lines))

    def test_a_question_is_answered(self):
        chat = self.chat("Do you have oolong?")
        at = self.agent.conversation_with("Do you have oolong?")
        self.agent.do(at, {"assignment": "accept"})
        self.agent.do(at, {"note": {"text": "a secret"}})
        self.agent.do(at, {"send": {"text": "Да, и пуэр 🍵"}})
        self.agent.do(at, {"resolution": "resolve"})
        self.printed(chat, "* resolved")
        expected = ["< Do you have oolong?", "* Robin (bot) has joined", "> Да, и пуэр 🍵", "* resolved"]
        self.assertEqual(chat.printed, expected)

    def test_typed_lines_arrive_once_and_in_order_however_fast(self):
        lines = [f"line {number}" for number in range(20)]  # four times what the relay takes at once
        chat = self.chat(lines[0])
        at = self.agent.conversation_with(lines[0])
        for line in lines[1:]:
            chat.type(line)
        until("all of it", lambda: lines[-1] in self.agent.said()[at])
        self.assertEqual(self.agent.said()[at], lines)
        self.printed(chat, f"< {lines[-1]}")
        self.assertEqual(chat.printed, [f"< {line}" for line in lines])

    def test_what_came_while_the_line_was_down_is_printed_once(self):
        chat = self.chat("hello?")
        at = self.agent.conversation_with("hello?")
        self.agent.do(at, {"assignment": "accept"})
        self.agent.do(at, {"send": {"text": "one"}})
        self.printed(chat, "> one")
        self.line.deaf = True
        self.agent.do(at, {"send": {"text": "two"}})
        self.line.cut()
        self.agent.do(at, {"send": {"text": "three"}})
        self.line.deaf = False
        self.line.cut()
        self.printed(chat, "> three")
        answers = [line for line in chat.printed if line.startswith(">")]
        self.assertEqual(answers, ["> one", "> two", "> three"])
        self.assertEqual(chat.printed.count("< hello?"), 1)

    def test_a_line_whose_receipt_was_lost_is_not_said_twice(self):
        chat = self.chat("first")
        at = self.agent.conversation_with("first")
        self.printed(chat, "< first")
        self.line.deaf = True
        chat.type("second")
        until("the second line", lambda: "second" in self.agent.said()[at])
        before = self.line.connections
        self.line.deaf = False
        self.line.cut()
        until("another connection", lambda: self.line.connections > before)
        chat.type("third")
        self.printed(chat, "< third")
        self.assertEqual(self.agent.said()[at], ["first", "second", "third"])
        self.assertEqual(chat.printed, ["< first", "< second", "< third"])

    def test_silence_does_not_end_the_connection(self):
        self.chat("still there?")
        self.agent.conversation_with("still there?")
        began, frames = time.monotonic(), self.line.from_client
        until("many pings", lambda: self.line.from_client >= frames + 8)
        self.assertGreater(time.monotonic() - began, 2 * IDLE)
        self.assertEqual(self.line.connections, 1)

    def test_a_line_that_has_gone_deaf_is_given_up(self):
        chat = self.chat("hello")
        self.printed(chat, "< hello")
        self.line.deaf = True
        until("another connection", lambda: self.line.connections > 1)

    def test_there_is_no_use_in_trying_a_site_that_is_not_there(self):
        chat = self.chat("hello", site="sit_00000000000000000000000000")
        self.assertEqual(chat.process.wait(PATIENCE), 1)
        self.assertIn("4302", chat.process.stderr.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
