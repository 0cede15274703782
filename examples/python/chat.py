#!/usr/bin/env python3
"""A visitor in a terminal: chat.py ws://127.0.0.1:8080 sit_… ["a first line"]

What is typed is sent, what is answered is printed; a lost connection is taken up again. Written from protocol/PROTOCOL.md
alone. Needs Python 3.10 on Linux or macOS and nothing else: ws.py next to it is a small WebSocket.
"""
import json, math, random, secrets, sys, time
from ws import WebSocket

URL, SITE, *lines = sys.argv[1:]
keyboard = open(0, "rb", buffering=0)
token, epoch, cursors, waiting, pause = None, 0, {}, [], 0.5  # waiting: commands without an answer; only the first is under way

def say(text):
    bits = int(time.time() * 1000) << 80 | secrets.randbits(80)
    id = "cmd_" + "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> shift & 31] for shift in range(125, -5, -5))
    waiting.append({"id": id, "command": {"send": {"text": text}}})

def show(body):
    match body:
        case {"message": {"author": author, "text": text}}: line = ("< " if author == "visitor" else "> ") + text
        case {"assignment": {"joined": {"agent": {"name": name, "kind": kind}}}}: line = f"* {name} ({kind}) has joined"
        case str(): return  # "other": newer than this program
        case _:  # {"resolution": "resolved"}, {"callback": {"moved": {…}}}
            (feature, what), = body.items()
            line = "* " + (what if isinstance(what, str) else f"{feature} {next(iter(what))}")
    print(line, flush=True)

def talk(ws):  # until the connection ends, by an OSError
    global token, epoch, pause
    send = lambda frame: ws.send(json.dumps(frame))
    ask = lambda: waiting and send({"command": waiting[0]})
    resume = {"epoch": epoch, "cursors": [{"conversation": log, "after": after} for log, after in cursors.items()]}
    send({"hello": {"version": 1, "credential": {"site": SITE, "token": token, "locale": "en"}, "resume": resume}})
    idle, sources, heard, beat, again = 30, [ws], False, time.monotonic() + 10, math.inf
    while True:
        ready = ws.wait(sources, min(beat, again) - time.monotonic())
        if time.monotonic() >= beat:
            if not heard: raise OSError("nothing was heard for too long")
            heard, beat = False, time.monotonic() + idle / 3
            send("ping")
        if time.monotonic() >= again:
            again = math.inf
            ask()
        if keyboard in ready:
            if not (line := keyboard.readline()): sources.remove(keyboard)
            elif line.strip():
                say(line.decode().strip())
                if len(waiting) == 1: ask()
        if ws not in ready: continue
        heard = True
        match json.loads(ws.recv()):
            case {"welcome": welcome}:
                if welcome["epoch"] != epoch: cursors.clear()
                token, epoch, pause = welcome["body"]["token"], welcome["epoch"], 0.5
                idle, sources, beat = welcome["idle_ms"] / 1000, [ws, keyboard], time.monotonic()
                ask()
            case {"entries": {"conversation": log, "entries": entries}}:
                for entry in entries:
                    if entry["seq"] == cursors.get(log, 0) + 1:
                        cursors[log] = entry["seq"]
                        show(entry["body"])
                if entries[-1]["seq"] > cursors.get(log, 0):  # a hole
                    send({"follow": {"conversation": log, "after": cursors.get(log, 0)}})
            case {"reset": {"conversation": log}}: cursors[log] = 0
            case {"refused": {"refusal": {"code": "too_fast" | "unavailable", "retry_after_ms": ms}}}:
                again = time.monotonic() + ms / 1000
            case {"ack": _} | {"refused": _} as answer:
                said = waiting.pop(0)["command"]["send"]["text"]
                if "refused" in answer: print("* not sent:", said, answer["refused"]["refusal"]["code"], flush=True)
                ask()

for line in lines: say(line)
while True:
    try: talk(WebSocket(URL + "/ws/visitor", "heard.v1.json"))
    except OSError as end:
        print("*", end, file=sys.stderr, flush=True)
        code = getattr(end, "code", 1006)
        if 4100 <= code < 4200: token = None
        elif 4200 <= code < 4400 or 1007 <= code <= 1010: sys.exit(1)
    time.sleep(random.uniform(0, pause))
    pause = min(30, pause * 2)
