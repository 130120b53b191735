"""Texts in other languages than English: one catalogue for everything that is handed out.

Everything is composed in English, from one source. A catalogue (`de.po`, `es.po`: gettext's own format, which every
translator's tool reads) holds each sentence as a template with its numbers and names as placeholders; a finished text
is told in another language by finding its template. So an answer, a stored result or a report need not know in which
language it will be read.
"""

from followup_analytics.languages.catalogue import LANGUAGES, Catalogue, catalogue
from followup_analytics.languages.speaking import is_foreign, is_told, speaking, spoken, told

__all__ = ["LANGUAGES", "Catalogue", "catalogue", "is_foreign", "is_told", "speaking", "spoken", "told"]
