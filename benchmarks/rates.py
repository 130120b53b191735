"""Time `rates` by timing, channel and attempt from Parquet against the best hand-written SQL for the same counts.

    python benchmarks/rates.py --contacts 1000000 [--folder DIR]

Every contestant runs in a process of its own, imports included, and must find the same attempts and responses. Ours
adds what SQL leaves out: the checks of reading, Aalen-Johansen where windows are cut, intervals clustered on
applicants.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from make_contacts import write

SQL = """
WITH iv AS (
  SELECT interview_id, interviewed_at AS t0, observed_until AS u,
         CAST(timezone('America/New_York', interviewed_at) AS DATE) AS d0
  FROM '{folder}/interviews.parquet'),
ct AS (
  SELECT c.interview_id, c.contact_id, c.at AS ts, c.direction, c.channel, iv.d0
  FROM '{folder}/contacts.parquet' c JOIN iv USING (interview_id) WHERE c.at >= iv.t0 AND c.at <= iv.u),
oc AS (
  SELECT interview_id, decided_at AS ts, outcome
  FROM '{folder}/outcomes.parquet' o JOIN iv USING (interview_id) WHERE decided_at >= t0 AND decided_at <= u),
ex AS (
  SELECT interview_id, min(r) AS r, min(e) AS e FROM (
    SELECT interview_id, ts AS r, NULL::TIMESTAMPTZ AS e FROM ct WHERE direction = 'inbound'
    UNION ALL
    SELECT interview_id, CASE WHEN outcome IN ('advanced', 'offer', 'rejected') THEN ts END,
           CASE WHEN outcome IN ('filled', 'withdrawn') THEN ts END FROM oc) GROUP BY 1),
tries AS (
  SELECT ct.ts, channel, r, e, row_number() OVER w AS k, lead(ct.ts) OVER w AS nx,
         date_diff('day', d0, CAST(timezone('America/New_York', ct.ts) AS DATE)) AS day
  FROM ct LEFT JOIN ex USING (interview_id)
  WHERE direction = 'outbound' AND (r IS NULL OR ct.ts <= r) AND (e IS NULL OR ct.ts <= e)
  WINDOW w AS (PARTITION BY ct.interview_id ORDER BY ct.ts, contact_id))
SELECT CASE WHEN day = 0 THEN '0' WHEN day = 1 THEN '1' WHEN day <= 3 THEN '2-3' WHEN day <= 7 THEN '4-7'
            WHEN day <= 14 THEN '8-14' ELSE '15+' END AS timing,
       channel, CASE WHEN k > 5 THEN '6+' ELSE k::VARCHAR END AS attempt, count(*) AS n,
       sum(CASE WHEN nx IS NULL AND (e IS NULL OR r <= e) AND r - ts <= INTERVAL 7 DAY THEN 1 ELSE 0 END) AS y
FROM tries GROUP BY ALL
"""


def by_sql(folder: Path) -> dict[str, list[int]]:
    """The counts by DuckDB alone."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    found = connection.execute(SQL.format(folder=folder)).fetchall()
    return {"|".join(row[:3]): [int(row[3]), int(row[4])] for row in found}


def by_ours(folder: Path, engine: str) -> dict[str, list[int]]:
    """The counts by this package, reading and intervals included."""
    from followup_analytics.answers.rates import response_rates
    from followup_analytics.reading import read_log

    found = response_rates(read_log(folder), by="timing,channel,attempt", min_cell=1, engine=engine)
    return {f"{r['timing']}|{r['channel']}|{r['attempt']}": [r["n_attempts"], r["n_events"]] for r in found.rows}


def timed(contestant: str, folder: Path) -> dict[str, object]:
    """Run one contestant in its own process: wall and processor seconds, peak memory, counts."""
    start = time.perf_counter()
    out = subprocess.run(
        [sys.executable, __file__, "--run", contestant, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {"wall": time.perf_counter() - start, **json.loads(out)}


def run(contestant: str, folder: Path) -> None:
    """What the process of a contestant does."""
    counts = by_sql(folder) if contestant == "sql" else by_ours(folder, contestant)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "gb": used.ru_maxrss / 1e6, "counts": counts}))


def main() -> None:
    """Make the log where it is not there yet, time everybody, compare counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--engines", default="auto")
    parser.add_argument("--run")
    given = parser.parse_args()
    if given.run:
        run(given.run, given.folder)
        return
    folder = given.folder or Path(tempfile.mkdtemp())
    if not (folder / "contacts.parquet").exists():
        write(folder, given.contacts)
    results = {name: timed(name, folder) for name in ("sql", *given.engines.split(","))}
    print(f"{'contestant':12} {'wall s':>8} {'cpu s':>8} {'peak GB':>8} {'of SQL':>8}  same counts")
    for name, found in results.items():
        same = "yes" if found["counts"] == results["sql"]["counts"] else "NO"
        ratio = float(str(found["wall"])) / float(str(results["sql"]["wall"]))
        print(f"{name:12} {found['wall']:8.2f} {found['cpu']:8.2f} {found['gb']:8.2f} {ratio:8.2f}  {same}")


if __name__ == "__main__":
    main()
