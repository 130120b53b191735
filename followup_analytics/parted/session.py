"""The Spark session that a log is read with: one that runs already, a Connect server's, or our own."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from followup_analytics.errors import FollowUpError, MissingExtraError, UnreadableError, UsageError
from followup_analytics.text import shorten

#: What may be asked to read and count.
ENGINES = ("auto", "polars", "pandas", "duckdb", "spark")
#: Functions on groups as Arrow came to Spark and to its Connect client with 4.0.
OLDEST = 4
#: The address of a Connect server (`sc://host:15002`), or `local` for one of our own.
REMOTE = "SPARK_REMOTE"
#: What a session of our own is told: quiet, since nothing but the answer belongs on the screen.
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
}
_CONNECT_PORT = 15_002
_MODULES_OF_CONNECT = ("grpc", "grpc_status", "google.rpc", "zstandard")
#: How Python ends the trace of a fault.
_FAULT = re.compile(r"^[\w.]*(?:Error|Exception)\b: ")
_OURS = "No module named 'followup_analytics"
_ANOTHER_TYPE = "a column has another type in one of its files; write it with one type in all"
#: How a refusal of Spark's begins that a path or table brought about, and what it means.
_KNOWN_FAULTS = (
    ("PATH_NOT_FOUND", "there is no such path"),
    ("TABLE_OR_VIEW_NOT_FOUND", "there is no such table or view"),
    ("SCHEMA_NOT_FOUND", "there is no such database"),
    ("PARSE_SYNTAX_ERROR", "this is no name of a table; write spark-table:DATABASE.TABLE"),
    ("UNABLE_TO_INFER_SCHEMA", "there are no data files in it"),
    ("AccessControlException", "Spark may not read it; allow it to"),
    ("Permission denied", "Spark may not read it; allow it to"),
    ("AccessDenied", "Spark may not read it; allow it to"),
    ("UnsupportedFileSystemException", "Spark knows no such file system; give it the package that does"),
    ("No FileSystem for scheme", "Spark knows no such file system; give it the package that does"),
    ("FAILED_READ_FILE", "a file in it is damaged"),
    ("CANNOT_MERGE_SCHEMAS", _ANOTHER_TYPE),
    ("PARQUET_COLUMN_DATA_TYPE_MISMATCH", _ANOTHER_TYPE),
    ("Java heap space", "Spark has too little memory; give its executors more, or spread the log over more parts"),
)  # fmt: skip


def spark_session(master: str | None = None, temp: Path | None = None) -> Any:
    """The session to work with.

    master: of `--spark-master`: `local[2]`, `spark://host:7077`, `yarn`, ..., or `sc://host` for a Connect server; it
    goes before the variable SPARK_REMOTE, and both before a session that runs in this process. temp: where one of our
    own puts its temporary files.

    Raises MissingExtraError where PySpark or what Connect needs is not installed, UnreadableError where Java is absent,
    Spark is too old or no session can be had.
    """
    if find_spec("pyspark") is None:
        raise MissingExtraError.for_extra("--engine spark", "spark")
    remote = os.environ.get(REMOTE) or None
    if master is not None:
        remote = master if master.startswith("sc://") else None
    if remote is None:
        # PySpark would turn to the server by itself; what was asked for on the command line comes first.
        os.environ.pop(REMOTE, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyspark

        if int(pyspark.__version__.partition(".")[0]) < OLDEST:
            raise _too_old(pyspark.__version__)
        from pyspark.sql import SparkSession

        running = None if master is not None or remote is not None else SparkSession.getActiveSession()
        if running is not None:
            return _recent(running)
        return _recent(_connected(SparkSession, remote) if remote else _own(SparkSession, master, temp))


def _recent(session: Any) -> Any:
    if int(str(session.version).partition(".")[0]) < OLDEST:
        raise _too_old(session.version)
    return session


def _too_old(version: str) -> UnreadableError:
    return UnreadableError(f"Spark {version} is too old: this package needs Spark {OLDEST}.0 or later on both sides.")


def _own(builder_of: Any, master: str | None, temp: Path | None) -> Any:
    if shutil.which("java") is None and not (Path(os.environ.get("JAVA_HOME", "/no")) / "bin" / "java").is_file():
        raise UnreadableError(
            "--engine spark needs Java 17 or later, and there is none: install it (on Debian: apt-get install "
            "openjdk-17-jre-headless), or name a Connect server in SPARK_REMOTE."
        )
    builder = builder_of.builder.appName("followup_analytics").config(map=_QUIET)
    if master is not None:
        builder = builder.master(master)
    if temp is not None:
        builder = builder.config("spark.local.dir", str(temp))
    try:
        session = builder.getOrCreate()
    except Exception as error:  # noqa: BLE001 - whatever Java or the cluster manager says, in a sentence
        raise UnreadableError(f"--spark-master {master or 'local'}: Spark can't be started ({_said(error)}).") from None
    atexit.register(_stopped, session)
    return session


def _connected(builder_of: Any, remote: str) -> Any:
    lacking = [name for name in _MODULES_OF_CONNECT if not _there(name)]
    if lacking:
        raise MissingExtraError.for_extra(f"{REMOTE}={remote} (Spark Connect)", "spark")
    own = not remote.startswith("sc://")
    if not own:
        _require_listener(remote)
    builder = builder_of.builder.appName("followup_analytics").remote(remote)
    try:
        session = (builder.config(map=_QUIET) if own else builder).getOrCreate()
        str(session.version)
    except Exception as error:  # noqa: BLE001 - whatever the server or the network says, in a sentence
        raise UnreadableError(f"{REMOTE}={remote}: no Spark Connect server answers there ({_said(error)}).") from None
    if own:
        atexit.register(_stopped, session)
    return session


def _require_listener(remote: str) -> None:
    """Refuse the address of a server at which nobody listens; the client itself would try for ten minutes."""
    import socket
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(remote.partition(";")[0])
        host, port = parts.hostname or "localhost", parts.port or _CONNECT_PORT
    except ValueError:
        raise UsageError(f"{REMOTE}={remote}: write the server as sc://host:{_CONNECT_PORT}.") from None
    try:
        socket.create_connection((host, port), timeout=20).close()
    except OSError as error:
        why = error.strerror or "no answer"
        raise UnreadableError(f"{REMOTE}={remote}: no Spark Connect server answers there ({why}).") from None


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _stopped(session: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session.stop()


@contextmanager
def spark_explained(what: str) -> Iterator[None]:
    """Turn what Spark says when something can't be read or run into a sentence; what: the path or table meant."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (FollowUpError, KeyboardInterrupt):
        raise
    except Exception as error:
        text = str(error)
        if _OURS in text:
            raise UnreadableError(
                "the executors of Spark can't import followup_analytics: give it to them, as docs/spark.md says "
                "(--archives, or installed on every worker)."
            ) from None
        if "Can't get attribute" in text:
            raise UnreadableError(
                "the executors of Spark have another version of followup_analytics than this process: give them this "
                "one, as docs/spark.md says."
            ) from None
        for mark, meaning in _KNOWN_FAULTS:
            if mark in text:
                raise UnreadableError(f"{what}: {meaning}.") from None
        raise UnreadableError(f"{what}: Spark gave up ({_said(error)}); --debug shows all it said.") from error


def _said(error: Exception) -> str:
    """The line of what Spark, Java or Python said that names the fault, without the traces around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if _FAULT.match(line)] if len(lines) > 1 and "Python worker" in lines[0] else []
    return shorten((named or lines or [type(error).__name__])[-1 if named else 0], 200)


def require_table_name(name: str) -> str:
    """A name such as `db.contacts` as Spark has them; UsageError for anything else."""
    parts = name.split(".")
    if not name or not all(
        part and (part.startswith("`") or part.replace("_", "").replace("-", "").isalnum()) for part in parts
    ):
        raise UsageError(f"spark-table:{name} is no name of a table; write spark-table:DATABASE.TABLE.")
    return name
