"""The truth about a world."""
from __future__ import annotations
from typing import Any
from followup_analytics.simulate.world import World

def world_truth(world: World) -> dict[str, Any]:
    """Being built."""
    return {}
