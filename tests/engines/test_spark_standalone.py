"""A real cluster: a master and two workers on the loopback that have the package only as it is sent to them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import followup_analytics
from followup_analytics import sample_data

pytestmark = pytest.mark.spark
PACKAGE = Path(followup_analytics.__file__).parent
_LONGEST = 240.0


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, what: str) -> None:
    """Until something listens on the port."""
    for _ in range(int(_LONGEST * 2)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise TimeoutError(f"{what} does not start")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with two workers of one core each; none of the three has this package on its path."""
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    home, work = Path(pyspark.__file__).parent, tmp_path_factory.mktemp("cluster")
    port, page = free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SPARK_REMOTE")}
    environment |= {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(work / "local")}
    environment |= {"PYSPARK_PYTHON": sys.executable}
    url = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    commands = [
        [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)],
        *(
            [f"{deploy}.worker.Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(work / one), url]
            for one in ("first", "second")
        ),
    ]
    running = []
    try:
        for command in commands:
            with (work / f"{len(running)}.log").open("w") as log:
                start = [str(home / "bin" / "spark-class"), *command]
                running.append(subprocess.Popen(start, env=environment, stdout=log, stderr=log, cwd=work))
            if len(running) == 1:
                wait_for(port, "the master")
        yield url
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(timeout=60)


def archive_of_the_package(folder: Path) -> Path:
    """What docs/spark.md has people make: the package, as it would be installed, in an archive."""
    made = folder / "package.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted(PACKAGE.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(PACKAGE.parent))
    return made


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, at which the package is found by its path."""
    env = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}
    env |= {"PYTHONPATH": str(PACKAGE.parent), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    return subprocess.run(
        [sys.executable, "-m", "followup_analytics", *arguments],
        capture_output=True, text=True, check=False, env={**env, **environment},
    )  # fmt: skip


def test_a_cluster_that_is_sent_the_package_answers_as_a_laptop(master: str, tmp_path: Path) -> None:
    """Rates counted on two workers are the same bytes."""
    asked = ["rates", str(sample_data("log")), "--by", "attempt", "--json", "--min-cell", "1"]
    archive = archive_of_the_package(tmp_path)
    found = run(
        [*asked, "--engine", "spark", "--spark-master", master],
        PYSPARK_SUBMIT_ARGS=(
            f"--archives {archive}#followup --conf spark.executorEnv.PYTHONPATH=followup "
            "--conf spark.driver.host=127.0.0.1 pyspark-shell"
        ),
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout == run(asked).stdout
    assert "read, checked and counted the log" in found.stderr


def test_a_cluster_without_the_package_says_so(master: str, tmp_path: Path) -> None:
    """One sentence with the remedy. Where the package is installed, what lies first on the path hides it."""
    hiding = tmp_path / "followup_analytics"
    hiding.mkdir()
    absent = "ModuleNotFoundError(\"No module named 'followup_analytics'\", name='followup_analytics')"
    (hiding / "__init__.py").write_text(f"raise {absent}\n", encoding="utf-8")
    found = run(
        ["rates", str(sample_data("log")), "--engine", "spark", "--spark-master", master],
        # The path of this process would reach the workers with the rest of its environment.
        PYSPARK_SUBMIT_ARGS=(
            f"--conf spark.executorEnv.PYTHONPATH={tmp_path} --conf spark.driver.host=127.0.0.1 pyspark-shell"
        ),
    )
    assert found.returncode == 1
    assert "the executors of Spark can't import followup_analytics: give it to them" in found.stderr
