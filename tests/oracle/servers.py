"""A real udata and a Basalt on one database, both thrown away afterwards."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared/reference"
ORACLE = REFERENCE / "udata-oracle"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
INSTALLED = Path(os.environ.get("UDATA_ORACLE_HOME") or CACHE / "udata-oracle")
READY_WITHIN_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_basalt(given=None):
    """The program to test: the one given, else the newest build."""
    if given:
        return Path(given)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    built = [path for path in (target / "release/basalt", target / "debug/basalt") if path.exists()]
    if not built:
        sys.exit(f"test-oracle: no basalt in {target}; `make build` first, or give its path")
    return max(built, key=lambda path: path.stat().st_mtime)


def install():
    """The environments of udata, made once where udata-oracle keeps them."""
    if all((INSTALLED / name / "installed").exists() for name in ("venv-udata", "venv-store")):
        return
    print("test-oracle: installing udata, once", flush=True)
    subprocess.run([ORACLE, "install"], env={**os.environ, "UDATA_ORACLE_HOME": str(INSTALLED)}, check=True)


class Servers:
    """Use in a `with` block: starts, fills, stops and deletes everything."""

    def __init__(self, basalt):
        self.program = basalt
        self.home = Path(tempfile.mkdtemp(prefix="basalt-oracle-"))
        self.process = None
        ports = {"PORT": free_port(), "STORE_PORT": free_port(), "CACHE_PORT": free_port()}
        self.environment = {**os.environ, "UDATA_ORACLE_HOME": str(self.home),
                            **{f"UDATA_ORACLE_{name}": str(port) for name, port in ports.items()}}

    def __enter__(self):
        try:
            self.start_udata()
            self.start_basalt()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.oracle("stop", check=False)
        if os.environ.get("KEEP"):
            print(f"test-oracle: kept {self.home}")
        else:
            shutil.rmtree(self.home, ignore_errors=True)

    def oracle(self, *arguments, check=True):
        done = subprocess.run([ORACLE, *arguments], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if check and done.returncode:
            sys.exit(f"test-oracle: udata-oracle {' '.join(arguments)} failed\n{done.stdout}")
        return done.stdout

    def start_udata(self):
        for name in ("venv-udata", "venv-store"):
            (self.home / name).symlink_to(INSTALLED / name)
        self.oracle("start")
        self.oracle("seed")
        self.seed = json.loads((self.home / "seed.json").read_text())
        self.udata = self.seed["url"]

    def start_basalt(self):
        port = free_port()
        self.basalt = f"http://127.0.0.1:{port}"
        secrets = self.seed["secrets"]
        settings = {
            "HTTP__BIND": f"127.0.0.1:{port}",
            "STORAGE__URL": self.seed["mongo"],
            "FILES__URL": f"file://{self.home / 'files'}",
            "SEARCH__PATH": str(self.home / "search"),
            "AUTH__API_TOKEN_SECRET": secrets["API_TOKEN_SECRET"],
            "AUTH__SECRET_KEY": secrets["SECRET_KEY"],
            "AUTH__PASSWORD_SALT": secrets["SECURITY_PASSWORD_SALT"],
            "AUTH__SHARED_WITH_UDATA": "true",
            "SITE__TITLE": "Reference",
            "SITE__FRONT_URL": "https://portal.example.org",
            "SECURITY__ALLOW_LOCAL_URLS": "true",
            "SECURITY__RESOLVE_HOSTNAMES": "false",
        }
        environment = {**os.environ, **{f"BASALT__{name}": value for name, value in settings.items()}}
        self.log = self.home / "basalt.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([self.program, "serve"], cwd=self.home, env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"test-oracle: basalt does not serve\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.basalt + "/health/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def call(self, side, who, method, path, body=None, key=None):
        """Status and decoded body. `side` is "udata" or "basalt"; {name} stands for an id."""
        base = self.udata if side == "udata" else self.basalt
        request = urllib.request.Request(base + self.fill(path), method=method)
        key = key or (self.seed["keys"][who] if who else None)
        if key:
            request.add_header("X-API-KEY", key)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = self.fill(json.dumps(body)).encode()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        try:
            return status, json.loads(data) if data else None
        except ValueError:
            return status, data.decode(errors="replace")

    def fill(self, text):
        for name, value in {**self.seed["users"], **self.seed["ids"]}.items():
            text = text.replace("{" + name + "}", value)
        return text
