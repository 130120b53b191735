"""A log larger than memory goes through files of its own: same answers, same refusals, nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import followup_analytics
from followup_analytics import read_log, response_rates, sample_data
from followup_analytics.errors import DataError, UnreadableError, UsageError
from followup_analytics.parted import memory, on_disk
from followup_analytics.reading.in_parts import read_in_parts
from followup_analytics.results.exports import to_json_text


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that seem to be large, so that a small log has several parts."""
    monkeypatch.setattr(on_disk, "ROW_BYTES", 3_000_000)


def in_parquet(folder: Path, parts: int = 5) -> Path:
    """The sample log in Parquet, the contacts in several files, the interviews with zones as categories."""
    log = read_log(sample_data("log"))
    for name in ("interviews", "contacts", "outcomes", "applicants"):
        frame = getattr(log, name)
        frame = frame.select(column for column in frame.columns if not column.startswith("_"))
        (folder / name).mkdir(parents=True)
        several = parts if name == "contacts" else 1
        for part in range(several):
            frame.filter(pl.int_range(pl.len()) % several == part).write_parquet(folder / name / f"{part}.parquet")
    shutil.copy(Path(sample_data("log")) / "log.toml", folder / "log.toml")
    return folder


@pytest.mark.usefixtures("small_parts")
def test_csv_and_parquet_in_parts_give_the_answer_of_the_whole(tmp_path: Path) -> None:
    """To the byte, notes included; and the parts are several."""
    for folder in (Path(sample_data("log")), in_parquet(tmp_path / "log")):
        parted = read_in_parts(folder, memory="700MB", temp=tmp_path)
        assert int(parted.where.split()[0]) > 3
        whole = read_log(folder)
        for by in ("timing,channel", "attempt", "cohort,party"):
            assert to_json_text(response_rates(parted, by=by)) == to_json_text(response_rates(whole, by=by))


@pytest.mark.usefixtures("small_parts")
def test_a_bad_row_is_told_by_file_and_row(tmp_path: Path) -> None:
    """As without parts, be the file one of several."""
    folder = in_parquet(tmp_path / "log")
    rows = pl.read_parquet(folder / "contacts" / "3.parquet")
    channel = pl.when(pl.int_range(pl.len()) == 4).then(pl.lit("pigeon")).otherwise("channel")
    rows.with_columns(channel=channel).write_parquet(folder / "contacts" / "3.parquet")
    with pytest.raises(DataError) as in_parts:
        read_in_parts(folder, memory="700MB", temp=tmp_path)
    with pytest.raises(DataError) as whole:
        read_log(folder)
    assert str(in_parts.value) == str(whole.value)
    assert "contacts/3.parquet, row 6, column channel" in str(whole.value)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(("table", "key"), [("contacts", "contact_id"), ("interviews", "interview_id")])
def test_a_key_that_two_parts_share_is_refused(tmp_path: Path, table: str, key: str) -> None:
    """Though no part sees both rows."""
    folder = tmp_path / "log"
    shutil.copytree(sample_data("log"), folder)
    rows = (folder / f"{table}.csv").read_text().splitlines()
    first, last = rows[1].partition(",")[0], rows[-1].partition(",")[0]
    (folder / f"{table}.csv").write_text("\n".join([*rows[:-1], rows[-1].replace(last, first, 1)]))
    with pytest.raises(DataError, match=f"this {key} stands in an earlier row already"):
        read_in_parts(folder, memory="700MB", temp=tmp_path)


def test_a_column_of_another_type_in_one_part_is_read_as_what_holds_both(tmp_path: Path) -> None:
    """Numbers in one file and texts in another are texts, in parts as in one."""
    folder = in_parquet(tmp_path / "log")
    rows = pl.read_parquet(folder / "contacts" / "1.parquet")
    rows.with_columns(pl.col("duration_s").cast(pl.String)).write_parquet(folder / "contacts" / "1.parquet")
    parted = read_in_parts(folder, memory="700MB", temp=tmp_path)
    assert to_json_text(response_rates(parted)) == to_json_text(response_rates(read_log(folder)))


@pytest.mark.parametrize(
    ("text", "size"), [("4GB", 4 * 10**9), ("800 MB", 8 * 10**8), ("2g", 2 * 10**9), ("1.5GiB", 1.5e9)]
)
def test_sizes(text: str, size: float) -> None:
    """As people write them."""
    assert memory.parsed_size(text) == size


def test_sizes_that_are_none_or_too_small_are_refused() -> None:
    """With how to write one, and the least that will do."""
    with pytest.raises(UsageError, match=r"--memory lots: this is no size; write it as 4GB"):
        memory.parsed_size("lots")
    with pytest.raises(UsageError, match="is too little for one part of a log: give at least 600MB"):
        memory.parsed_size("20MB")


def test_a_folder_for_temporary_files_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(UnreadableError, match=r"--temp .*: there is no such folder"):
        memory.temporary_folder(tmp_path / "absent")


_RUN = """
import sys, time
from pathlib import Path
from followup_analytics.parted.memory import temporary_folder
folder = temporary_folder(Path(sys.argv[1]))
(folder / "rows").write_text("x")
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_after_ctrl_c_and_kill(tmp_path: Path, how: signal.Signals) -> None:
    """At once where the process can still do it, else by the next run in that folder."""
    env = {**os.environ, "PYTHONPATH": str(Path(followup_analytics.__file__).parent.parent)}
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"ready\n"
    assert list(tmp_path.iterdir())
    run.send_signal(how)
    run.wait(timeout=60)
    run.stdout.close()
    if how is signal.SIGKILL:
        mine = memory.temporary_folder(tmp_path)
        assert list(tmp_path.iterdir()) == [mine]
        shutil.rmtree(mine)
    assert not list(tmp_path.iterdir())


def test_the_command_goes_in_parts_where_memory_is_too_little(tmp_path: Path) -> None:
    """The same JSON, a line on stderr, and nothing in --temp afterwards."""
    folder, temp = in_parquet(tmp_path / "log"), tmp_path / "temp"
    temp.mkdir()
    code = (
        "import sys; from followup_analytics.reading import in_parts; from followup_analytics.parted import on_disk;"
        "in_parts._QUICK = 10**6; on_disk.ROW_BYTES = 10**6; from followup_analytics.cli import main; main()"
    )
    part = ("--as-of", "2025-11-01", "--cohort", "autumn 2025", "--where", "industry=Health", "--min-cell", "1")
    for asked in ((), part):
        made = [
            run_code(code, "rates", str(folder), "--json", *asked, *more)
            for more in (("--memory", "20GB"), ("--memory", "700MB", "--temp", str(temp)))
        ]
        assert made[0].returncode == made[1].returncode == 0, made[1].stderr
        assert made[0].stdout == made[1].stdout
        assert "on disk, taken one after another" in made[1].stderr
        assert not made[0].stderr
        assert not list(temp.iterdir())


def run_code(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(followup_analytics.__file__).parent.parent)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=env
    )


def test_memory_that_a_command_can_not_keep_to_is_said(tmp_path: Path) -> None:
    """A command that takes the whole log says so, and how much that is."""
    code = (
        "from followup_analytics.reading import in_parts; in_parts._WHOLE = 10**6;"
        "from followup_analytics.cli import main; main()"
    )
    made = run_code(code, "model", str(sample_data("log")), "--memory", "700MB", "--json")
    assert made.returncode == 0, made.stderr
    assert "model takes the whole log into memory, some 2.5 GB" in made.stderr
