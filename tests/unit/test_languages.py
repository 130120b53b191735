"""The catalogue: complete in both languages, each text found by what is made of it, numbers in their forms."""

from __future__ import annotations

import re

import pytest

from followup_analytics.languages import Catalogue
from followup_analytics.languages.catalogue import messages
from followup_analytics.languages.po import read_po
from followup_analytics.languages.templates import places

FOREIGN = ("de", "es")
#: Entries that stand for lists or names alone: what they mean, the texts about them say.
_LETTERS = re.compile(r"[a-z]{4,}")


@pytest.mark.parametrize("language", FOREIGN)
def test_every_translation_has_the_numbers_of_its_text(language: str) -> None:
    """No placeholder is lost or invented; where one is left out (a technical hint), it stands in no translation."""
    found = list(messages(language))
    assert len(found) > 900
    for message in found:
        for said in message.said.values():
            assert places(said) <= places(message.text), message.text
            assert said.strip(), message.text


def test_both_languages_have_the_same_texts() -> None:
    """A text that one language has the other has too."""
    german, spanish = ({(one.text, one.context) for one in messages(language)} for language in FOREIGN)
    assert german == spanish
    assert len(german) > 900


@pytest.mark.parametrize("language", FOREIGN)
def test_no_text_is_told_by_the_entry_of_another(language: str) -> None:
    """A text made from an entry of several words is told by that entry: nothing of it is missing or left in English."""
    values = {"n": "7", "day": "3", "low": "2", "high": "9", "share": "12%", "points": "+3.1", "value": "0.5"}
    lost = []
    for message in messages(language):
        text = message.plural or message.text
        if message.context or len(_LETTERS.findall(re.sub(r"\{\w+\}", "", text))) < 3:
            continue
        words = Catalogue(language, {"Acme"})
        for name in places(text):
            kind = name.rstrip("0123456789")
            text = text.replace(f"{{{name}}}", "5 March 2026" if kind == "date" else values.get(kind, "Acme"))
        words.told(re.sub(r"</?[bi]>", "", text) if "<" not in message.text else text)
        if "<" not in message.text and words.missing:
            lost.append((text, words.missing))
    assert lost == []


def test_numbers_dates_and_shares_are_written_as_each_language_writes_them() -> None:
    """Signs for decimals and thousands, a space before the percent sign, months and weekdays."""
    german, spanish = (Catalogue(language) for language in FOREIGN)
    assert german.told("12.3%") == "12,3\u00a0%"
    assert german.told("1,234.5") == "1.234,5"
    assert spanish.told("1,234") == "1234"
    assert spanish.told("12,345") == "12\u202f345"
    assert german.told("20.1% to 26.3%") == "20,1\u00a0% bis 26,3\u00a0%"
    assert german.told("Friday, 20 February 2026") == "Freitag, 20. Februar 2026"
    assert spanish.told("3 March 2026") == "3 de marzo de 2026"
    assert german.told(".045") == "0,045"


def test_one_and_many_are_told_apart() -> None:
    """The plural goes by the number; the case by what the sentence asks for."""
    words = Catalogue("de")
    assert words.told("1 attempt") == "1 Kontaktversuch"
    assert words.told("12 attempts") == "12 Kontaktversuche"
    assert "binnen 1 Tag " in words.told("Response rate by timing, within 1 day of the attempt") + " "
    assert "binnen 7 Tagen" in words.told("Response rate by timing, within 7 days of the attempt")


def test_names_stay_as_they_are() -> None:
    """What a log calls an employer or a cohort is no text of the catalogue, even where it is one of its words."""
    words = Catalogue("de", {"Wait", "Call centre, Leeds", "autumn 2025"})
    assert words.told("Wait") == "Wait"
    assert words.told("Call centre, Leeds, 3 March 2026") == "Call centre, Leeds, 3. März 2026"
    assert words.told("After the interview: autumn 2025") == "Nach dem Vorstellungsgespräch: autumn 2025"
    assert not words.missing
    assert Catalogue("de").told("Wait") == "Abwarten"


def test_what_no_entry_has_is_left_and_remembered() -> None:
    """A sentence that nobody translated stays readable, and is named to those who keep the catalogue."""
    words = Catalogue("de")
    assert words.told("Nothing is due today. A sentence that nobody foresaw.").startswith("Heute ist nichts fällig. ")
    assert words.missing == {"A sentence that nobody foresaw."}


def test_a_broken_catalogue_names_the_line() -> None:
    """A line that is none of the format's is refused with its number."""
    assert [one.text for one in read_po('msgid "a"\nmsgstr "b"\n')] == ["a"]
    with pytest.raises(ValueError, match="line 2"):
        list(read_po('msgid "a"\nmsgfoo "b"\n'))
    with pytest.raises(ValueError, match="line 1"):
        list(read_po('"alone"\n'))
