"""Names of people and firms in one written form, so that "Müller GmbH" and "MULLER" in another file meet."""

from __future__ import annotations

import re

from followup_analytics.sheets.names import folded, folded_employer, folded_person

#: How many names stand behind the comma of "Doe, Jane Mary" at most.
_GIVEN_NAMES = 2
#: Words that programs and recruiters put around an employer's name when they write.
_AROUND = re.compile(
    r"\b(?:careers?|jobs?|recruit(?:ing|ment|er|ers)?|hiring|talent(?: acquisition)?|human resources|hr|people|team|"
    r"department|dept|notifications?|no-?reply|do not reply|applications?|karriere|personalabteilung|"
    r"bewerbermanagement|recursos humanos|seleccion|recrutement|ressources humaines|rh|"
    r"workday|greenhouse|lever|icims|taleo|smartrecruiters|jobvite|ashby|bamboohr|workable|successfactors|personio|"
    r"softgarden|recruitee|teamtailor|breezy)\b"
)
_OF = re.compile(r"\s(?:at|from|of|@|bei|von|de|chez|en|\|)\s+|\s+[-–—|·]\s+|,\s+")
_THROUGH = re.compile(r"\s(?:via|through|über|per|mediante|por)\s.*$|\s*[(\[].*$")


def folded_name(name: str) -> str:
    """A firm's or person's name without case, accents, punctuation and legal form, given names first; "" if empty."""
    told = folded_employer(name)
    _, comma, after = name.partition(",")
    given = after.split()
    # "Doe, Jane" is a person; "Acme, Inc." lost its legal form, and "Smith, Jones and Sons" is a firm of several.
    person = comma and told == folded(name) and 1 <= len(given) <= _GIVEN_NAMES and "&" not in after
    return folded_person(name) if person else told


def sender_names(name: str) -> list[str]:
    """The folded names that a sender's display name may stand for: "Acme Hiring Team", "Jane (Acme) via Greenhouse"."""
    plain = " ".join(name.split())
    through = _THROUGH.sub("", plain)
    inside = re.findall(r"[(\[]([^()\[\]]+)[)\]]", plain)
    parts = [plain, through, *_OF.split(f" {through} "), *inside]
    found = []
    for part in parts:
        told = folded_name(part)
        bare = " ".join(_AROUND.sub(" ", told).split())
        found += [told, bare, folded_employer(bare)]
    return list(dict.fromkeys(one for one in found if one))
