"""Tables of text written as a workbook, one sheet each: .xlsx by xlsxwriter, .ods as the plain XML that it is."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import polars as pl

_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
#: The first date that a zip archive can hold: fixed, so that the same tables give the same bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_workbook(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write each frame of text as a sheet; every cell is a text, never a formula. The suffix decides the format."""
    if path.suffix.lower() == ".ods":
        _write_ods(path, tables)
    else:
        _write_xlsx(path, tables)


def _write_xlsx(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    import datetime as dt

    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": dt.datetime(*_FIXED_DATE, tzinfo=dt.UTC)})
        bold = book.add_format({"bold": True})
        for name, frame in tables.items():
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(frame.columns):
                sheet.write_string(0, place, column, bold)
                for row, value in enumerate(frame[column], start=1):
                    _write_cell(sheet, row, place, value)
            sheet.autofit()


def _write_cell(sheet: object, row: int, place: int, value: object) -> None:
    if isinstance(value, bool) or (value is not None and not isinstance(value, int | float)):
        sheet.write_string(row, place, str(value))  # type: ignore[attr-defined]
    elif value is not None:
        sheet.write_number(row, place, value)  # type: ignore[attr-defined]


def _write_ods(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    sheets = "".join(_ods_sheet(name, frame) for name, frame in tables.items())
    namespaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {namespaces} office:version="1.2">'
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and uncompressed, so that programs know the file by its first bytes.
        archive.writestr(zipfile.ZipInfo("mimetype", _FIXED_DATE), _ODS_TYPE, zipfile.ZIP_STORED)
        for name, text in (("content.xml", content), ("META-INF/manifest.xml", _MANIFEST)):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), text, zipfile.ZIP_DEFLATED)


def _ods_sheet(name: str, frame: pl.DataFrame) -> str:
    rows = [frame.columns, *frame.rows()]
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    return f"<table:table table:name={quoteattr(name)}>{body}</table:table>"


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
