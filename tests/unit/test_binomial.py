"""The binomial chances by which odd recording is found, without the library that takes a second to import."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from followup_analytics.log.record_comparison import binomial

_RUN = """
import sys
from followup_analytics import response_rates, simulate_log
response_rates(simulate_log(interviews=300, world="office", seed=11), by="timing")
sys.exit("scipy.stats was imported" if "scipy.stats" in sys.modules else 0)
"""


@pytest.mark.parametrize("n", [0, 1, 5, 200])
@pytest.mark.parametrize("p", [0.0, 1e-9, 0.05, 0.5, 0.999, 1.0])
def test_chances_are_those_of_scipy(n: int, p: float) -> None:
    """Equal to nine digits, which the sums of logarithms of factorials keep."""
    from scipy.stats import binom

    assert np.allclose(binomial(n, p), binom.pmf(np.arange(n + 1), n, p), rtol=1e-9, atol=1e-300)


def test_rates_do_without_the_slow_library() -> None:
    """Looking for odd recording imports no scipy.stats, which costs every command over a second of processor time."""
    done = subprocess.run([sys.executable, "-c", _RUN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
