"""Which shipped map comes nearest to a sheet that none fits, and what the sheet lacks for it."""

from __future__ import annotations

from collections.abc import Sequence

from followup_analytics.ingest.maps.mapping import FileMap, load_map, shipped_maps
from followup_analytics.sheets.tabular import header_key
from followup_analytics.text import listed


def nearest_map(columns: Sequence[str]) -> str:
    """A sentence naming the shipped map that has most of a sheet's columns, and what is lacking; "" where none has any.

    columns: the sheet's headings.
    """
    present = set(map(header_key, columns))
    best: tuple[float, str, list[str]] | None = None
    for name in shipped_maps():
        map_ = load_map(name)
        for needs in map_.needs:
            lacking = [one for one in needs if header_key(one) not in present]
            known = len(present & _words(map_)) + len(needs) - len(lacking)
            share = known / (len(needs) + len(present))
            if len(lacking) < len(needs) and (best is None or share > best[0]):
                best = (share, name, lacking)
    if best is None:
        return ""
    _, name, lacking = best
    lacks = f"it lacks {listed([repr(one) for one in lacking], 'and')}" if lacking else "it has all of its columns"
    return f"Of the shipped maps {name} comes nearest: {lacks}."


def _words(map_: FileMap) -> set[str]:
    return {word for table in map_.tables for word in table.words}
