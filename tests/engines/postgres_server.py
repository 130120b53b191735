"""A private PostgreSQL server for tests: a cluster in a temporary folder, on a free port, stopped and removed after."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql-17", "/usr/pgsql-16")


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's own programs (initdb, pg_ctl), None where it is not installed."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    for place in _PLACES:
        programs = sorted(Path(place).glob("**/bin/pg_ctl"))
        if programs:
            return programs[-1].parent
    return None


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server and give the URL of its empty database `postgres`."""
    with restartable_server() as (url, _):
        yield url


@contextmanager
def restartable_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, with a way to stop it without notice and start it again."""
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    # Not under pytest's own folder: the server runs as another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="followup-postgres-"))
    user = _unprivileged_user()
    if user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    cluster, port = folder / "cluster", _free_port()

    def run(program: str, *arguments: str) -> None:
        group = pwd.getpwnam(user).pw_gid if user else None
        subprocess.run(
            [programs / program, "-D", cluster, *arguments],
            check=True,
            cwd=folder,
            user=user,
            group=group,
            extra_groups=[] if user else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder), "LC_ALL": "C"},
        )

    def start() -> None:
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} -h 127.0.0.1 -F")

    def restart() -> None:
        run("pg_ctl", "stop", "-m", "immediate")
        start()

    try:
        run("initdb", "-U", "office", "--auth=trust", "--encoding=UTF8")
        start()
        try:
            yield f"postgresql://office@127.0.0.1:{port}/postgres", restart
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def a_database(server: str) -> str:
    """The URL of a fresh database on a server; its user has a password in it, which nobody is to be shown."""
    import psycopg

    name = f"page_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("office@", "office:hush@").rpartition("/")[0] + f"/{name}"


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("the tests run as root and there is no unprivileged user for PostgreSQL")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
