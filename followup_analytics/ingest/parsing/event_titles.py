"""What a calendar's title is about: an interview, a call, or something else. It proposes; a person may decide.

Not one word decides. The part of a title that names the event is looked at apart from the part that names the employer,
so that "Interview - Acme Medical Practice" is an interview and "Practice interview - Acme" is none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

INTERVIEW, CALL = "interview", "call"

#: Words before a title that programs put there, and that say nothing about what it is.
_BEFORE = re.compile(
    r"^(?:(?:fwd?|wg|re|aw|tr|rv|updated?( invitation)?|invitation|accepted|tentative|confirmed|new|"
    r"einladung|aktualisiert|zugesagt|angenommen|mit vorbehalt|bestätigt|"
    r"invitación|actualizado|aceptado|aceptada|provisional|confirmado|confirmada|"
    r"invitation mise à jour|mis à jour|accepté|acceptée|provisoire|confirmé)\s*:\s*)+",
    re.IGNORECASE,
)
#: Said of an event that doesn't take place, wherever it stands in the title.
_CALLED_OFF = re.compile(
    r"\b(?:cancell?ed|cancel(?:l?ation)?|canx|cxl(?:le)?d|called off|declined?|rejected invite|withdrawn|no[ -]show|"
    r"postponed|to be rescheduled|did(?: not|n['’]t) (?:attend|go|happen|take place)|no interview|"
    r"abgesagt|absage|storniert|abgelehnt|entfällt|fällt aus|"
    r"cancelad[oa]|anulad[oa]|rechazad[oa]|suspendid[oa]|"
    r"annulée?s?|refusée?s?|déclinée?s?|reportée? sine die|"
    r"annullat[oa]|rifiutat[oa]|rinviat[oa]|geannuleerd|afgezegd|afgewezen|odwołan[aey]|anulowan[aoey]|inställ[dt]|"
    r"abgebrochen|verschoben|vertagt|av?flyst|avlyst|peruttu|peruutettu|отменен[оаы]?|отмена|zrušen[oaý]|"
    r"iptal(?: edildi)?|törölve|otkazan[oa]?|ακυρώθηκε)\b|^(?:rejected|refused)\s*:|[❌🚫]|~~|"
    r"已?取消|キャンセル|中止|취소",
    re.IGNORECASE,
)
#: What an interview is called. Compound words of German and Dutch have it inside.
_INTERVIEW = re.compile(
    r"\w*interview\w*|\b(?:phone|recruiter|recruiting|hr|technical|tech|initial|video|first|telephone|talent)[ -]?"
    r"screen(?:ing)?\b|\bscreening[ -](?:call|chat|interview)\b|\bphonescreen\b|"
    r"\b(?:recruiter|hiring manager|hiring team)[ -](?:call|chat|meeting|conversation|intro)\b|"
    r"\b(?:first|second|third|final|1st|2nd|3rd|last)[ -]round\b|\bonsite\b|\bon-site\b|\bsuper ?day\b|"
    r"\bassessment (?:cent(?:er|re)|day)\b|\bjob talk\b|\btrial day\b|"
    r"vorstellungsgespr(?:ä|ae)ch|\b(?:erst|zweit|dritt|folge|abschluss)gespr(?:ä|ae)ch|bewerbungsgespr(?:ä|ae)ch|kennenlerngespr(?:ä|ae)ch|einstellungsgespr(?:ä|ae)ch|"
    r"jobgespr(?:ä|ae)ch|probearbeit|\bprobetag\b|"
    r"\bentrevistas?\b|\bproceso de selección\b|"
    r"\bentretiens?\b|"
    r"\bcolloqui[oe]?\b|\bsollicitatiegesprek|\bkennismakingsgesprek|\brozmowa kwalifikacyjna|"
    r"\b(?:anställnings|arbets|jobb?)?intervju|\bjobsamtale|\bansettelsesintervju|\btyöhaastattelu",
    re.IGNORECASE,
)
#: Beside a word for an interview, these make it practice, teaching, a task, or somebody else's interview.
_OTHER = re.compile(
    r"\b(?:mock|practi[cs]e|practi[cs]ing|prep|prepp?ing|prepar\w*|rehears\w*|simulat\w*|coach\w*|workshops?|webinars?|"
    r"training|trainings|seminars?|class|course|lesson|skills?|tips|techniques|questions|info(?:rmation)? session|"
    r"club|clinic|drop-?in|stud(?:y|ying)|debrief\w*|feedback|notes?|outfit|suit|clothes|travel|flight|train to|"
    r"drive to|hotel|pack|parking|exit|stay|user|customer|research|podcast|radio|tv|press|media|journalist|"
    r"informational|candidates?|interviewing|interviewer training|panel(?:ist)? training|conduct\w*|thesis|"
    r"dissertation|participants?|probe|vampire|movie|film|parent-?teacher|visa|passport|citizenship|immigration|"
    r"naturali[sz]ation|asylum|adoption|police|witness|school|roommate|flatmate|landlord|"
    r"probe-?\w*(?:interview|gespräch)|\w*übung\w*|üben|\w*vorbereit\w*|\w*training\w*|\w*coaching|nachbereit\w*|"
    r"nachbesprech\w*|"
    r"mitarbeitergespräch|simulaci[oó]n\w*|simulacro\w*|práctica|practicar|ensayo|taller|preparaci[oó]n|preparar|"
    r"repaso|simulad[oa]s?|simulations?|simulée?|préparation|préparer|prépa|atelier|entraînement|répétition|annuel\w*|"
    r"professionnel annuel|voiture|chaudière|jardin|véhicule|clim\w*|maison|"
    r"prova|simulazione|preparazione|insegnanti|docenti|genitori|oefen\w*|voorbereid\w*|träning|övning)\b",
    re.IGNORECASE,
)
#: Words with which a note to oneself begins.
_TASK = re.compile(
    r"^(?:\[?\s?\]?\s*)?(?:to-?do|task|reminder|remember|don'?t forget|deadline|due|apply|send|write|e-?mail|mail|text|"
    r"schedule|reschedule|book|arrange|confirm|research|review|read|print|buy|order|submit|ask|check|find|finish|"
    r"watch|pick up|hold|placeholder|update|thank|thank-you|thanks|follow[- ]?up|ping|wait(?:ing)?|decide|choose|plan|"
    r"get ready|look up|fill in|"
    r"aufgabe|erinnerung|nicht vergessen|frist|bewerben|senden|schreiben|mailen|nachfassen|danke\w*|"
    r"termin (?:für|machen)|"
    r"tarea|recordatorio|recordar|enviar|escribir|agradec\w*|confirmar|agendar|seguimiento|"
    r"tâche|rappel|ne pas oublier|envoyer|écrire|remerci\w*|confirmer|planifier|relance|relancer)\b",
    re.IGNORECASE,
)
_OUTGOING = re.compile(
    r"^(?:called|phoned|rang)\b|\b(?:call|phone|ring) to\b|^(?:call|phone|ring)\s*:|^follow[- ]?up call\b|"
    r"^(?:anruf (?:bei|an)\b|angerufen\b|telefonat mit\b)|"
    r"^(?:llamada a\b|llamé a\b)|^(?:appel (?:à|chez|au)\b|appelé\b)",
    re.IGNORECASE,
)
_INCOMING = re.compile(
    r"\bcall from\b|\bcalled (?:me|back)\b|\b(?:anruf|rückruf) von\b|\bllamada de\b|\bappel de\b", re.IGNORECASE
)
_CALL_WORDS = re.compile(
    r"^.*?\b(?:call(?:ed)?|phoned?|ring|rang|anruf|rückruf|angerufen|llamada|appel|appelé)\b"
    r"(?:\s+(?:to|from|back|bei|an|von|a|de|à|chez|au)\b|:)*\s*",
    re.IGNORECASE,
)
_PLACE = r"(?:at|with|w/|@|bei|mit|con|en|chez|avec|presso|bij|met|hos|med)"
_AFTER = re.compile(rf"^\s*(?:-|–|—|:|\||{_PLACE}(?=\s|$)|(?<=\s)@)\s*(?P<who>.+)$", re.IGNORECASE | re.DOTALL)
_LATER = re.compile(rf"\s(?:-|–|—|\||{_PLACE})\s+(?P<who>.+)$|:\s+(?P<named>.+)$", re.IGNORECASE | re.DOTALL)
#: What a title is for stands behind it, and tells nothing of what it is, unless it is one's own study.
_PURPOSE = re.compile(
    r"^\s+(?:for|für|para|pour|per)\s+(?!(?:my|our|a|the) (?:thesis|study|class|course|project)\b)\S", re.IGNORECASE
)
#: An aside in brackets or behind a dash that is nothing but practice: "(mock)", "- prep time", "(practice w/ Sam)".
_PRACTICE = re.compile(
    r"(?:mock|practi[cs]e|prep(?:aration)?|rehearsal|dry run|simulation|probe|übung|vorbereitung|práctica|simulacro|"
    r"préparation|prova)(?:[ -](?:time|session|call|meeting|block|interview|only|run|round|with .*|w/ .*|mit .*))?",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[(\[]([^()\[\]]+)[)\]]|\s[-–—|]\s+([^-–—|]+)$")
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_TRAILING_MARK = re.compile(r"\s*(?:-|–|—|:|\|)\s*$")


@dataclass(frozen=True)
class Title:
    """What a title is taken for: INTERVIEW, CALL or None, with the reason, and the employer that it names."""

    kind: str | None
    why: str
    employer: str | None = None
    direction: str | None = None


def read_title(title: str, categories: str = "") -> Title:
    """What an event is by its title, and by the categories that its owner gave it."""
    text = _BEFORE.sub("", unicodedata.normalize("NFC", " ".join(title.split()))).strip()
    direction = call_direction(text)
    if direction is not None and not re.search(r"screen", text, re.IGNORECASE):
        return Title(CALL, "the title tells of a call", _CALL_WORDS.sub("", text).strip() or None, direction)
    found = _INTERVIEW.search(text)
    if found is None:
        if categories and _INTERVIEW.search(categories) and not _called_off(text):
            return Title(INTERVIEW, "its category says interview", None)
        return Title(None, "the title names no interview")
    kind, employer = _parted(text, found)
    if _called_off(text):
        return Title(None, "the title says that it was declined or called off", employer)
    if _TASK.match(text):
        return Title(None, "the title reads as a task", employer)
    if _OTHER.search(kind) or any(_PRACTICE.fullmatch(part.strip()) for pair in _ASIDE.findall(text) for part in pair):
        return Title(None, "the title reads as practice, preparation, teaching or somebody else's interview", employer)
    return Title(INTERVIEW, "the title names an interview", employer)


@lru_cache(maxsize=10_000)
def call_direction(text: str) -> str | None:
    """Who called whom, where a title says so."""
    if _INCOMING.search(text):
        return "inbound"
    return "outbound" if _OUTGOING.search(text) else None


def _called_off(text: str) -> bool:
    return bool(_CALLED_OFF.search(text))


def _parted(text: str, found: re.Match[str]) -> tuple[str, str | None]:
    """The part of a title that names the event, and the employer, from one side of it or the other."""
    head, tail = text[: found.end()], text[found.end() :]
    before = text[: found.start()]
    if _PURPOSE.match(tail):
        tail, text = "", head
    after = _AFTER.match(tail)
    if after:
        pieces = re.split(r"\s+[-–—|]\s+", after["who"])
        # "Interview - Acme - prep": a piece that is nothing but such a word belongs to the event.
        said = [piece for piece in pieces[1:] if _OTHER.fullmatch(piece.strip())]
        alone = _OTHER.fullmatch(after["who"].strip())
        return " ".join([_own_words(head), *said, after["who"] if alone else ""]), after["who"].strip() or None
    later = _LATER.search(tail)
    if later:
        who = (later["who"] or later["named"]).strip()
        return f"{_own_words(head)} {tail[: later.start()]}", who or None
    employer = _TRAILING_MARK.sub("", _BRACKETS.sub("", before)).strip()
    own = f"{_own_words(head)} {_BRACKETS.sub('', tail)}" if not employer or _OTHER.search(employer) else text
    if employer and not _OTHER.search(employer):
        own = text[found.start() :]
    return own, _employer_before(employer)


def _own_words(head: str) -> str:
    """The words up to the event's own, from the last mark that parts a title: "Acme - mock interview"."""
    return re.split(r"\s[-–—|]\s|:\s", head)[-1]


def _employer_before(text: str) -> str | None:
    """An employer that stands before the event's name; words such as "second" or "phone" are none."""
    kept = re.sub(
        r"(?i)\b(?:first|second|third|final|last|1st|2nd|3rd|phone|telephone|video|zoom|teams|online|virtual|"
        r"technical|tech|hr|panel|on-?site|job|round|erstes|zweites|primera|segunda|premier|deuxième)\b|\d+\.?",
        " ",
        text,
    )
    return " ".join(text.split()) if kept.strip(" .,-") and not _OTHER.search(text) else None
