"""A node of a Belfry fleet in Python, as docs/node-protocol.md describes it.

Needs `cryptography`. With `centrifuge-python` installed it hears of its chunks at once; without, it hears of them with its heartbeats.
"""

import base64
import hashlib
import http.client
import json
import multiprocessing
import os
import pathlib
import queue
import random
import secrets
import signal
import threading
import time
import urllib.parse
from email.utils import parsedate_to_datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PROTOCOL = "1"
FLEET = "/fleet/v1"
# What one call may carry.
MOST_RESULTS = 1_000
MOST_BYTES = 8 * 1024 * 1024 - 65_536


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def node_id(public_key):
    return "n-" + base64.b32encode(sha256(public_key)).decode().lower()[:26]


def signed_text(method, host, path, timestamp, nonce, body):
    lines = ["belfry-ed25519-1", method, host, path, str(timestamp), nonce, base64url(sha256(body))]
    return "\n".join(lines)


def to_json(value):
    """What is sent: floats as the shortest text that means them, no NaN, no infinity."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


class RangeFold:
    """Puts the values of neighbouring blocks together in the order that depends on their number alone."""

    def __init__(self, merge, begin=0):
        self.merge = merge
        self.end = begin
        self.stack = []  # of [blocks, value as JSON text]

    def push(self, blocks, value):
        self.end += blocks
        top = [blocks, to_json(value)]
        while self.stack and self.stack[-1][0] == top[0] and (self.end // top[0]) % 2 == 0:
            left = self.stack.pop()
            merged = self.merge(json.loads(left[1]), json.loads(top[1]))
            top = [top[0] * 2, to_json(merged)]
        self.stack.append(top)

    def value(self):
        """The JSON text of all that was given."""
        total = self.stack[0][1]
        for _, value in self.stack[1:]:
            total = to_json(self.merge(json.loads(total), json.loads(value)))
        return total


def run_chunk(simulation, attempt, chunk_input, on_block=lambda done: None):
    """Runs the blocks of a chunk; returns the JSON text of what they come to."""
    begin, count = attempt["from"], attempt["blockIterations"]
    fold = RangeFold(simulation.merge, begin)
    for done in range(attempt["blocks"]):
        value = simulation.run(
            input=chunk_input["input"],
            round_input=chunk_input["roundInput"],
            seed=attempt["seed"],
            round=attempt["round"],
            block=begin + done,
            first=attempt["firstIteration"] + done * count,
            count=count,
        )
        fold.push(1, value)
        on_block(done + 1)
    return fold.value()


class NodeKey:
    """The key of a node, in a file that only its owner can read."""

    def __init__(self, private_key):
        self.private_key = private_key
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        self.public_bytes = private_key.public_key().public_bytes(*raw)
        self.public_key = base64url(self.public_bytes)
        self.node = node_id(self.public_bytes)

    @classmethod
    def in_file(cls, file):
        try:
            if os.stat(file).st_mode & 0o077:
                raise PermissionError(f"{file}: others can read it; run chmod 600 {file}, or remove it")
            private_key = serialization.load_pem_private_key(file.read_bytes(), None)
            return cls(private_key)
        except FileNotFoundError:
            private_key = Ed25519PrivateKey.generate()
            pem = private_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(pem)
                os.fsync(descriptor)
            return cls(private_key)

    def sign(self, text):
        return base64url(self.private_key.sign(text.encode()))


class CallError(Exception):
    def __init__(self, status, code, message, retry_after=0.0):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.retry_after = retry_after

    @property
    def is_passing(self):
        """Whether the same may succeed later."""
        return self.code in ("clock_off", "nonce_used") or self.status in (0, 408, 425, 429) or self.status >= 500


class Client:
    """Signed calls, one at a time, over a connection that is kept open."""

    def __init__(self, url, key):
        self.url = urllib.parse.urlsplit(url)
        self.key = key
        self.connection = None
        self.ahead = 0.0  # the server's clock before ours, in seconds

    def call(self, name, body, timeout=10.0):
        data = body if isinstance(body, bytes) else to_json(body).encode()
        return self.ask("POST", f"{FLEET}/node/{name}", data, timeout)

    def ask(self, method, path, body=b"", timeout=10.0):
        for tries in range(3):
            try:
                return self.once(method, self.url.path.rstrip("/") + path, body, timeout)
            except CallError as error:
                if error.code != "clock_off" or tries > 0:
                    raise
            except (OSError, http.client.HTTPException) as error:
                # A connection that was kept open may have ended meanwhile: once more, on a new one.
                is_old = self.connection is not None
                self.close()
                if not is_old or tries > 1:
                    raise CallError(0, "network", str(error) or type(error).__name__) from error
        raise CallError(0, "network", "no answer")

    def once(self, method, path, body, timeout):
        if self.connection is None:
            kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
            connection = kind(self.url.netloc, timeout=timeout)
            connection.connect()
            self.connection = connection
        self.connection.sock.settimeout(timeout)
        timestamp = round((time.time() + self.ahead) * 1_000)
        nonce = secrets.token_hex(16)
        text = signed_text(method, self.url.netloc, path, timestamp, nonce, body)
        headers = {
            "host": self.url.netloc,
            "content-type": "application/json",
            "belfry-node": self.key.node,
            "belfry-timestamp": str(timestamp),
            "belfry-nonce": nonce,
            "belfry-signature": self.key.sign(text),
            "belfry-protocol": PROTOCOL,
        }
        self.connection.request(method, path, body if method == "POST" else None, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status // 100 == 2:
            return json.loads(data) if data else {}
        try:
            error = json.loads(data)["error"]
        except (ValueError, KeyError, TypeError):
            error = {"code": f"http_{answer.status}", "message": "is this the address of a Belfry server?"}
        if error["code"] == "clock_off" and answer.headers["date"]:
            ahead = parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
            self.ahead = ahead if abs(ahead) > 2 else 0.0
        after = answer.headers["retry-after"] or ""
        raise CallError(answer.status, error["code"], error["message"], float(after) if after.isdigit() else 0.0)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Backoff:
    """Full jitter."""

    def __init__(self, base, cap):
        self.base = base
        self.cap = cap
        self.failures = 0
        self.at = 0.0

    def failed(self, at_least=0.0):
        most = min(self.cap, self.base * 2 ** min(self.failures, 30))
        self.failures += 1
        self.at = time.monotonic() + at_least + random.random() * most

    def succeeded(self):
        self.failures = 0
        self.at = 0.0


class Spool:
    """Results on disk until the Sentinel has them."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self):
        results = {}
        for file in self.directory.iterdir():
            if file.suffix == ".json":
                result = json.loads(file.read_text())
                results[result["attempt"]] = result
        return results

    def keep(self, result):
        file = self.directory / f"{result['attempt']}.json"
        draft = file.with_suffix(".tmp")
        with open(draft, "w") as out:
            out.write(to_json(result))
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)

    def forget(self, attempt):
        (self.directory / f"{attempt}.json").unlink(missing_ok=True)


def work(pipe, simulation, attempt, chunk_input):
    """In a process of its own: whatever happens there, the node goes on."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begun = time.monotonic()
    try:
        text = run_chunk(simulation, attempt, chunk_input, lambda done: pipe.send(("progress", done)))
        pipe.send(("done", text, (time.monotonic() - begun) * 1_000))
    except Exception as error:  # pylint: disable=broad-except
        pipe.send(("failed", f"{type(error).__name__}: {error}"))


class Held:
    """An attempt that the node has."""

    def __init__(self, attempt):
        self.attempt = attempt
        self.done = 0
        self.process = None
        self.since = 0.0

    def start(self, simulation, chunk_input, events):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        token = self.attempt["attempt"]
        self.process = multiprocessing.Process(
            target=work, args=(theirs, simulation, self.attempt, chunk_input), daemon=True
        )
        self.process.start()
        self.since = time.monotonic()
        theirs.close()

        def listen():
            try:
                while True:
                    told = ours.recv()
                    events.put((told[0], token, *told[1:]))
                    if told[0] != "progress":
                        return
            except EOFError:
                events.put(("failed", token, "its process ended"))

        threading.Thread(target=listen, daemon=True).start()

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()


class Node:
    """Runs chunks of the simulations that it has code for. `simulations`: by name, objects with `run` and `merge`."""

    def __init__(self, url, simulations, data_dir, *, name="python", slots=1, claim=None, beacon=None, tell=print):
        directory = pathlib.Path(data_dir)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.simulations = simulations
        self.slots = slots
        self.name = name
        self.claim = claim
        self.beacon = beacon
        self.tell = tell
        self.key = NodeKey.in_file(directory / "node-key.pem")
        self.client = Client(url, self.key)
        self.spool = Spool(directory / "spool")
        self.events = queue.Queue(maxsize=10_000)
        self.times = {"heartbeatMs": 5_000, "stallMs": 30_000}
        self.held = {}  # attempt -> Held
        self.results = self.spool.load()  # attempt -> what `complete` takes
        self.failures = {}  # attempt -> what `fail` takes
        self.settled = dict.fromkeys(self.results)  # attempts that must not be run again, the oldest first
        self.to_ack = {}
        self.inputs = {}
        self.draining = False
        self.drained = False  # the Sentinel wants it to take nothing
        self.was_removed = False  # so it was told, and whoever does not know it confirms it
        self.delivery = Backoff(0.2, 10.0)
        self.truth = Backoff(0.25, 5.0)
        self.beat_at = 0.0

    def drain(self):
        self.events.put(("drain",))

    def run(self):
        """Until it is drained. Raises CallError where the Sentinel will not have it."""
        self.register()
        link = self.beacon(self) if self.beacon is not None else None
        try:
            while not (self.draining and not self.held and not self.results and not self.failures):
                self.wait()
                self.step()
            self.client.call("leave", {"reason": "drained"})
        except CallError as error:
            if error.code != "removed":
                raise
            for attempt in list(self.results):
                self.spool.forget(attempt)
            self.tell("removed")
        finally:
            if link is not None:
                link.close()
            for held in self.held.values():
                held.end()
            self.client.close()

    def register(self):
        backoff = Backoff(0.5, 30.0)
        capabilities = {
            "slots": self.slots,
            "runtime": "python",
            "platform": os.uname().sysname.lower(),
            "version": "1",
            "simulations": sorted(self.simulations),
        }
        body = {"publicKey": self.key.public_key, "name": self.name, "capabilities": capabilities}
        if self.claim is not None:
            body["claim"] = self.claim
        shown = None
        while True:
            try:
                reply = self.client.call("register", body)
            except CallError as error:
                if not error.is_passing:
                    raise
                backoff.failed(error.retry_after)
                time.sleep(max(0.0, backoff.at - time.monotonic()))
                continue
            self.times = reply["times"]
            if reply["status"] == "claimed":
                self.tell(f"registered {reply['node']}")
                self.beat_at = 0.0
                return
            if reply["code"] != shown:
                shown = reply["code"]
                self.tell(f"code {shown}")
            time.sleep(1.5 + random.random() * 1.5)

    def wait(self):
        """For something to happen, or for the next heartbeat."""
        due = max(self.beat_at, self.truth.at)
        if self.results or self.failures:
            due = min(due, self.delivery.at)
        timeout = 0.0 if self.to_ack else min(1.0, max(0.0, due - time.monotonic()))
        try:
            self.handle(self.events.get(timeout=timeout) if timeout > 0 else self.events.get_nowait())
            while True:
                self.handle(self.events.get_nowait())
        except queue.Empty:
            pass

    def handle(self, event):
        kind, *rest = event
        if kind == "push":
            self.pushed(rest[0])
        elif kind == "connected":
            self.beat_at = 0.0
        elif kind == "drain":
            self.draining = True
            self.beat_at = 0.0
        elif kind == "progress":
            held = self.held.get(rest[0])
            if held is not None:
                held.done = rest[1]
                held.since = time.monotonic()
        elif kind == "done":
            held = self.held.pop(rest[0], None)
            if held is not None:
                held.end()
                job = held.attempt["job"]
                result = {"attempt": rest[0], "job": job, "ms": rest[2], "result": json.loads(rest[1])}
                self.spool.keep(result)
                self.results[rest[0]] = result
                self.remember(rest[0])
        elif kind == "failed":
            self.fail(rest[0], "error", rest[1])

    def pushed(self, push):
        if push.get("type") == "assigned":
            self.take(push["attempts"])
        elif push.get("type") == "cancel":
            for attempt in push["attempts"]:
                self.give_up(attempt)
        else:
            # `drain` and `removed` are hints: the answer to a heartbeat says whether it is so.
            self.was_removed = self.was_removed or push.get("type") == "removed"
            self.beat_at = 0.0

    def take(self, attempts):
        for attempt in attempts:
            token = attempt["attempt"]
            if token not in self.held and token not in self.settled:
                self.held[token] = Held(attempt)
                self.to_ack[token] = attempt["job"]

    def give_up(self, attempt):
        held = self.held.pop(attempt, None)
        if held is not None:
            held.end()

    def fail(self, attempt, reason, message):
        held = self.held.pop(attempt, None)
        if held is None:
            return
        held.end()
        failure = {"attempt": attempt, "job": held.attempt["job"], "reason": reason, "message": message[:2_000]}
        self.failures[attempt] = failure
        self.remember(attempt)
        self.tell(f"failed {attempt} ({reason}): {message}")

    def remember(self, attempt):
        self.settled[attempt] = None
        while len(self.settled) > 8_192:
            del self.settled[next(iter(self.settled))]

    def step(self):
        now = time.monotonic()
        if now >= max(self.beat_at, self.truth.at):
            self.heartbeat()
        if self.to_ack:
            self.acknowledge()
        self.watch()
        if self.draining or self.drained:
            for attempt in [token for token, held in self.held.items() if held.process is None]:
                self.fail(attempt, "refused", "the node is draining")
        else:
            self.fill()
        if (self.results or self.failures) and time.monotonic() >= self.delivery.at:
            self.deliver()

    def heartbeat(self):
        progress = [
            {"attempt": token, "job": held.attempt["job"], "blocks": held.done} for token, held in self.held.items()
        ]
        body = {"slots": 0 if self.draining else self.slots, "draining": self.draining, "progress": progress}
        self.beat_at = time.monotonic() + self.times["heartbeatMs"] / 1_000
        try:
            # Pushes wait in the queue meanwhile, so nothing that came later is judged by the answer.
            reply = self.client.call("heartbeat", body, self.times["heartbeatMs"] / 1_000)
        except CallError as error:
            self.trouble(error)
            self.truth.failed(error.retry_after)
            self.beat_at = 0.0
            return
        self.truth.succeeded()
        self.was_removed = False
        self.times = reply["times"]
        if reply["state"] == "removed":
            raise CallError(410, "removed", "the node was removed")
        self.drained = reply["state"] == "draining"
        wanted = {attempt["attempt"] for attempt in reply["attempts"]}
        for attempt in [token for token in self.held if token not in wanted]:
            self.give_up(attempt)
        self.take(reply["attempts"])

    def acknowledge(self):
        attempts = [{"attempt": token, "job": job} for token, job in self.to_ack.items()]
        self.to_ack = {}
        try:
            self.client.call("ack", {"attempts": attempts})
        except CallError as error:
            # The next heartbeat names them too.
            self.trouble(error)

    def fill(self):
        running = sum(held.process is not None for held in self.held.values())
        for token, held in list(self.held.items()):
            if held.process is not None or running >= self.slots:
                continue
            simulation = self.simulations.get(held.attempt["simulation"])
            if simulation is None:
                self.fail(token, "version", f"there is no code for {held.attempt['simulation']}")
                continue
            try:
                held.start(simulation, self.input_of(held.attempt), self.events)
                running += 1
            except CallError as error:
                if error.is_passing:
                    return
                self.fail(token, "refused", str(error))

    def input_of(self, attempt):
        key = (attempt["job"], attempt["round"])
        if key not in self.inputs:
            job = urllib.parse.quote(attempt["job"], safe="")
            path = f"{FLEET}/node/input?job={job}&round={attempt['round']}"
            self.inputs[key] = self.client.ask("GET", path)
            while len(self.inputs) > 16:
                del self.inputs[next(iter(self.inputs))]
        return self.inputs[key]

    def watch(self):
        limit = self.times["stallMs"] / 1_000
        now = time.monotonic()
        stalled = [
            token for token, held in self.held.items() if held.process is not None and now - held.since > limit
        ]
        for token in stalled:
            self.fail(token, "timeout", f"no block was done for {limit:.0f} s")

    def deliver(self):
        for call, key, waiting in (("complete", "results", self.results), ("fail", "failures", self.failures)):
            batch, size = [], 0
            for each in list(waiting.values())[:MOST_RESULTS]:
                text = to_json(each).encode()
                size += len(text) + 1
                if batch and size > MOST_BYTES:
                    break
                batch.append(text)
            if not batch:
                continue
            try:
                reply = self.client.call(call, b'{"%s":[%s]}' % (key.encode(), b",".join(batch)), 30.0)
            except CallError as error:
                self.trouble(error)
                self.delivery.failed(error.retry_after)
                return
            is_busy = False
            for outcome in reply["outcomes"]:
                if outcome["outcome"] == "busy":
                    is_busy = True
                elif waiting.pop(outcome["attempt"], None) is not None and call == "complete":
                    self.spool.forget(outcome["attempt"])
            if is_busy:
                self.delivery.failed(0.5)
            else:
                self.delivery.succeeded()

    def trouble(self, error):
        if error.code in ("removed", "protocol"):
            raise error
        self.tell(f"trouble: {error}")
        if error.code in ("unknown_node", "unclaimed"):
            if self.was_removed:
                raise CallError(410, "removed", "the node was removed")
            self.register()


def beacon_link(url):
    """Hears of pushes by centrifuge-python: give `beacon=beacon_link(url)` to a node."""
    import asyncio

    from centrifuge import Client as Centrifuge, ClientEventHandler

    def open_link(node):
        loop = asyncio.new_event_loop()
        # Its own connection: calls of the node are made in another thread.
        tokens = Client(urllib.parse.urlunsplit(node.client.url), node.key)
        tokens_lock = threading.Lock()

        def fetch():
            with tokens_lock:
                return tokens.call("token", {})["token"]

        async def get_token(*_):
            return await loop.run_in_executor(None, fetch)

        class Events(ClientEventHandler):
            async def on_connected(self, _):
                node.events.put(("connected",))

            async def on_publication(self, publication):
                if publication.channel == f"node:{node.key.node}":
                    node.events.put(("push", publication.pub.data))

        parts = urllib.parse.urlsplit(url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        address = f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/connection/websocket"

        async def begin():
            client = Centrifuge(address, events=Events(), get_token=get_token)
            await client.connect()
            return client

        threading.Thread(target=loop.run_forever, daemon=True).start()
        client = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)

        async def end():
            await client.disconnect()
            # What the SDK still does in the background.
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            await asyncio.wait(rest, timeout=2) if rest else None

        class Link:
            def close(self):
                try:
                    asyncio.run_coroutine_threadsafe(end(), loop).result(5)
                finally:
                    loop.call_soon_threadsafe(loop.stop)
                    tokens.close()

        return Link()

    return open_link
