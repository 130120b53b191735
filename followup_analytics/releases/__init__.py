"""What was published of a record: the ledger it is entered in, and all releases checked again together."""

from followup_analytics.releases.ledgers import open_ledger, publish
from followup_analytics.releases.listing import ReleasesResult, check_releases

__all__ = ["ReleasesResult", "check_releases", "open_ledger", "publish"]
