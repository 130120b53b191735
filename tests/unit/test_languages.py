"""The catalogue: complete in both languages, each text found by what is made of it, numbers in their forms."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from followup_analytics.claims.catalogue import own_catalogue
from followup_analytics.claims.verdict import choose_label
from followup_analytics.claims.words import with_label
from followup_analytics.ingest.noted import set_aside_note
from followup_analytics.ingest.rule_words import WORDS
from followup_analytics.languages import Catalogue
from followup_analytics.languages.catalogue import messages
from followup_analytics.languages.po import read_po
from followup_analytics.languages.templates import places
from followup_analytics.log.followup_log import Note
from followup_analytics.report.whole import coarse_notes
from followup_analytics.results.disclosure import policy_of
from followup_analytics.results.formatting import note_text
from followup_analytics.statistics.e_values import EValue

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
    values |= {"date": "5 March 2026", "time": "14:00"}
    lost = []
    for message in messages(language):
        text = message.plural or message.text
        if message.context or len(_LETTERS.findall(re.sub(r"\{\w+\}", "", text))) < 3:
            continue
        words = Catalogue(language, {"Acme"})
        for name in places(text):
            kind = name.rstrip("0123456789").rpartition("_")[2]
            text = text.replace(f"{{{name}}}", values.get(kind, "Acme"))
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
    assert german.told("Friday, 20 February 2026") == "Freitag, 20.\u00a0Februar 2026"
    assert spanish.told("3 March 2026") == "3 de marzo de 2026"
    assert german.told(".045") == "0,045"
    assert spanish.told("-0.009 (-0.230 to 0.212)") == "−0,009 (−0,230 a 0,212)"
    assert german.told("2024-09") == "2024-09"


def test_a_german_date_with_its_weekday_is_set_off_on_both_sides() -> None:
    """The date is an apposition to the weekday: a comma follows where the sentence goes on, and nowhere else."""
    words = Catalogue("de")
    told = words.told("Their office is closed by now: call on Friday 2 January 2026.")
    assert told.endswith("Rufen Sie am Freitag, 2.\u00a0Januar 2026, an.")
    told = words.told("We spoke on Wednesday 29 October 2025 about [the post].")
    assert "am Mittwoch, 29.\u00a0Oktober 2025, über" in told
    told = words.told("They were spoken to on Monday 3 November 2025: wait until Friday 7 November 2025.")
    assert told.startswith("Am Montag, 3.\u00a0November 2025, wurde ")
    assert told.endswith("bis Freitag, 7.\u00a0November 2025.")


def test_a_date_before_a_sentence_is_a_date() -> None:
    """Its year is no number that belongs to a name."""
    told = Catalogue("es").told("Thursday, 1 January 2026. Nothing is due today.")
    assert told == "jueves 1 de enero de 2026. Hoy no hay nada pendiente."


def test_one_and_many_are_told_apart() -> None:
    """The plural goes by the number; the case by what the sentence asks for."""
    words = Catalogue("de")
    assert words.told("1 attempt") == "1 Kontaktversuch"
    assert words.told("12 attempts") == "12 Kontaktversuche"
    assert "binnen 1 Tag " in words.told("Response rate by timing, within 1 day of the attempt") + " "
    assert "binnen 7 Tagen" in words.told("Response rate by timing, within 7 days of the attempt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Day of the attempt: day 15 or later", "Tag des Kontaktversuchs: Tag 15 oder später"),
        ("Number of the attempt: 6th or later", "Nummer des Kontaktversuchs: 6. oder späterer"),
        ("How the attempt before went: reached them", "Verlauf des vorigen Kontaktversuchs: Zuständige erreicht"),
        ("Hour of the attempt: before 8", "Uhrzeit des Kontaktversuchs: vor 8"),
    ],
)
def test_a_term_of_the_model_is_told_with_its_value(text: str, said: str) -> None:
    """Name and value each by their own entry, also where the value ends like another text."""
    words = Catalogue("de")
    assert words.told(text) == said
    assert not words.missing


@pytest.mark.parametrize("language", FOREIGN)
def test_why_rows_are_missing_is_told(language: str) -> None:
    """The reasons of rows that ingest set aside, with their numbers; of a few rows it is told that they are few."""
    words = Catalogue(language)
    for rule in WORDS:
        note = set_aside_note({rule: 12, "no_zone": 3, "bounce": 1, "min": 1, "max": 1, "open_quote": 1, "values": 1})
        words.told(note_text(note))
        words.told(note_text(coarse_notes([replace(note, n=4)], policy_of(None, 10))[0]))
    assert words.missing == set()


@pytest.mark.parametrize("language", FOREIGN)
def test_a_note_is_told_with_and_without_its_number(language: str) -> None:
    """One entry serves for both, and for a number that is too small to be told."""
    words = Catalogue(language)
    note = Note("automatic_replies", "automatic replies; never counted as a response")
    plain = words.told(note_text(note))
    assert words.told(note_text(replace(note, n=1200))) == f"{plain.rstrip('.')} ({words.told('1,200')})."
    assert words.told(note_text(coarse_notes([replace(note, n=4)], policy_of(None, 10))[0])) not in (plain, "")
    assert words.missing == set()


def test_names_stay_as_they_are() -> None:
    """What a log calls an employer or a cohort is no text of the catalogue, even where it is one of its words."""
    words = Catalogue("de", {"Wait", "Call centre, Leeds", "autumn 2025"})
    assert words.told("Wait") == "Wait"
    assert words.told("Call centre, Leeds, 3 March 2026") == "Call centre, Leeds, 3.\u00a0März 2026"
    assert words.told("After the interview: autumn 2025") == "Nach dem Vorstellungsgespräch: autumn 2025"
    assert not words.missing
    assert Catalogue("de").told("Wait") == "Abwarten"


@pytest.mark.parametrize("language", FOREIGN)
def test_why_a_difference_is_an_association_is_told(language: str) -> None:
    """Whatever keeps a claim's difference from being called causal, by itself and behind the reason of a verdict."""
    words, nothing = Catalogue(language), EValue(1.0, 1.0)
    for claim in own_catalogue().claims:
        for few in ((), ("applicant",), ("employer",), ("applicant", "employer")):
            for rated in (True, False):
                asked = {"rated": rated, "controls_pass": True, "controls_run": 1, "e_value": nothing}
                label = choose_label(claim, few_clusters=few, **asked)
                words.told(with_label("The difference could be chance.", label, "supported"))
    assert words.missing == set()


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize(
    "place", ["self rating 4", "job level senior", "referral true", "one industry of few applicants"]
)
def test_a_group_that_nobody_is_in_is_told(language: str, place: str) -> None:
    """A covariate and its level, in the sentence of the gate that asks for people on either side."""
    words = Catalogue(language)
    words.told(f"Of those with {place} nobody did this: no attempt by day 7; so there is nothing to compare them with.")
    assert words.missing == set()


def test_a_sentence_may_go_on_beyond_a_shorter_one() -> None:
    """The entry of the longer one is taken, though another has its beginning and further sentences follow."""
    words = Catalogue("de")
    note = "(both as NACE’s first-destination survey defines them); below it the range if all others had failed or "
    start = (
        "Knowledge rate: members whose destination is known. Career outcomes rate: of these, the employed, in service "
    )
    assert words.told(f"{start}or in further study {note}succeeded. Simulated data.").endswith(
        "wäre. Simulierte Daten."
    )
    strong = "\x02bNot one reply is recorded\x03: either nobody heard back at all, or replies were not written down. "
    assert "Entweder kam gar keine" in words.told(f"{strong}\x02iHow sure: not at all, until that is known.\x03")
    assert words.missing == set()


def test_names_of_files_and_settings_are_kept() -> None:
    """An entry may ask for a value as it is: what names a file, a column or a world is no word to be looked up."""
    words = Catalogue("de")
    assert words.told("Simulated: world office, seed 7. Nobody in this log exists.").startswith(
        "Simuliert: Welt office,"
    )
    assert words.told(
        "contacts.at holds nothing but midnights, which count as that instant; where only the dates are "
        "known, give them as dates or texts (2026-03-05), or set at_precision to day (12)."
    ).startswith("contacts.at ")
    assert words.missing == set()


@pytest.mark.parametrize("language", FOREIGN)
def test_a_name_takes_in_no_further_sentence(language: str) -> None:
    """Sentence by sentence, where each has its entry: a verb at the end stays with its own sentence."""
    words = Catalogue(language)
    said = ["We spoke on 3 March 2026 about [the post].", "You can reach me at [your number].", "About 19 seconds."]
    assert words.told(" ".join(said)) == " ".join(map(words.told, said))
    assert words.missing == set()


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
