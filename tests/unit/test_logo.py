"""An office's logo: on the first page with words for those who don't see it, and no file that is something else."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, PngImagePlugin
from report_logs import made_log

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.report.logo import logo_data, read_logo
from followup_analytics.report.office import read_office
from followup_analytics.report.write import write_report


def picture(path: Path, size: tuple[int, int] = (600, 200), form: str = "PNG") -> Path:
    """A blue picture with a secret in its further fields."""
    secret = PngImagePlugin.PngInfo()
    secret.add_text("Author", "Jane Doe")
    Image.new("RGB", size, (0, 90, 140)).save(path, format=form, **({"pnginfo": secret} if form == "PNG" else {}))
    return path


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_logo_is_its_points_alone(tmp_path: Path, form: str) -> None:
    """Small enough to print, without what the file says beside its picture; the same file, the same bytes."""
    content = read_logo(picture(tmp_path / "logo.png", (3000, 1000), form))
    assert b"Jane Doe" not in content
    with Image.open(io.BytesIO(content)) as small:
        assert (small.format, small.size) == ("PNG", (993, 331))
    assert read_logo(tmp_path / "logo.png") == content


@pytest.mark.parametrize(("size", "width"), [((600, 200), 42.0), ((200, 200), 14.0), ((2000, 100), 48.0)])
def test_a_logo_stands_no_larger_than_its_place(tmp_path: Path, size: tuple[int, int], width: float) -> None:
    """14 mm high and 48 mm wide at most, as broad as it is high."""
    made = logo_data(read_logo(picture(tmp_path / "logo.png", size)), "Careers & Co")
    assert made is not None
    assert made["width_mm"] == pytest.approx(width, abs=0.2)
    assert made["alt"] == "Logo: Careers & Co"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", r"mark\.png: the logo is no PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\nbroken", r"mark\.png: the logo is no PNG or JPEG"),
        (b"GIF89a" + bytes(40), r"mark\.png: the logo is no PNG or JPEG"),
        (bytes(10_000_001), r"mark\.png: the logo has 10 MB"),
    ],
    ids=["a drawing with a program", "a broken picture", "another kind", "too large a file"],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """In a sentence that names the file."""
    (tmp_path / "mark.png").write_bytes(content)
    (tmp_path / "office.toml").write_text('logo = "mark.png"\n', "utf-8")
    with pytest.raises(DataError, match=said):
        read_office(tmp_path / "office.toml")


@pytest.mark.parametrize("name", ["../logo.png", "/etc/logo.png", "a/logo.png"])
def test_a_logo_lies_beside_the_file(tmp_path: Path, name: str) -> None:
    """What a file says opens nothing elsewhere."""
    (tmp_path / "office.toml").write_text(f'logo = "{name}"\n', "utf-8")
    with pytest.raises(DataError, match="put the picture beside this file"):
        read_office(tmp_path / "office.toml")


def test_an_absent_logo_is_said_to_be_absent(tmp_path: Path) -> None:
    """Beside the office's file, where it was looked for."""
    (tmp_path / "office.toml").write_text('logo = "none.png"\n', "utf-8")
    with pytest.raises(UnreadableError, match=r"none\.png: the logo can't be read \(No such file"):
        read_office(tmp_path / "office.toml")


def test_the_first_page_has_the_logo(tmp_path: Path) -> None:
    """The PDF as a picture with its words, the page as part of itself; both are the same every time."""
    picture(tmp_path / "logo.png")
    office = tmp_path / "office.toml"
    office.write_text('name = "Careers"\nlogo = "logo.png"\n', "utf-8")
    log = made_log(60)
    pdf = write_report(log, tmp_path / "a.pdf", kind="day-sheet", office=office)
    assert write_report(log, tmp_path / "b.pdf", kind="day-sheet", office=office).read_bytes() == pdf.read_bytes()
    with pikepdf.open(pdf) as read:
        assert any("/Image" in str(one.get("/Subtype")) for one in read.pages[0].Resources.XObject.values())
        alts = [str(one.Alt) for one in read.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert "Logo: Careers" in alts
    page = write_report(log, tmp_path / "a.html", kind="day-sheet", office=office, language="de").read_text("utf-8")
    assert 'alt="Logo: Careers"' in page
    assert "img-src data:" in page
    held = page.split("data:image/png;base64,")[1].split('"')[0]
    assert base64.b64decode(held) == read_logo(tmp_path / "logo.png")
