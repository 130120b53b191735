"""Maps: what the columns and words of somebody's own spreadsheet mean."""
