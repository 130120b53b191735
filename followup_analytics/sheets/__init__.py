"""Spreadsheets in and out: headings, cells, workbooks."""
