"""Simulated logs whose truth is known, and their counterfactuals."""

from followup_analytics.simulate.samples import sample_data
from followup_analytics.simulate.simulated_log import SimulatedLog, simulate_log
from followup_analytics.simulate.world import World, load_world, world_names

__all__ = ["SimulatedLog", "World", "load_world", "sample_data", "simulate_log", "world_names"]
