"""A log read by Spark, classic and through Connect: the same answers as from the folder, the same refusals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from followup_analytics import cohort_outcomes, incidence_curve, read_log, response_rates, sample_data, silence
from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.log.subsets import as_of, subset
from followup_analytics.parted.chosen import log_as_of, part_of
from followup_analytics.parted.session import spark_explained, spark_session
from followup_analytics.parted.spark_source import is_for_spark, read_on_spark
from followup_analytics.results.exports import to_json_text

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
needs_spark = pytest.mark.spark


@pytest.fixture(scope="module")
def session() -> Any:
    """A classic session of two cores in this process."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    return spark_session("local[2]")


def as_parquet(folder: Path) -> Path:
    """The sample log in Parquet, typed, the contacts in three files of a folder."""
    log = read_log(sample_data("log"))
    for name in ("interviews", "contacts", "outcomes", "applicants"):
        frame = getattr(log, name)
        frame = frame.select(column for column in frame.columns if not column.startswith("_"))
        (folder / name).mkdir(parents=True)
        for part in range(3 if name == "contacts" else 1):
            mine = frame if name != "contacts" else frame.filter(pl.int_range(pl.len()) % 3 == part)
            mine.write_parquet(folder / name / f"part-{part}.parquet")
    shutil.copy(Path(sample_data("log")) / "log.toml", folder / "log.toml")
    return folder


@needs_spark
def test_a_folder_of_either_kind_gives_the_same_answers(session: Any, tmp_path: Path) -> None:
    """CSV and Parquet in several files, by the session that runs in this process."""
    whole = read_log(sample_data("log"))
    for folder in (Path(sample_data("log")), as_parquet(tmp_path / "log")):
        log = read_log(folder, engine="spark")
        for answer, asked in ((response_rates, {"by": "timing,channel"}), (incidence_curve, {}), (cohort_outcomes, {})):
            assert to_json_text(answer(log, **asked)) == to_json_text(answer(whole, **asked))


@needs_spark
def test_what_the_executors_count_is_the_answer_of_the_whole(session: Any) -> None:
    """To the byte, with every digit; only counts come back."""
    whole = read_log(sample_data("log"))
    parted = read_on_spark(str(sample_data("log")))
    for answer, asked in (
        (response_rates, {"by": "attempt", "min_cell": 1}),
        (incidence_curve, {"by": "cohort", "min_cell": 1}),
        (silence, {"days": 10, "min_cell": 1}),
        (cohort_outcomes, {"min_cell": 1}),
    ):
        assert to_json_text(answer(parted, **asked)) == to_json_text(answer(whole, **asked))
    day, cohort = "2025-10-31", "autumn 2025"
    part, theirs = part_of(log_as_of(parted, day), cohort=cohort), subset(as_of(whole, day), cohort=cohort)
    assert to_json_text(silence(part, days=5, min_cell=1)) == to_json_text(silence(theirs, days=5, min_cell=1))


@needs_spark
def test_a_table_of_the_catalogue_brings_the_others(session: Any) -> None:
    """spark-table:spring_contacts_2 finds spring_interviews_2 beside it."""
    whole = read_log(sample_data("log"))
    for name in ("interviews", "contacts", "outcomes"):
        frame = pl.read_csv(Path(sample_data("log")) / f"{name}.csv", infer_schema=False)
        session.createDataFrame(frame.to_arrow()).createOrReplaceTempView(f"spring_{name}_2")
    parted = read_on_spark("spark-table:spring_contacts_2", time_zone="America/New_York")
    assert parted.sizes["contacts"] == whole.contacts.height
    with pytest.raises(UnreadableError, match=r"spark-table:no_interviews: there is no such table"):
        read_on_spark("spark-table:no_contacts")


@needs_spark
def test_a_bad_row_is_refused_with_its_key_by_the_executors(session: Any, tmp_path: Path) -> None:
    """Wherever it lies; so is an id that two applicants' interviews share."""
    folder = tmp_path / "log"
    shutil.copytree(sample_data("log"), folder)
    contacts = (folder / "contacts.csv").read_text().splitlines()
    contacts[4] = contacts[4].replace("phone", "pigeon").replace("voicemail", "pigeon").replace("email", "pigeon")
    (folder / "contacts.csv").write_text("\n".join(contacts))
    key = contacts[4].partition(",")[0]
    with pytest.raises(DataError, match=f"contacts, contact_id {key}, column channel: 'pigeon' is not known here"):
        read_on_spark(str(folder))
    shutil.copy(Path(sample_data("log")) / "contacts.csv", folder / "contacts.csv")
    rows = (folder / "interviews.csv").read_text().splitlines()
    first = rows[1].partition(",")[0]
    (folder / "interviews.csv").write_text("\n".join([*rows, rows[-1].replace(rows[-1].partition(",")[0], first, 1)]))
    with pytest.raises(DataError, match=f"interview_id {first}, column interview_id: this interview_id stands in"):
        read_on_spark(str(folder))


@needs_spark
def test_a_column_of_another_type_in_one_part_is_told(session: Any, tmp_path: Path) -> None:
    """One sentence, no trace."""
    folder = as_parquet(tmp_path / "log")
    pl.DataFrame({"contact_id": ["z"], "interview_id": ["z"], "at": [1.5]}).write_parquet(
        folder / "contacts" / "part-9.parquet"
    )
    with pytest.raises(UnreadableError, match="a column has another type in one of its files"):
        read_on_spark(str(folder))


@needs_spark
def test_connect_answers_as_the_folder_does(tmp_path: Path) -> None:
    """SPARK_REMOTE=local starts a Connect server of its own; the JSON is the same to the byte, stdout holds no more."""
    pytest.importorskip("grpc")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    asked = ["rates", str(sample_data("log")), "--by", "channel", "--json"]
    plain = run(asked)
    remote = run([*asked, "--engine", "spark"], SPARK_REMOTE="local")
    assert remote.returncode == 0, remote.stderr
    assert remote.stdout == plain.stdout
    assert "Spark" in remote.stderr


def test_a_server_that_is_not_there_is_told() -> None:
    """One sentence with the address."""
    pytest.importorskip("grpc")
    made = run(["rates", str(sample_data("log")), "--engine", "spark"], SPARK_REMOTE="sc://127.0.0.1:1")
    assert made.returncode == 1
    assert "SPARK_REMOTE=sc://127.0.0.1:1: no Spark Connect server answers there" in made.stderr
    assert "Traceback" not in made.stderr


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    import followup_analytics

    package = str(Path(followup_analytics.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-m", "followup_analytics", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": package, "SPARK_LOCAL_IP": "127.0.0.1", **environment},
    )


# ------------------------------------------------------------------------------------------- what needs no Spark


def test_java_that_is_absent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of what to install."""
    pytest.importorskip("pyspark")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    with pytest.raises(UnreadableError, match="needs Java 17 or later, and there is none"):
        spark_session("local[1]")


def test_spark_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is started."""
    pyspark = pytest.importorskip("pyspark")
    monkeypatch.setattr(pyspark, "__version__", "3.5.1")
    with pytest.raises(UnreadableError, match=r"Spark 3\.5\.1 is too old: this package needs Spark 4\.0"):
        spark_session("local[1]")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[PATH_NOT_FOUND] Path does not exist: file:/x", "there is no such path"),
        ("x: org.apache.hadoop.security.AccessControlException: Permission denied: user=a", "Spark may not read it"),
        ("ModuleNotFoundError: No module named 'followup_analytics'", r"can't import followup_analytics.*--archives"),
        ("java.lang.OutOfMemoryError: Java heap space", "Spark has too little memory"),
        ("something nobody foresaw\nwith a trace", r"Spark gave up \(something nobody foresaw\)"),
    ],
)
def test_what_spark_says_becomes_a_sentence(said: str, told: str) -> None:
    """Known faults with their remedy, others by their first line."""
    with pytest.raises(UnreadableError, match=told), spark_explained("hdfs://x/log"):
        raise RuntimeError(said)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("spark-table:db.contacts", True),
        ("s3a://bucket/log", True),
        ("hdfs://host/log", True),
        ("sqlite:///followup.db", False),
        ("postgresql://u@h/d", False),
        ("postgresql+psycopg://u@h/d", False),
        ("mysql://h/d", False),
        ("data/log", False),
        ("C:/log", False),
    ],
)
def test_addresses_that_only_spark_reads(source: str, expected: bool) -> None:
    """Stores and folders of this machine are read here unless Spark is asked for."""
    assert is_for_spark(source) is expected


def test_a_master_goes_with_spark_alone() -> None:
    """--spark-master with another engine is a wrong command line."""
    made = run(["rates", str(sample_data("log")), "--engine", "duckdb", "--spark-master", "local"])
    assert made.returncode == UsageError.exit_code
    assert "--spark-master is for --engine spark" in made.stderr


def test_a_store_is_read_here_whatever_was_asked_for(tmp_path: Path) -> None:
    """The answer comes, and stderr says what ran."""
    store = f"sqlite:///{tmp_path / 'a.db'}"
    assert run(["ingest", str(Path(sample_data("log")) / "interviews.csv"), "--into", store]).returncode == 0
    made = run(["curve", store, "--engine", "spark", "--json"])
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["log"]["interviews"] == 300
    assert "counted with polars alone" in made.stderr


def test_a_url_that_is_no_store_and_nothing_of_sparks_is_refused() -> None:
    """As ever, with how a store's URL begins; Spark is not started for it."""
    made = run(["rates", "mysql://host/log"])
    assert made.returncode == UsageError.exit_code
    assert "A store's URL begins with sqlite:///" in made.stderr


def test_an_engine_that_is_none_is_refused() -> None:
    """In Python as on the command line."""
    with pytest.raises(UsageError, match="There is no engine 'abacus'"):
        read_log(sample_data("log"), engine="abacus")
