"""What a call came to, by one rule for every source of calls (contract section 1, "From a call source").

The source's own result decides where it gives one, at any duration: answered is `phone` with party null, unanswered
party `none`, a message left `voicemail`. Only without a result do 0 seconds mean that nobody was reached. A duration
that is absent says nothing, and is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

ANSWERED, UNANSWERED, MESSAGE = "answered", "unanswered", "message"

#: Words that services, in the languages of their faces, and people write for what a call came to.
_WORDS = {
    ANSWERED: (
        "answered, answer, connected, call connected, completed, complete, accepted, accept, picked up, pickup, "
        "spoke, spoken, talked, reached, success, succeeded, recorded, auto recorded, yes, true, "
        "answered by other, redirected, "
        "angenommen, beantwortet, verbunden, anruf verbunden, erreicht, gesprochen, abgeschlossen, ja, "
        "contestada, contestado, respondida, respondido, conectada, conectado, llamada conectada, atendida, aceptada, "
        "completada, sí, si, "
        "répondu, répondue, répondus, connecté, connectée, appel connecté, décroché, accepté, acceptée, abouti, oui, "
        "risposto, risposta, connessa, beantwoord, verbonden, atendida, respondida"
    ),
    UNANSWERED: (
        "no answer, noanswer, not answered, unanswered, busy, line busy, failed, failure, call failed, call failure, "
        "canceled, cancelled, call cancel, call canceled, call cancelled, congestion, hang up, hung up, stopped, "
        "abandoned, blocked, error, internal error, wrong number, restricted number, ip phone offline, "
        "no calling credit, international disabled, international restricted, account suspended, timeout, timed out, "
        "ring timeout, unavailable, unreachable, not reached, rang out, no, false, "
        "besetzt, keine antwort, nicht beantwortet, unbeantwortet, nicht angenommen, nicht erreicht, abgebrochen, "
        "aufgelegt, fehlgeschlagen, anruf fehlgeschlagen, falsche nummer, nein, "
        "sin respuesta, no contestada, no contestado, no contesta, no responde, no respondida, ocupado, ocupada, "
        "cancelada, cancelado, fallida, fallido, llamada fallida, número equivocado, colgado, "
        "pas de réponse, sans réponse, non répondu, non répondue, occupé, ligne occupée, annulé, annulée, échec, "
        "échoué, raccroché, faux numéro, non, "
        "nessuna risposta, occupato, geen gehoor, niet beantwoord, sem resposta, não atendida"
    ),
    MESSAGE: (
        "voicemail, voice mail, left voicemail, left a voicemail, left voice mail, left message, left a message, "
        "voicemail left, message left, sent to voicemail, vm left, lvm, left vm, "
        "nachricht hinterlassen, voicemail hinterlassen, mailbox, auf mailbox gesprochen, anrufbeantworter, "
        "an voicemail gesendet, auf anrufbeantworter gesprochen, "
        "buzón de voz, mensaje de voz, mensaje dejado, dejó mensaje, dejé mensaje, enviado al buzón de voz, "
        "messagerie vocale, message laissé, message vocal, message vocal laissé, boîte vocale, "
        "envoyé à la messagerie vocale, "
        "segreteria telefonica, messaggio lasciato, voicemailbericht, correio de voz"
    ),
}
#: Words that only the one who was called has: nobody took the call, and it came in.
_CAME_IN = (
    "missed, missed call, missed call from, rejected, declined, auto reject, refused, "
    "verpasst, verpasster anruf, entgangen, entgangener anruf, abgelehnt, in abwesenheit, "
    "perdida, llamada perdida, rechazada, rechazado, "
    "manqué, manquée, appel manqué, en absence, rejeté, rejetée, refusé, refusée, "
    "persa, chiamata persa, rifiutata, gemist, gemiste oproep, geweigerd, recusada"
)
_DIRECTIONS = {
    "outbound": (
        "outbound, outgoing, out, placed, dialed, dialled, made, call to, "
        "ausgehend, abgehend, gewählt, saliente, sortant, sortante, émis, realizada, in uscita, uitgaand, efetuada"
    ),
    "inbound": (
        "inbound, incoming, in, received, call from, "
        "eingehend, ankommend, erhalten, entrante, entrant, entrante, reçu, recibida, in entrata, ricevuta, "
        "inkomend, recebida"
    ),
}


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


_RESULT_OF = {word: result for result, words in _WORDS.items() for word in _listed(words)} | dict.fromkeys(
    _listed(_CAME_IN), UNANSWERED
)
_DIRECTION_OF = {word: direction for direction, words in _DIRECTIONS.items() for word in _listed(words)}


#: Parts of what people type as the result of a call, in the order in which they count.
_SAID = {
    UNANSWERED: (
        r"\bno (?:answer|contact|response|voice ?mail|message)|not home|\bbusy\b|unanswered|rang out|disconnected|"
        r"(?:not|n't|never|unable to)\b.{0,20}\b(?:answer|connect|pick|reach|available|get through)|"
        r"(?:voice ?mail|mail ?box|vm)(?: (?:is|was))? full|bad number|out of service|hung up|"
        r"keine antwort|nicht (?:erreicht|angenommen|abgenommen)|besetzt|sin respuesta|no contest|pas de réponse|"
        r"sans réponse|injoignable"
    ),
    ANSWERED: (
        r"\b(?:spoke|talked|connected|answered|reached|conversation|contacted|picked up|gesprochen|erreicht|hablé|"
        r"parlé)\b|message with|with (?:the )?(?:reception|gatekeeper|assistant|secretary|front desk|office)"
    ),
    MESSAGE: (
        r"(?:left|leave|leaving|sent).*(?:message|msg|voice ?mail|vm)|^(?:lvm|voice ?mail|vm)\b|"
        r"nachricht|mailbox|anrufbeantworter|\bab\b|mensaje|buzón|messagerie|répondeur"
    ),
}


def compared_words(text: pl.Expr) -> pl.Expr:
    """A cell as words are compared: without case, and with single blanks for underscores and hyphens."""
    return text.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s_\-]+", " ")


def result_of(text: pl.Expr, own: Mapping[str, str | None] | None = None) -> pl.Expr:
    """The result that a source's word stands for; null for a word that tells none, such as "in progress".

    own: the source's own words, with results that differ from what others mean by them (None: it tells nothing).
    """
    words = {**_RESULT_OF, **(own or {})}
    told = {word: result for word, result in words.items() if result is not None}
    return compared_words(text).replace_strict(told, default=None, return_dtype=pl.String)


def result_of_text(text: pl.Expr) -> pl.Expr:
    """The result of what a person typed, such as "Left VM with recruiter"; null where it tells none."""
    words = text.str.to_lowercase()
    return pl.coalesce(
        result_of(text),
        *(pl.when(words.str.contains(pattern)).then(pl.lit(result)) for result, pattern in _SAID.items()),
    )


def came_in(text: pl.Expr) -> pl.Expr:
    """Whether a source's word by itself says that the call came in: missed, rejected."""
    return compared_words(text).is_in(_listed(_CAME_IN)).fill_null(value=False)


def direction_of(text: pl.Expr, result: pl.Expr | None = None, own: Mapping[str, str] | None = None) -> pl.Expr:
    """Who called whom, from a word; where there is none, a missed or rejected call (`result`, a word) came in."""
    told = compared_words(text).replace_strict({**_DIRECTION_OF, **(own or {})}, default=None, return_dtype=pl.String)
    if result is None:
        return told
    return pl.coalesce(told, pl.when(came_in(result)).then(pl.lit("inbound")))


def telephone_call(direction: pl.Expr, talk_s: pl.Expr, result: pl.Expr) -> dict[str, pl.Expr]:
    """Channel, party, talk time and certainty of a telephone call: the one home of the rule.

    direction: outbound or inbound. talk_s: seconds as the source has them, null where it has none. result: ANSWERED,
    UNANSWERED, MESSAGE (left by whoever called), or null where the source gives none.
    An outbound call that was answered is `unclear`: a mailbox may have taken it.
    """
    nobody = (result == UNANSWERED) | (result.is_null() & (talk_s <= 0)).fill_null(value=False)
    nobody = nobody.fill_null(value=False)
    message = (result == MESSAGE).fill_null(value=False)
    reached = ~nobody & ~message
    unclear = reached & ((direction == "outbound") | (result.is_null() & talk_s.is_null()))
    return {
        "channel": pl.when(message).then(pl.lit("voicemail")).otherwise(pl.lit("phone")),
        "party": pl.when(nobody | (message & (direction == "outbound"))).then(pl.lit("none")),
        "duration_s": pl.when(~nobody).then(talk_s),
        "certainty": pl.when(unclear).then(pl.lit("unclear")).otherwise(pl.lit("stated")),
    }
