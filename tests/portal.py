"""A Basalt of its own for a test from outside: one folder, one database, one process.

Used by tests/*/check. Python's standard library alone; databases are made with the clients that
`scripts/test-deps` installs.
"""
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("BASALT_CACHE") or Path.home() / ".cache/basalt-test")
# What `basalt demo` loads, in its order.
DEMO = [ROOT / "demo" / name for name in
        ("organizations.ndjson.gz", "datasets.csv.xz", "datasets-in-full.ndjson.xz", "reuses.ndjson.xz")]
READY_WITHIN_S = 60
SERVERS = {"postgres": "BASALT_TEST_POSTGRES_URL", "mysql": "BASALT_TEST_MYSQL_URL", "mongo": "BASALT_TEST_MONGO_URL"}


def load_demo(server):
    """The portal that `basalt demo` shows."""
    server.run("import", *map(str, DEMO))
    server.run("metrics", "verify", "--catalogue-only", "--repair")


def program():
    """The program to test: $BASALT_BIN, else what `cargo build` made last."""
    if os.environ.get("BASALT_BIN"):
        return Path(os.environ["BASALT_BIN"]).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR") or
                  Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "basalt-target")
    built = target / "debug/basalt"
    if not built.exists():
        sys.exit(f"no {built}; `cargo build -p basalt-server`, or set BASALT_BIN")
    return built


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def databases(wanted=()):
    """Names of the back ends to test, without those that SKIP_BACKENDS names."""
    skipped = os.environ.get("SKIP_BACKENDS", "").replace(",", " ").split()
    missing = []
    for name in ["sqlite", *SERVERS]:
        if wanted and name not in wanted:
            continue
        if name in skipped:
            print(f"{name}: SKIPPED by SKIP_BACKENDS", flush=True)
        elif name in SERVERS and not os.environ.get(SERVERS[name]):
            missing.append(SERVERS[name])
        else:
            yield name
    if missing:
        sys.exit(f"{', '.join(missing)} not set; run this inside tests/backends/start -- …, or set SKIP_BACKENDS")


def client(name, *folders):
    found = shutil.which(name) or next((str(f / name) for f in map(Path, folders) if (f / name).exists()), None)
    return found or sys.exit(f"{name} is not installed (scripts/test-deps installs it)")


@contextlib.contextmanager
def database(kind, folder):
    """The URL of an empty database, dropped afterwards."""
    if kind == "sqlite":
        yield f"sqlite://{folder}/basalt.sqlite"
        return
    server = urllib.parse.urlsplit(os.environ[SERVERS[kind]])
    name = f"basalt_test_{secrets.token_hex(6)}"
    ask(kind, server, f"create database {name}")
    try:
        yield server._replace(path=f"/{name}").geturl()
    finally:
        ask(kind, server, f"drop database {name}")


def ask(kind, server, statement):
    """One statement by the client of the database. MongoDB makes databases by itself."""
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "timeout": 120}
    if kind == "postgres":
        subprocess.run([client("psql"), "-qX", server.geturl(), "-c", statement], **quiet)
    elif kind == "mysql":
        subprocess.run([client("mariadb"), "--no-defaults", "-h", server.hostname, "-P", str(server.port or 3306),
                        "-u", server.username, f"-p{server.password or ''}", "-e", statement], **quiet)
    # A server that goes with the tests takes its databases along: SecantusDB needs minutes to drop one.
    elif statement.startswith("drop") and not os.environ.get("BASALT_TEST_THROW_AWAY"):
        drop = "import pymongo, sys; pymongo.MongoClient(sys.argv[1]).drop_database(sys.argv[2])"
        subprocess.run([CACHE / "venv/bin/python", "-c", drop, server.geturl(), statement.split()[-1]], **quiet)


class Portal:
    """Use in a `with` block: `run` commands, `serve`, `call` it, `kill` it. With the `storage` of another one it is a second node."""

    def __init__(self, kind, storage=None, **settings):
        self.kind, self.port, self.storage = kind, free_port(), storage
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"basalt-{kind}-"))
        self.process = None
        self.rooms = contextlib.ExitStack()
        self.settings = settings

    def __enter__(self):
        self.rooms.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.storage = self.storage or self.rooms.enter_context(database(self.kind, self.folder))
        values = {"HTTP__BIND": f"127.0.0.1:{self.port}", "STORAGE__URL": self.storage, **self.settings}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BASALT__")}
        self.environment = {**clean, **{f"BASALT__{name}": str(value) for name, value in values.items()}}
        self.rooms.callback(self.stop)
        return self

    def __exit__(self, *error):
        if error[0] and (self.folder / "log").exists():
            sys.stderr.write((self.folder / "log").read_text(errors="replace")[-3000:])
        return self.rooms.__exit__(*error)

    def begin(self, *arguments):
        """Begins a command of the program."""
        return subprocess.Popen([program(), *arguments], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, *arguments):
        """Runs a command of the program; what it printed."""
        done = subprocess.run([program(), *arguments], cwd=self.folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1800)
        if done.returncode:
            raise AssertionError(f"basalt {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def user(self, name, admin=False):
        """Makes an account and a key for it, with commands; the key."""
        email = f"{name}@example.org"
        self.run("user", "create", "--email", email, "--password", "Password-123", "--first-name", name.title(),
                 "--last-name", "Tester", *(["--admin"] if admin else []))
        return self.run("token", "create", "--user", email).splitlines()[-1]

    def serve(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([program(), "serve"], cwd=self.folder, env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.call("GET", "/health/ready")[0] == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("basalt does not serve")
            time.sleep(0.05)

    def kill(self):
        """As a power cut would: nothing is finished, nothing is told."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()

    def call(self, method, path, body=None, key=None, **headers):
        """Status, headers and decoded body."""
        return call(self.port, method, path, body, key, **headers)


def call(port, method, path, body=None, key=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if key:
        headers["X-API-KEY"] = key
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    return answer.status, answer.headers, json.loads(data) if data else None
