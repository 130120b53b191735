"""What people write for what happened, in English, German and Spanish: data for the quick entry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Where an action goes into a log: the columns of a contact, or `outcome`.
_OUT, _IN = {"direction": "outbound"}, {"direction": "inbound"}


def _table(entries: Mapping[str, dict[str, str]]) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Phrases (several, parted by |) as tuples of words, each with what it says."""
    return MappingProxyType(
        {tuple(one.split()): said for phrases, said in entries.items() for one in phrases.split("|")}
    )


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Phrases for what was done, without accents and case. Verbs without a subject in their words (`verb`) are inbound
#: where an employer alone stands before them.
ACTIONS = _table(
    {
        # --- calls of the applicant
        "left a voicemail|left voicemail|left a msg|left msg|left a message|left message|left a vm|"
        "left vm|left word|hinterliess nachricht|"
        "nachricht hinterlassen|auf die mailbox gesprochen|auf mailbox gesprochen|mailbox besprochen|dejo un mensaje|"
        "dejo mensaje|dejo un mensaje de voz|dejo mensaje de voz|deje un mensaje|deje mensaje|deje un mensaje de voz|"
        "deje mensaje de voz": {**_OUT, "channel": "voicemail", "verb": "yes"},
        "voicemail|vm|mailbox|sprachnachricht|buzon de voz|mensaje de voz": {**_OUT, "channel": "voicemail"},
        "engaged|was engaged|line was busy|no localizo a nadie|no answer|rang out|nobody answered|"
        "no one answered|did not pick up|didn't pick up|got no answer|no pickup|"
        "called no answer|called but no answer|busy|tried to call|tried calling|niemand erreicht|nicht erreicht|"
        "nicht abgehoben|besetzt|keiner abgehoben|no contesto|no contesto nadie|nadie contesto|no contestaron|"
        "comunicaba|niemand da|keiner da|niemand erreichbar|keiner erreichbar|ging niemand ran|keiner ging ran|"
        "nicht drangegangen|nicht rangegangen|no cogieron|no lo cogieron|no cogen":
            {**_OUT, "channel": "phone", "party": "none"},
        "called|phoned|rang|telephoned|call|phone call|rung up|angerufen|rief an|telefoniert|anruf|llamo|llamada|"
        "ha llamado|llamado|llame": {**_OUT, "channel": "phone", "verb": "yes"},
        "had a chat with|chatted with|had a phone call with|spoke to|spoke with|talked to|talked with|"
        "had a call with|gesprochen mit|sprach mit|hablo con|ha hablado con|"
        "hable con":
            {**_OUT, "channel": "phone"},
        # --- writing and visits of the applicant
        "followed up by email|followed up by e-mail|followed up by mail|wrote to|escribio|schrieb|"
        "emailed|e-mailed|sent an email|sent email|sent an e-mail|sent a mail|sent mail|mailed|mail geschickt|"
        "e-mail geschickt|email geschickt|mail geschrieben|envio un correo|envio correo|ha enviado un correo|"
        "envie un correo|mande un correo|mando un correo|escribio un correo|escribi un correo":
            {**_OUT, "channel": "email", "verb": "yes"},
        "email|e-mail|mail|correo": {**_OUT, "channel": "email"},
        "texted|sent a text|sent text|sent an sms|sent sms|sent a whatsapp|whatsapped|sms geschickt|envio un sms|"
        "envio un whatsapp": {**_OUT, "channel": "text", "verb": "yes"},
        "sms|whatsapp|text message": {**_OUT, "channel": "text"},
        "sent a letter|sent letter|sent a card|sent card|posted a letter|posted a card|brief geschickt|karte geschickt|"
        "envio una carta|envio una tarjeta": {**_OUT, "channel": "letter", "verb": "yes"},
        "letter|card|postcard|brief|karte|carta|tarjeta": {**_OUT, "channel": "letter"},
        "messaged on linkedin|linkedin message|linkedin": {**_OUT, "channel": "social"},
        "video call|zoom call|teams call|videoanruf|videollamada": {**_OUT, "channel": "video"},
        "visited|dropped by|went there|stopped by|in person|besucht|persoenlich|persönlich|visito|en persona":
            {**_OUT, "channel": "in_person"},
        "sent a thank-you note|sent a thank you note|sent thank-you note|sent thank you note|thank-you note|"
        "thank you note|wrote a thank-you note|wrote a thank you note|wrote thank-you note|wrote thank you note|"
        "dankeskarte geschickt|dankesbrief|dankesbrief geschickt|tarjeta de agradecimiento|carta de agradecimiento|"
        "sent a thank-you card|sent a thank you card|thank-you card|dankeskarte":
            {**_OUT, "channel": "letter", "purpose": "thank_you"},
        "sent a thank-you email|sent a thank you email|sent thank-you email|sent thank you email|thank-you email|"
        "thank you email|thank-you mail|thanked by email|dankesmail|dankesmail geschickt|"
        "dankesmail geschrieben|wrote a thank-you email|wrote a thank you email|wrote thank you email|"
        "emailed a thank-you note|emailed a thank you note|emailed a thank you|emailed a thank-you|"
        "emailed thank you|emailed thank-you|emailed thanks|"
        "correo de agradecimiento|envie un correo de agradecimiento|envio un correo de agradecimiento":
            {**_OUT, "channel": "email", "purpose": "thank_you"},
        # --- what came from the employer
        "called back|rang back|phoned back|they called|they rang|they phoned|called me|got a call|received a call|"
        "zurueckgerufen|zurückgerufen|rief zuruck|hat zuruckgerufen|devolvio la llamada|devolvieron la llamada|"
        "me llamaron|llamaron": {**_IN, "channel": "phone"},
        "missed it|missed a call|missed call|missed their call|verpasster anruf|anruf verpasst|llamada perdida":
            {**_IN, "channel": "phone", "party": "none"},
        "got a voicemail|received a voicemail|got voicemail|they left a voicemail|they left a message|"
        "recibio un mensaje de voz": {**_IN, "channel": "voicemail"},
        "replied|wrote back|emailed back|answered|got an email|received an email|got a reply|got an answer|"
        "they replied|they wrote|they emailed|heard back|geantwortet|antwort erhalten|"
        "antwort bekommen|respondio|respondieron|"
        "contesto|contestaron": {**_IN, "channel": "email"},
        "got a text|received a text|texted back|they texted": {**_IN, "channel": "text"},
        "got a letter|received a letter|brief erhalten|brief bekommen": {**_IN, "channel": "letter"},
        "automatic reply|auto-reply|auto reply|autoreply|out of office|abwesenheitsnotiz|respuesta automatica":
            {**_IN, "channel": "email", "automatic": "true"},
        # --- how it ended
        "absage geschickt|rejected|rejection|got a rejection|turned down|was rejected|got rejected|"
        "abgelehnt|absage|absage erhalten|"
        "absage bekommen|rechazado|rechazada|rechazo": {"outcome": "rejected"},
        "offer|got an offer|got the offer|offered|received an offer|got the job|angebot|angebot erhalten|zusage|"
        "zusage erhalten|oferta|recibio una oferta": {"outcome": "offer"},
        "advanced|second round|next round|further round|invited to a second round|invited to the second round|"
        "invited to the next round|invited back|invited to a second interview|invited to the second interview|"
        "invited to a further interview|invited to another interview|invited to a final interview|second interview|"
        "zum zweiten gesprach eingeladen|eingeladen zum zweiten gesprach|zweites gesprach|segunda entrevista|"
        "invitado a una segunda entrevista|invitada a una segunda entrevista|zweite runde|"
        "nachste runde|segunda ronda|siguiente ronda":
            {"outcome": "advanced"},
        "filled|position filled|position was filled|someone else got it|stelle besetzt|puesto cubierto":
            {"outcome": "filled"},
        "pulled out|cancelled his application|cancelled her application|withdrew|withdrawn|zuruckgezogen|"
        "zurückgezogen|se retiro|retirado": {"outcome": "withdrawn"},
    }
)  # fmt: skip

#: Who was reached.
PARTIES = _table(
    {
        "receptionist|reception|front desk|empfang|recepcion": {"party": "receptionist"},
        "interviewer|the interviewer": {"party": "interviewer"},
        "recruiter|hr|hiring manager|hiring team|personalabteilung|recursos humanos|rrhh": {"party": "hiring_team"},
        "nobody|no one|niemand|nadie": {"party": "none"},
    }
)

#: Words after which a time ahead is told, and the column that it is for; those of the interview stand in a contact too.
AHEAD = _table(
    {
        "call back|call me back|call again|call us back|ring back|asked to call back|asked me to call back|"
        "asked for a call|call me|ring me|phone me|asked to be called|zuruckrufen|wieder anrufen|volver a llamar": {
            "column": "callback_at"
        },
        # Their call that is promised is a promise like any other: nothing is due before, and its breach is the reason.
        "they call back|they will call back|they'll call back|will call back|will call me back|will call us back|"
        "will call him back|will call her back|they call|they will call|they'll call|will call|they ring|"
        "they will ring|they will ring back|they'll ring|will ring|will get back|will get back to me|"
        "will get back to us|"
        "they'll get back|will be in touch|will let me know|will let us know|will let him know|will let her know|"
        "melden sich|rufen an|rufen zuruck|wollen anrufen|wollen sich melden|me llaman|llamaran|nos llaman|"
        "decide|they decide|decides|"
        "decide by|decides by|decision by|will decide by|will decide|decide on|promised a decision by|deciding by|"
        "entscheidung bis|entscheiden bis|deciden antes del": {"column": "decision_promised_at"},
        "reply by|answer by|answer until|want an answer by|wants an answer by|respond by|antwort bis|"
        "respuesta antes del": {"column": "reply_by"},
    }
)

#: Words that say nothing by themselves here.
FILLERS = _words_of(
    "a an the of for to at with by from on in and but i he she they them we us me him her his their my again was has "
    "have had did about up got who said says back hat haben der die das den dem ein eine einen mit bei von fur für und "
    "ich er sie wir zu auf hinterlassen el la los las un una con de para por y en al del le les ha han se"
)

#: Words that times are made of; the library of times decides what they mean.
TIME_WORDS = _words_of(
    "today yesterday tomorrow now ago last next noon midnight morning afternoon evening night am pm a.m p.m just "
    "minute minutes min hour hours day days week weeks one two three four five six seven half o'clock oclock this "
    "heute gestern vorgestern ubermorgen morgen jetzt letzten letzte letzter letztes nachsten nachste nachster "
    "kommenden vergangenen vorigen uhr mittag mittags vormittag nachmittag abend fruh stunde stunden tag tage tagen "
    "woche wochen minuten einer zwei drei gerade hoy ayer anteayer antier manana ahora hace pasado pasada proximo "
    "proxima tarde noche mediodia hora horas dia dias semana semanas minuto minutos que viene january february "
    "march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct "
    "nov dec januar februar marz maerz mai juni juli oktober dezember enero febrero marzo abril mayo junio julio "
    "agosto septiembre octubre noviembre diciembre"
)
#: Words that belong to a time where they stand before or between its words.
TIME_LINKS = _words_of("at on in the um am vom vor a las la el de por esta diesen an")
