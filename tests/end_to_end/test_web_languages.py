"""The page in German and Spanish: whose language it is, what is told in it, and what is left as people wrote it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_web_safety import Page

from followup_analytics.languages import catalogue
from followup_analytics.web.tongues import in_tongue, language_for


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "de-CH,de;q=0.9,en;q=0.8", "de"),
        (None, "fr, es;q=0.5, en;q=0.1", "es"),
        (None, "en;q=0.2, de;q=0.1", "en"),
        (None, "fr, pl;q=0.5", "en"),
        (None, "de;q=0, es;q=0.1", "es"),
        (None, "", "en"),
        (None, "*, ;;q=x,de;q=nonsense", "en"),
        ("es", "de", "es"),
        ("en", "de", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(chosen: str | None, accepted: str, language: str) -> None:
    """By the browser's own order; English where there is none of them."""
    assert language_for(chosen, accepted) == language


def test_what_people_wrote_is_left_as_it_is() -> None:
    """Names of the log, what is marked so, and code; markup stays what it was, and text stays text."""
    words = catalogue("de", {"Report"})
    assert words is not None
    page = (
        '<!doctype html><html lang="en"><body><p>Report</p><p translate="no">Files <b>Close</b></p><p>Files</p>'
        '<code>Close</code><input placeholder="now" value="Close" disabled><p>&lt;b&gt;Close&lt;/b&gt; &amp; 1</p>'
        '<img alt="Day" src="data:,"></body></html>'
    )
    told = in_tongue(page, words)
    assert '<html lang="de">' in told
    assert "<p>Report</p>" in told
    assert '<p translate="no">Files <b>Close</b></p><p>Dateien</p>' in told
    assert "<code>Close</code>" in told
    assert 'placeholder="jetzt"' in told
    assert 'value="Close" disabled' in told
    assert "&lt;b&gt;Close&lt;/b&gt; &amp; 1" in told
    assert 'alt="Tag"' in told
    assert in_tongue(page.replace('lang="en"', 'lang="de"'), catalogue("de", {"Report", "Files", "Day", "now"})) != page


@pytest.mark.parametrize(
    ("language", "first", "found"),
    [("de", "Überblick", "Was wollen Sie wissen?"), ("es", "Resumen", "¿Qué desea saber?")],
)
def test_pages_come_in_the_browsers_language(
    simulated_folder: Path, tmp_path: Path, language: str, first: str, found: str
) -> None:
    """With the right `lang`, the answer's own sentences and numbers in it, and forms that work as in English."""
    made = Page(str(simulated_folder), tmp_path)
    made.client.headers["accept-language"] = language
    with made.client:
        made.enter()
        text = made.client.get("/").text
        assert f'<html lang="{language}">' in text
        assert f"<h1>{first}</h1>" in text
        assert found in text
        rates = made.client.get("/rates?by=channel").text
        assert re.search(r"\d,\d\s?%", rates)
        assert "How often" not in rates
        picture = re.compile(r'<img src="(data:image/png[^"]+)"')
        english = made.client.get("/rates?by=channel", headers={"accept-language": "en"}).text
        # The chart's own words too.
        assert picture.findall(rates)[0] != picture.findall(english)[0]
        assert f'value="{language}" lang="{language}" selected' in made.client.get("/report").text
        # Another browser at the same time reads English.
        assert "How often" in made.client.get("/rates?by=channel", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("language", ["de", "es"])
def test_no_word_of_the_pages_themselves_stays_english(simulated_folder: Path, tmp_path: Path, language: str) -> None:
    """Menu, headings, labels and buttons of every page, with a store and without."""
    english = []
    for source in (str(simulated_folder), None):
        made = Page(source, tmp_path)
        made.client.headers["accept-language"] = language
        with made.client:
            made.enter()
            for address in ("/", "/files", "/rates", "/curve", "/today", "/report", "/plan", "/interviews/new"):
                text = made.client.get(address).text
                plain = made.client.get(address, headers={"accept-language": "en"}).text
                if "/problem" in text or 'role="alert"' in text:
                    continue
                for tag in ("h1", "h2", "button", "summary", "label"):
                    told = re.findall(rf"<{tag}[^>]*>([^<]{{4,}})<", text)
                    same = set(told) & set(re.findall(rf"<{tag}[^>]*>([^<]{{4,}})<", plain))
                    english += [f"{address}: {one}" for one in same if one.strip() not in ("Name ", "Plan")]
    assert english == []
