"""Names of people and firms in one written form, so that "Müller GmbH" and "MUELLER" in another file may meet."""

from __future__ import annotations

import re
import unicodedata

#: Legal forms, which one file writes and another leaves out.
_FORMS_OF_LAW = (
    "inc incorporated ltd limited llc llp lp gmbh ag kg kgaa ohg gbr ug se ev co corp corporation company plc sa sas "
    "sarl srl spa sl bv nv oy ab as aps pty pte kk cie mbh"
)
_FORMS = frozenset(_FORMS_OF_LAW.split())
#: Words that programs and recruiters put around an employer's name when they write.
_AROUND = re.compile(
    r"\b(?:careers?|jobs?|recruit(?:ing|ment|er|ers)?|hiring|talent(?: acquisition)?|human resources|hr|people|team|"
    r"department|dept|notifications?|no-?reply|do not reply|applications?|karriere|personalabteilung|"
    r"bewerbermanagement|recursos humanos|seleccion|recrutement|ressources humaines|rh)\b"
)
_OF = re.compile(r"\s(?:at|from|of|@|bei|von|de|chez|en|\|)\s+|\s+[-–—|·]\s+|,\s+")
_THROUGH = re.compile(r"\s(?:via|through|über|per|mediante|por)\s.*$|\s*[(\[].*$")


def folded_name(name: str) -> str:
    """A name without case, accents, punctuation and legal forms; "" where nothing is left."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", plain.replace("'", "").replace("’", "").replace(".", "")).split()
    kept = [word for word in words if word not in _FORMS]
    return " ".join(kept or words)


def sender_names(name: str) -> list[str]:
    """The folded names that a sender's display name may stand for: "Acme Hiring Team", "Jane (Acme) via Greenhouse"."""
    plain = " ".join(name.split())
    through = _THROUGH.sub("", plain)
    inside = re.findall(r"[(\[]([^()\[\]]+)[)\]]", plain)
    parts = [plain, through, *_OF.split(f" {through} "), *inside]
    found = []
    for part in parts:
        folded = folded_name(part)
        found += [folded, " ".join(_AROUND.sub(" ", folded).split())]
    return list(dict.fromkeys(one for one in found if one))
