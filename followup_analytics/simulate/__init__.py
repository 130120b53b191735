"""Simulated logs whose truth is known, and their counterfactuals: declared worlds, and worlds drawn at random."""

from followup_analytics.simulate.random_worlds import FAMILIES, RandomLog, RandomWorld, draw_world, random_log
from followup_analytics.simulate.samples import sample_data
from followup_analytics.simulate.simulated_log import SimulatedLog, simulate_log
from followup_analytics.simulate.world import World, load_world, world_names

__all__ = [
    "FAMILIES",
    "RandomLog",
    "RandomWorld",
    "SimulatedLog",
    "World",
    "draw_world",
    "load_world",
    "random_log",
    "sample_data",
    "simulate_log",
    "world_names",
]
