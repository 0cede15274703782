#!/usr/bin/env python3
"""Runs run.sh for real, and kills a relay in the middle of a chat: `cargo build -p heard-relay && python3 examples/cluster/test_cluster.py`.

Needs what run.sh needs, on Linux. HEARD_RELAY names the relay's binary if it is not in the target folder.
"""
import json, os, pathlib, random, secrets, select, shutil, signal, socket, subprocess, sys, tempfile, threading, time, unittest, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
from ws import WebSocket

PATIENCE = 60  # seconds; a bound on failures, nothing waits this long otherwise
PORTS = "CLUSTER_PORT", "CLUSTER_RELAY_1_PORT", "CLUSTER_RELAY_2_PORT", "CLUSTER_NATS_PORT", "CLUSTER_POSTGRES_PORT"


def until(what, condition):
    """Waits for a condition to be true and returns what it returned. `what` says what it is, if need be at the end."""
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what() if callable(what) else what}")
        select.select([], [], [], 0.02)
    return result


def free_ports():
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    ports = {name: str(one.getsockname()[1]) for name, one in zip(PORTS, taken)}
    for one in taken: one.close()
    return ports


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(port))) == 0


def processes():
    """Every process that has not ended, and its parent."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it has just gone
        if state != "Z": found[int(folder.name)] = int(parent)
    return found


def offspring(of):
    """The processes under one, at any depth."""
    parents, found = processes(), {of}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {of}


class Cluster:
    """run.sh on ports and in a folder of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heard-cluster."))
        # PostgreSQL and nginx run as others when this runs as root, and have to come by here.
        self.folder.chmod(0o711)
        self.data, self.ports = self.folder / "data", free_ports()
        self.process, self.printed, self.seen = None, [], set()

    def start(self):
        self.printed = []
        self.process = subprocess.Popen(
            [HERE / "run.sh", self.data], env={**os.environ, **self.ports}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            # As in a terminal: what a shell runs in the background ignores interrupts, and bash
            # cannot trap what was ignored before it began.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,))
        self.reader.start()
        until("the cluster", lambda: self.said("Ctrl-C stops everything") or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise AssertionError(f"run.sh has ended: {self.printed}")
        self.seen |= offspring(self.process.pid)

    def read(self, lines):
        for line in lines: self.printed.append(line.rstrip("\n"))

    def said(self, words):
        return any(words in line for line in list(self.printed))

    def restart(self):
        done = subprocess.run([HERE / "restart.sh", self.data], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0: raise AssertionError(f"{done.stderr} {self.printed}")
        self.seen |= offspring(self.process.pid)

    def pid(self, name):
        return int((self.data / "run" / f"{name}.pid").read_text())

    def kill(self, name):
        os.kill(self.pid(name), signal.SIGKILL)
        until(f"{name} being missed", lambda: self.said(f"{name} has ended"))

    def stop(self, by=signal.SIGTERM):
        """Stops it; returns its exit code and what is left of it."""
        self.seen |= offspring(self.process.pid)
        self.process.send_signal(by)
        try: code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired: raise AssertionError(self.state()) from None
        self.reader.join()
        self.process.stdout.close()
        left = self.seen & processes().keys()
        return code, left | {int(port) for port in self.ports.values() if listens(port)}

    def state(self):
        """What was said, what runs and what the servers said last: for whoever has to find out why it does not end."""
        running = subprocess.run(["ps", "-e", "-o", "pid,ppid,stat,wchan:20,args", "--forest"], capture_output=True, text=True).stdout
        logs = {log.name: log.read_text(errors="replace").splitlines()[-5:] for log in (self.data / "logs").glob("*.log")}
        return f"it does not end: {self.printed}\n{running}\n{json.dumps(logs, indent=1)}"

    def clear(self):
        """Whatever a test has left."""
        if self.process and self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)

    def answer(self, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['CLUSTER_PORT']}{path}", json.dumps(body).encode() if body else None,
            {"Content-Type": "application/json"} if body else {})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def site(self):
        return (self.data / "site").read_text().strip()

    def sign_in(self, number):
        email, password = (self.data / "sign-in").read_text().splitlines()[number].split()
        return json.loads(self.answer("/api/v1/session", {"email": email, "password": password, "bearer": True}))["token"]


class Client:
    """A client that is connected, through the proxy, for as long as it is not told to leave: it comes back with its cursors, and asks
    again for what was not answered, as PROTOCOL.md says."""

    def __init__(self, cluster, path, credential):
        self.url, self.credential = f"ws://127.0.0.1:{cluster.ports['CLUSTER_PORT']}{path}", credential
        self.epoch, self.logs, self.rows, self.waiting, self.refused = 0, {}, {}, [], []
        self.greeted, self.codes, self.ws = 0, [], None
        self.lock, self.over = threading.RLock(), threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.is_set():
            try:
                ws = WebSocket(self.url, "heard.v1.json")
                try: self.talk(ws)
                finally: ws.close()
            except OSError as end:
                with self.lock:
                    self.codes.append(getattr(end, "code", None))
                    self.ws = None
            self.over.wait(random.uniform(0, 0.3))

    def talk(self, ws):
        cursors = [{"conversation": log, "after": len(bodies)} for log, bodies in self.logs.items()]
        ws.send(json.dumps({"hello": {"version": 1, "credential": self.credential, "resume": {"epoch": self.epoch, "cursors": cursors}}}))
        while not self.over.is_set():
            if not ws.wait([ws], 0.2): continue
            frame = json.loads(ws.recv())
            with self.lock: self.take(ws, frame)

    def take(self, ws, frame):
        match frame:
            case {"welcome": {"epoch": epoch, "body": body}}:
                if epoch != self.epoch: self.logs.clear()
                self.epoch, self.ws, self.greeted = epoch, ws, self.greeted + 1
                if "site" in self.credential: self.credential["token"] = body["token"]
                self.ask()
            case {"rows": {"rows": rows}}:
                for row in rows:
                    if "conversation" in row: self.adopt(row["conversation"])
            case {"entries": {"conversation": at, "entries": entries}}:
                log = self.logs.setdefault(at, [])
                for entry in entries:
                    if entry["seq"] == len(log) + 1: log.append(entry["body"])
                if entries[-1]["seq"] > len(log): self.say({"follow": {"conversation": at, "after": len(log)}})
            case {"refused": {"refusal": {"code": "too_fast" | "unavailable"}}}:
                threading.Timer(0.3, self.ask).start()
            case {"ack": _} | {"refused": _}:
                command = self.waiting.pop(0)
                if "refused" in frame: self.refused.append((command, frame))
                self.ask()

    def adopt(self, row):
        """A line of the agents' list, whose log is followed from the first sight of it."""
        self.rows[row["id"]] = row["status"]
        if row["id"] not in self.logs:
            self.logs[row["id"]] = []
            self.say({"follow": {"conversation": row["id"], "after": 0}})

    def say(self, frame):
        if self.ws is None: return
        try: self.ws.send(json.dumps(frame))
        except OSError: pass  # whoever reads finds out as well

    def ask(self):
        with self.lock:
            if self.waiting: self.say({"command": self.waiting[0]})

    def do(self, command):
        """Asks for something, once, however often it takes; one thing at a time."""
        bits = int(time.time() * 1000) << 80 | secrets.randbits(80)
        id = "cmd_" + "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> shift & 31] for shift in range(125, -5, -5))
        with self.lock:
            self.waiting.append({"id": id, "command": command})
            if len(self.waiting) == 1: self.ask()

    def act(self, conversation, act):
        """Does something in a conversation."""
        self.do({"in": {"conversation": conversation, "act": act}})

    def heard(self):
        """The texts in all its conversations, with whether a visitor wrote them."""
        with self.lock:
            bodies = [body for log in self.logs.values() for body in log]
        bodies = [body.get("public", {}).get("body") if "public" in body else body for body in bodies if isinstance(body, dict)]
        texts = [body["message"] for body in bodies if isinstance(body, dict) and "message" in body]
        return [(one["author"] == "visitor", one["text"]) for one in texts]

    def leave(self):
        self.over.set()
        self.thread.join()


class ClusterTest(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster()
        self.addCleanup(self.cluster.clear)

    def client(self, path, **credential):
        client = Client(self.cluster, path, credential)
        self.addCleanup(client.leave)
        return client

    def agent(self, number=0):
        return self.client("/ws/staff", token=self.cluster.sign_in(number))

    def visitor(self):
        return self.client("/ws/visitor", site=self.cluster.site(), token=None, locale="en")

    def exchange(self, visitor, agent, at, words):
        """The visitor asks, the agent answers; both have everything that was said, once and in order."""
        visitor.do({"send": {"text": f"{words}?"}})
        until(f"the question after {words}", lambda: (True, f"{words}?") in agent.heard())
        agent.act(at, {"send": {"text": f"{words}!"}})
        until(f"the answer after {words}", lambda: (False, f"{words}!") in visitor.heard())
        self.talk += [(True, f"{words}?"), (False, f"{words}!")]
        for client in visitor, agent:
            until("the whole talk", lambda: client.heard() == self.talk or len(client.heard()) > len(self.talk))
            self.assertEqual(client.heard(), self.talk)

    def accepted(self, visitor, agent):
        """A conversation that the visitor begins and the agent takes."""
        agent.do({"me": {"set_availability": {"availability": "available"}}})
        visitor.do({"send": {"text": "Hello"}})
        def seen():
            return f"an offer: {agent.rows} {agent.waiting + agent.refused} {visitor.waiting + visitor.refused} {agent.codes} {visitor.codes}"

        at = until(seen, lambda: next((at for at, status in dict(agent.rows).items() if "offered" in status), None))
        agent.act(at, {"assignment": "accept"})
        until("the assignment", lambda: "assigned" in agent.rows[at])
        self.talk = [(True, "Hello")]
        return at

    def test_a_chat_outlives_each_of_its_relays(self):
        self.cluster.start()
        self.assertIn(b"<!doctype html>", self.cluster.answer(f"/chat/{self.cluster.site()}").lower())
        agent, visitor = self.agent(), self.visitor()
        until("both greeted", lambda: agent.greeted and visitor.greeted)
        at = self.accepted(visitor, agent)
        self.exchange(visitor, agent, at, "before")

        # Each is once the only one, so everybody has to move at least once.
        for name in "relay-1", "relay-2":
            self.cluster.kill(name)
            self.exchange(visitor, agent, at, f"without {name}")
            self.cluster.restart()
            self.exchange(visitor, agent, at, f"{name} back")
        self.assertGreater(agent.greeted, 1)
        self.assertGreater(visitor.greeted, 1)
        self.assertEqual((agent.refused, visitor.refused), ([], []))

        # What is on its way when a relay dies arrives all the same, once and in its order.
        lines = [f"line {number}" for number in range(20)]
        for line in lines:
            visitor.do({"send": {"text": line}})
            if line == lines[5]: self.cluster.kill("relay-1")
        self.talk += [(True, line) for line in lines]
        until("every line", lambda: len(agent.heard()) >= len(self.talk))
        self.assertEqual(agent.heard(), self.talk)

    def test_relays_are_restarted_one_by_one(self):
        self.cluster.start()
        agent, visitor = self.agent(), self.visitor()
        until("both greeted", lambda: agent.greeted and visitor.greeted)
        at = self.accepted(visitor, agent)
        names = "relay-1", "relay-2"
        before = {name: self.cluster.pid(name) for name in names}
        others = [self.cluster.pid(name) for name in ("nginx", "nats", "postgres")]
        done = threading.Event()
        failed, asked = [], 0

        def restart():
            try: self.cluster.restart()
            finally: done.set()

        restarting = threading.Thread(target=restart)
        restarting.start()
        # Meanwhile there is always a relay that answers.
        while not done.is_set() or not asked:
            try: self.cluster.answer("/healthz")
            except OSError as error: failed.append(error)
            asked += 1
        restarting.join()
        self.assertEqual(failed, [], f"of {asked}")
        self.assertTrue(all(self.cluster.pid(name) != before[name] for name in names))
        self.assertEqual(others, [self.cluster.pid(name) for name in ("nginx", "nats", "postgres")])
        # Each was told to come back, and did.
        for client in agent, visitor:
            until("a goodbye", lambda: 4000 in client.codes)
            self.assertEqual(set(client.codes), {4000})
        self.exchange(visitor, agent, at, "after")

    def test_a_second_run_finds_what_was_said_and_nothing_runs_in_between(self):
        self.cluster.start()
        agent, visitor = self.agent(), self.visitor()
        until("both greeted", lambda: agent.greeted and visitor.greeted)
        at = self.accepted(visitor, agent)
        site = self.cluster.site()
        self.assertEqual(self.cluster.stop(), (0, set()))
        self.cluster.start()
        self.assertFalse(self.cluster.said("first run"))
        self.assertEqual(self.cluster.site(), site)
        # Both have been trying all the time; a colleague signs in with the password of the first
        # run.
        self.exchange(visitor, agent, at, "again")
        colleague = self.agent(1)
        until("the colleague's view", lambda: colleague.heard() == self.talk)
        self.assertEqual(self.cluster.stop(signal.SIGINT), (0, set()))

    def test_a_taken_port_is_named(self):
        with socket.create_server(("127.0.0.1", int(self.cluster.ports["CLUSTER_NATS_PORT"]))):
            port = self.cluster.ports["CLUSTER_NATS_PORT"]
            self.complains(f"127.0.0.1:{port} already: stop it, or choose another port for nats with CLUSTER_NATS_PORT")

    def test_a_missing_program_is_named(self):
        self.complains("nginx-light", HEARD_NGINX="/no/such/nginx")
        self.complains("nats-server", HEARD_NATS="/no/such/nats")
        self.complains("postgresql", HEARD_POSTGRES="/no/such/folder")
        self.complains("HEARD_RELAY", HEARD_RELAY="/no/such/relay")

    def complains(self, words, **variables):
        """It ends at once, and says why in one sentence."""
        done = subprocess.run(
            [HERE / "run.sh", self.cluster.data], env={**os.environ, **self.cluster.ports, **variables}, capture_output=True,
            text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
