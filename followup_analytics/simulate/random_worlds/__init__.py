"""Random worlds: logs whose world is drawn from a seed, with a truth found by intervening in the same world.

What is tuned on worlds of one's own is right there; these can't be tuned to. Nothing here is shared with the declared
worlds of `simulate` or with any estimator.
"""

from followup_analytics.simulate.random_worlds.draw import draw_world
from followup_analytics.simulate.random_worlds.families import FAMILIES
from followup_analytics.simulate.random_worlds.random_log import RandomLog, random_log
from followup_analytics.simulate.random_worlds.truth import claim_truths, world_truth
from followup_analytics.simulate.random_worlds.world import RandomWorld

__all__ = ["FAMILIES", "RandomLog", "RandomWorld", "claim_truths", "draw_world", "random_log", "world_truth"]
