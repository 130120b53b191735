"""What people write for what happened, in English, German and Spanish: data for the quick entry.

A phrase is a row: words at their places, `{class}` for any word of a class, `a/b` for either, `..` for names and small
words between. Words are written as names are compared, without accents and case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_OUT, _IN = {"direction": "outbound"}, {"direction": "inbound"}
#: Who did it is told by who stands before it, or by `from` and `to`.
_VERB, _NOUN = {"role": "verb"}, {"role": "noun"}
_NOBODY = {**_OUT, "channel": "phone", "party": "none"}
_THANKS = {**_OUT, "purpose": "thank_you"}

#: Words that may stand for one another in a phrase.
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "rang": "called rang phoned telephoned dialled dialed rung angerufen telefoniert angeklingelt rief "
        "llamo llame "
        "llamaron llamado llamamos telefoneo telefonee",
        "ring": "call ring phone telephone dial anrufen anzurufen zuruckrufen zuruckzurufen llamar llamen llame rufen",
        "calln": "call phonecall anruf telefonat llamada ringing buzz bell ring",
        "talked": "spoke talked spoken speaking chatted gesprochen sprach geredet hablo hable hablado hablamos "
        "charle "
        "charlo",
        "reached": "reached erreicht localizo localice",
        "left": "left leaving hinterlassen hinterliess hinterlies dejo deje dejado dejamos dejaron",
        "message": "message word messages nachricht mensaje recado nachrichten",
        "machine": "machine voicemail voicemails answerphone answermachine mailbox ab anrufbeantworter "
        "sprachnachricht buzon "
        "contestador sprachbox",
        "onto": "gesprochen sprach besprochen gequatscht spoke hable hablo",
        "not": "no not never nicht kein keine keinen keiner nunca nobody noone none niemand nadie nothing",
        "nobody": "nobody noone niemand nadie keiner",
        "answer": "answer answered answers answering pick picked pickup picking abgehoben rangegangen drangegangen "
        "abgenommen ran dran rangeht hebt contesto contestaron contesta contestan cogio cogieron coge cogen cojen "
        "atendio atiende atienden antwortet",
        "there": "there available da erreichbar disponible home",
        "luck": "luck joy dice success connection suerte exito anschluss",
        "sent": "sent send sending fired posted mailed geschickt gesendet schickte abgeschickt rausgeschickt "
        "verschickt "
        "losgeschickt geschrieben schrieb envie envio enviado mande mando mandado escribi escribio dropped shot "
        "pinged "
        "wrote written forwarded",
        "emailn": "email mail mails correo correos e-mail",
        "emailed": "emailed mailed e-mailed gemailt mailte angemailt angeschrieben",
        "textn": "text sms whatsapp",
        "texted": "texted whatsapped",
        "lettern": "letter card postcard brief karte postkarte carta tarjeta postal",
        "note": "note notes",
        "thanks": "thankyou thanks thanking thanked danke dank dankeschon gracias agradecimiento agradeciendo",
        "got": "got received receive gets bekommen erhalten bekam erhielt recibio recibi recibido tiene had",
        "replied": "replied responded answered antwortete geantwortet respondio respondieron respondido contesto "
        "contestaron reagiert",
        "replyn": "reply response answer yes antwort respuesta ruckmeldung",
        "wrote": "wrote written schrieb geschrieben escribio escribi escribieron schreibt writes",
        "video": "video zoom teams skype videoanruf videollamada videocall facetime",
        "rejected": "rejected rejects rejecting rejection refused absage abgesagt abgelehnt absagen rechazado "
        "rechazada "
        "rechazo rechazaron descartado descartada descartaron unsuccessful rejections declined",
        "offer": "offer offered offers offering angebot zusage zugesagt oferta jobangebot ofrecieron ofrecio",
        "ordinal": "second 2nd third 3rd next final further another last-round zweite zweiten zweites dritte nachste "
        "nachsten weiteres weitere segunda tercera siguiente otra ultima 2. 3. 2a fourth 4th onsite",
        "round": "round interview rounds runde gesprach vorstellungsgesprach ronda entrevista stage chat",
        "invited": "invited invite invites invitation eingeladen invitado invitada invitan invitaron inviting",
        "filled": "filled besetzt vergeben cubierto cubierta ocupado ocupada",
        "post": "position post job role vacancy spot stelle posten position puesto plaza vacante",
        "withdrew": "withdrew withdrawn withdraws withdrawing zuruckgezogen retiro retirado retirada renuncio desistio",
        "want": "want wants wanted need needs expect expects require requires wollen mochten mochte brauchen "
        "quieren quiere necesitan",
        "decide": "decide decides decided deciding decision decisions entscheiden entscheidet entscheidung entscheid "
        "deciden decide decidiran decidira decision",
        "going": "will would going shall promised promises werden wird wollen van va",
        "linkedin": "linkedin xing",
        "they": "they",
        "had": "has have had got",
        "went": "went go goes going",
        "other": "someone somebody another other internal external",
        "candidate": "candidate hire applicant else kandidat kandidaten bewerber candidato persona",
        "must": "must should muss soll sollte debe",
        "decideby": "reply answer respond accept antworten zusagen annehmen responder contestar aceptar confirm "
        "bestatigen confirmar zuruckmelden",
        "asks": "ask asks asked asking requested requests requesting request fragt fragen gefragt fragte bittet bitten "
        "bat baten pide piden pidio pidieron pidiendo pregunta preguntan pregunto preguntaron preguntando erbittet "
        "rogaron wondering enquired inquired enquiring",
        "asked_for": "references reference referenzen referencias availability verfugbarkeit disponibilidad "
        "writing work code coding task assignment proof copy copies "
        "transcript transcripts portfolio documents document papers unterlagen zeugnis zeugnisse documentos "
        "documentacion certificate certificates certificados salary gehalt gehaltsvorstellung gehaltsvorstellungen "
        "salario expectations expectativas dates termine terminvorschlage fechas slots eintrittstermin "
        "kundigungsfrist notice samples sample arbeitsproben muestras passport visa permit id ausweis pasaporte "
        "address adresse direccion details info information cv resume lebenslauf curriculum diploma titulo "
        "questions question fragen frage preguntas duda dudas link links",
        "say": "say says said saying told tells sagt sagte meint dice dijo",
        "us": "me us him her them mich uns ihn",
    }
)

#: Phrases for what was done.
ACTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # --- calls and messages
        "{left} .. {message}/{machine}|{machine}/{message} .. {left}|{onto} .. {machine}|{machine} .. {onto}|{left} "
        ".. {message} .. {machine}|{left} .. {machine} .. {message}|{message} auf/en/on/at .. {machine} .. {left}|"
        "{left} .. {message} auf/en/on/at .. {machine}": {**_OUT, "channel": "voicemail", **_VERB},
        "{machine}": {**_OUT, "channel": "voicemail", **_NOUN},
        "straight/through/went/again/only/just/over/rolled to/into .. {machine}|straight to .. {machine}|tried .. "
        "{machine}|probiert .. {machine}|versucht .. {machine}|salto/saltaba/sale .. {machine}|{machine} "
        "dran/ging/sprang":
            {**_NOBODY, "role": "fact"},
        "{got}/they {machine}|they {left} .. {message}/{machine}|{got} .. {machine} from|{message} from": {
            **_IN, "channel": "voicemail", "role": "fact"},
        "{not} .. {answer}|{not} .. {there}|{not} {luck}|{not} .. {reached}|{not} .. got/get/getting through|"
        "{nobody} in|{answer} .. nadie|erreicht .. niemand|not in|{not} pick up|{not} .. answer/pick .. up|ging/geht "
        ".. {not} ran/dran|{not} ging/geht ran/dran|engaged|busy|line .. busy/engaged|besetzt|comunicando|comunicaba|"
        "comunica|rang out|rings out|rang and rang|kept ringing|just rang|called no answer|{not} .. "
        "localizo/localice .. nadie|unreachable|unavailable|sin exito|erfolglos|vergeblich|in vain|no/not .. get/got "
        "hold|not .. get/got .. hold of|{not} .. erreichen": {**_NOBODY, "role": "fact"},
        "{rang}": {**_OUT, "channel": "phone", **_VERB},
        "tried .. {ring}|tried calling/ringing/phoning|tried to reach|trying to reach/call|versucht .. anzurufen|"
        "versucht .. erreichen|versucht zu erreichen": {**_NOBODY, **_VERB},
        "tried|versucht|intente|probiert": {**_NOBODY, **_VERB, "unsure": "nobody was reached by phone"},
        "gave .. {calln}|made .. {calln}|by phone|over .. phone|on .. phone|am telefon|per telefon|por telefono|"
        "telefonisch": {**_OUT, "channel": "phone", **_VERB},
        "{calln}": {**_OUT, "channel": "phone", **_NOUN},
        "{talked}|{talked} to/with/mit/con|had .. chat with|chat with|had .. {calln} with|{calln} with|caught up "
        "with|discussed with": {**_OUT, "channel": "phone", "role": "verb", "met": "yes"},
        "got .. through|got .. through to|got hold of|managed to reach|finally reached|{reached}|caught": {
            **_OUT, "channel": "phone", **_VERB, "met": "yes"},
        "missed .. {calln}|{calln} .. missed/verpasst/perdida|verpasster anruf|anruf verpasst|llamada perdida|missed "
        "it|missed them|missed their call|entgangener anruf|{rang} .. but .. missed": {
            **_IN, "channel": "phone", "party": "none", "role": "fact"},
        "{rang} .. back|{ring} .. back|zuruckgerufen|rief .. zuruck|devolvio .. llamada|devolvieron .. llamada|"
        "returned .. {calln}": {"channel": "phone", "role": "back"},
        "{emailed}/{texted}/{wrote}/messaged .. back": {**_IN, "channel": "email", "role": "replied"},
        "ruckruf": {**_IN, "channel": "phone", **_NOUN},
        "me/nos {rang}|{got} .. {calln}|was/were/been/wurde/wurden/got/fue {rang}|wurde .. {rang}": {
            **_IN, "channel": "phone", "role": "fact"},
        "took .. {message}|{message} .. taken": {**_OUT, "channel": "phone", "role": "fact"},
        # --- in writing
        "by/via/per/por/con/mit/through {emailn}|as .. {emailn}": {"channel": "email", "role": "means"},
        "by/via/per/por/on {textn}": {"channel": "text", "role": "means"},
        "by/via/per/por/on {linkedin}": {"channel": "social", "role": "means"},
        "by/per/via/mit {lettern}|by post|per post|por carta|went .. in "
        "mail/post|in mail/post": {"channel": "letter", "role": "means"},
        "chased|chasing|nudged|contacted|kontaktiert|contacte|contacto|follow-up|follow-up with": {**_OUT, **_VERB},
        "{sent} .. {emailn}|{emailn} .. {sent}|{emailed}|follow-up by/via/per {emailn}|dropped .. line|sent "
        "follow-up/info": {**_OUT, "channel": "email", **_VERB},
        "follow-up .. {emailn}|{emailn} .. follow-up": {**_OUT, "channel": "email", **_NOUN},
        "{wrote}|{wrote} to": {**_OUT, "default": "email", **_VERB},
        "{emailn}": {**_OUT, "channel": "email", **_NOUN},
        "{sent}": {**_VERB},
        "{texted}|{sent} .. {textn}|{textn} .. {sent}|smste": {**_OUT, "channel": "text", **_VERB},
        "messaged|geschrieben per whatsapp": {**_OUT, "default": "text", **_VERB},
        "{textn}|sms": {**_OUT, "channel": "text", **_NOUN},
        "{sent}/left .. {lettern}|{lettern} .. {sent}|dropped off .. {lettern}": {
            **_OUT, "channel": "letter", **_VERB},
        "{lettern}": {**_OUT, "channel": "letter", **_NOUN},
        "{linkedin}|{linkedin} .. {message}/{textn}|{message} .. on/via/auf/en/por/per/through {linkedin}|connected "
        "on {linkedin}": {**_OUT, "channel": "social", **_NOUN},
        "messaged .. on/via {linkedin}|{sent} .. {message} .. {linkedin}|{sent} .. {linkedin} .. {message}|"
        "{linkedin} .. {sent}|{sent} .. {linkedin}|escribio/escribi .. por {linkedin}": {
            **_OUT, "channel": "social", **_VERB},
        "{video}|{video} .. {calln}/chat/meeting": {**_OUT, "channel": "video", **_NOUN},
        "visited|visita|besuch|popped in|popped into|popped by|dropped by|dropped in|dropped into|stopped by|"
        "called in at|went there|went in|went round|walked in|vorbeigegangen|vorbeigeschaut|besucht|visito|"
        "visite|pase por|paso por|went to see|fui a|in person|personally|personlich|persoenlich|en persona|face "
        "to face": {
            **_OUT, "channel": "in_person", **_VERB},
        "{thanks} .. {note}|{sent} .. {thanks} .. {note}|{wrote} .. {thanks} .. {note}|dankesbrief|dankeskarte|"
        "{lettern} .. de .. agradecimiento": {**_THANKS, "default": "letter", **_NOUN},
        "{thanks} .. {lettern}": {**_THANKS, "channel": "letter", **_NOUN},
        "{thanks} .. {emailn}|{emailn} .. {thanks}|dankesmail|dankmail|dankes-mail|dankesemail": {
            **_THANKS, "channel": "email", **_NOUN},
        "{thanks} .. {textn}": {**_THANKS, "channel": "text", **_NOUN},
        "{thanks}": {**_THANKS, **_NOUN},
        "{note}": {**_OUT, "default": "letter", **_NOUN},
        # --- what came from the employer
        "auto-reply|autoreply|auto/automatic/automated {replyn}/{emailn}/response|auto .. {replyn}|auto-response|out "
        "of office|ooo|bounce|abwesenheitsnotiz|abwesenheitsnotiz .. {got}|respuesta automatica|"
        "automatische/automatischer antwort|autorespuesta": {
            **_IN, "channel": "email", "automatic": "true", "role": "fact"},
        "{replied}": {**_IN, "default": "email", "role": "replied"},
        "got back to|came back to": {**_IN, "role": "replied"},
        "{replyn}|{replyn} from/von/de|heard from|heard back": {**_IN, "default": "email", **_NOUN},
        "{got} .. {replyn}|{replyn} .. {got}": {**_IN, "default": "email", "role": "fact"},
        "{got} .. {emailn}|{emailn} .. {got}": {**_IN, "channel": "email", "role": "fact"},
        "{got} .. {textn}|{textn} .. {got}": {**_IN, "channel": "text", "role": "fact"},
        "{got} .. {lettern}|{lettern} .. {got}": {**_IN, "channel": "letter", "role": "fact"},
        "{not} .. {replyn}|{not} .. heard|{not} .. news|not heard|ghosted|{not} .. word from|"
        "silence|radio silence|heard nothing|heard nothing from|nothing back|nichts gehort|sin "
        "respuesta|sin noticias|{not} .. gehort|sin saber": {"role": "silence"},
        "asked|asking|asks|rogaron|pidio|pidieron|bat|baten|bittet": {"role": "asked"},
        # --- how it ended
        "{rejected}|{got} .. {rejected}|{rejected} .. {got}|{rejected} .. {sent}|turned .. down|said no|said no to|"
        "no from|no thanks from|{not} .. successful|{not} .. selected|{not} .. going .. ahead|decided against|passed "
        "on|{sent} .. {rejected}|{not} .. siguen adelante|dijeron que no|gave .. no": {"outcome": "rejected"},
        "{offer}|{got} .. {offer}|{offer} .. {got}|made .. {offer}|{offer} .. job/post/position/role/puesto|got .. "
        "job/post/position/role|{sent} .. {offer}|accepted .. {offer}|{offer} .. accepted": {
            "outcome": "offer"},
        "{offer} .. {round}": {"outcome": "advanced", "beside": "yes"},
        "{ordinal} .. {round}|{round} final/siguiente|{invited} .. {ordinal} .. {round}|"
        "{ordinal} .. {round} {invited}|{invited} back|{want} .. {ordinal} .. {round}|{ordinal} "
        ".. {round} .. {want}|zweitgesprach|zum zweitgesprach .. {invited}|{invited} .. "
        "zweitgesprach|zum .. {ordinal} .. {round} {invited}|through to .. {ordinal} .. {round}|"
        "through to .. {ordinal}|{got} .. {ordinal} .. {round}|advanced|advances|{want} .. see "
        ".. again|{invited} zum .. {ordinal} .. {round}|{invited} .. a .. {ordinal} .. {round}|"
        "{invited} to/for .. {ordinal} .. {round}|{offer} .. {ordinal} .. {round}|weitergekommen|"
        "{invited} .. come back": {"outcome": "advanced"},
        "{filled}|{post} .. {filled}|{filled} .. {post}|went to someone else|went to somebody else|{offer} .. to .. "
        "someone/somebody/another/other else/candidate|someone else got it|somebody else got it|gave it to someone "
        "else|hired someone else|{went} with .. {other} {candidate}|"
        "chose/picked/hired .. {other} {candidate}|anderen {candidate}|otro {candidate}|otro {candidate} elegido|"
        "eligieron a otro|taken by someone else|{post} .. "
        "taken|{post} .. gone|internal candidate|{post} .. anderweitig {filled}": {"outcome": "filled"},
        "{withdrew}|{withdrew} .. {post}|pulled out|dropped out|bowed out|backed out|se {withdrew}|cancelled .. "
        "application|withdrew .. application|{withdrew} .. application|bewerbung .. {withdrew}": {
            "outcome": "withdrawn"},
        "took .. another/other job/offer|accepted .. another/other job/offer|took .. job elsewhere|"
        "another/other/competing offer|{got} .. another/other/competing offer|{offer} elsewhere|{got} .. {offer} "
        "elsewhere|otra oferta|{offer} .. from another|anderes angebot|not interested anymore|no longer interested": {
            "outcome": "withdrawn", "beside": "yes"},
        # --- a new story
        "new interview|had .. interview|has .. interview|interviewed|first interview|neues gesprach|"
        "vorstellungsgesprach|hatte .. gesprach|nueva entrevista|tuvo .. entrevista|had .. interviews": {
            "role": "begin"},
    }
)  # fmt: skip

#: What was not done beside what was: a call without a message found nobody.
WITHOUT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "no {message}/{machine}|{not} .. leave/{left} .. {message}/{machine}|without leaving .. {message}|{left} no "
        "{message}/{machine}|without .. {message}|keine nachricht {left}|keine nachricht|sin dejar .. {message}|sin "
        "{message}|ohne nachricht": {},
    }
)

#: They don't want to be called.
STOPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "do not {ring}/contact|not to {ring}/contact|not to be {rang}/contacted|no more calls|nicht mehr {ring}|"
        "keine anrufe mehr|no {ring} mas|que no {ring}|stop calling": {"do_not_contact": "true"},
    }
)

#: What they ask, and wait to be answered: the rest of the clause is what they asked for.
QUESTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "{asks} .. {asked_for}|{want} .. {asked_for}|{asks}/{want} .. {asked_for} {asked_for}|will/mochte .. "
        "{asked_for}|{asks} .. for|{asks} .. "
        "about/whether/if/when/what/which/how/where/ob/wann/welche/nach/um/wie/si/cuando/cuanto/que/por|{want} to "
        "know|{want} .. to know/see/have/send|{got}/{had} .. question/questions|question/questions about|with .. "
        "question/questions|hat/haben/noch .. frage/fragen|tiene/tienen .. duda/dudas/pregunta/preguntas|please "
        "send|{say} .. to send|bitte .. um|quiere/quieren saber|will/wollen/mochte/mochten wissen|schicken sie|asked "
        ".. to send|{asks} .. to send/provide/share/fill/complete|{want} .. to send/provide/share/fill/complete": {
            "wants_answer": "true"},
    }
)  # fmt: skip

#: Who was reached.
PARTIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "receptionist|reception|frontdesk|switchboard|empfang|rezeption|zentrale|recepcion|recepcionista|centralita|"
        "operator": {"party": "receptionist"},
        "interviewer|interviewers|panel|interviewerin|entrevistador|entrevistadora": {"party": "interviewer"},
        "recruiter|recruiters|hr|hiring manager|hiring team|hiring person|hiring lead|talent team|talent acquisition|"
        "personalabteilung|personaler|personalerin|recursos humanos|rrhh|reclutadora|reclutador|human resources|"
        "people team|recruiting|recruitment|department head|head of department|team lead|teamleiter|teamleiterin": {
            "party": "hiring_team"},
        "assistant|secretary|pa|office manager|sekretarin|sekretariat|assistentin|asistente|secretaria|secretario|"
        "colleague|kollege|kollegin|security|porter": {"party": "other"},
    }
)  # fmt: skip

#: What was talked about, and how they sounded.
TOPICS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "asked .. timeline/timescale/timeframe/timelines|asked .. when .. decide|asked when they decide|nach dem "
        "zeitplan gefragt|pregunto .. plazo": {"asked_timeline": "true"},
        "asked .. update/status/news/progress|asked how it was going|nachgefragt|nach .. stand gefragt|pregunto .. "
        "estado|for .. update": {"asked_status": "true"},
        "very positive|v positive|sounded positive|positive|friendly|sounded friendly|very friendly|v friendly|warm|"
        "sounded keen|keen|very keen|freundlich|sehr freundlich|positivo|amable|muy amable": {
            "tone": "positive"},
        "unfriendly|rude|cold|short with|annoyed|unfreundlich|genervt": {"tone": "negative"},
    }
)  # fmt: skip

_CALL_BACK, _THEIR_CALL, _PROMISE, _REPLY = (
    {"column": one} for one in ("callback_at", "call_promised_at", "decision_promised_at", "reply_by")
)
#: What may be one's own plan, for which nobody asked.
_PLAN = {**_CALL_BACK, "unsure": "a call that they asked for; a plan of your own is put off with snooze"}
#: Words after which a time ahead is told, and the column that it is for; those of the interview stand in a contact too.
#: who: `they` where the employer is the one who will do it, `any` where the words before it tell.
AHEAD: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "{ring} back|{ring} {us}|{ring} {us} back|to {ring}|to {ring} back|please {ring}|{ring} please|should {ring}|"
        "asked for .. {calln}|asked to be {rang}|soll .. {ring}|sollen .. {ring}|volver a {ring}|que {ring}|"
        "zuruckrufen|can {ring}|asked .. to {ring}|asked .. to {ring} back|bitte .. {ring}|bitte um {calln}|llamar|"
        "anrufen|call back on|available|{ring} .. back|{say} {ring}|{say} {us} {ring}|{say} give .. {calln}|{say} to "
        "give .. {calln}|please give .. {calln}|callback|call-back|{want} .. to {ring}|{want} .. to {ring} back|"
        "{want} .. {calln}": _CALL_BACK,
        "{ring} then|then {ring}|{ring} .. back then|try .. then|dann {ring}|dann anrufen|{ring} entonces|"
        "entonces {ring}|then .. {ring} .. back": _CALL_BACK,
        "{ring} again|try again|to try again|to try|wieder {ring}|follow-up again|chase again|chase|to chase|check "
        "in|check again": _PLAN,
        # Their own call: nothing is due before, and where it doesn't come that is the reason to call.
        "{they} {ring}|{they} {ring} back|{they} {ring} .. back|{going} {ring} .. back|{they} {ring} {us}|{they} "
        "{ring} {us} back|{going} {ring}|{going} {ring} back|{going} {ring} {us}|{going} {ring} {us} back|{going} "
        "{ring} again|{going} to .. {ring}|to {ring} us/me|me/nos/le/les/lo/la llaman|llamaran|llamara|rufen .. an|"
        "ruft .. an|rufen .. zuruck|ruft .. zuruck|wollen .. {ring}|calls back|calling back|ringing back|rings back|"
        "{going} give .. {calln}|{going} give .. a {calln}|{going} be calling/ringing|{going} "
        "try {us}|{going} try {us} again": _THEIR_CALL,
        "{they} pick/choose|{they} pick/choose someone/somebody|panel/committee/board meets|"
        "meets to {decide}|will sich melden|melden sich|meldet sich|wollen sich melden|{going} "
        ".. get back|{going} .. get back to {us}|get back to {us}|gets back|getting back|{going} "
        ".. be in touch|be in touch|in touch|{going} .. let .. know|let {us} know|lets {us} know|"
        "{going} .. know|{going} .. hear|hear back|hear|{going} .. come back|come back to {us}|"
        "coming back to {us}|{going} .. reply|{going} .. respond|{going} .. email|{going} .. "
        "write|{going} .. text|{going} .. message|{going} .. contact|{going} .. confirm|{going} "
        "to .. {decide}|avisan|avisaran|nos dicen|geben bescheid|gibt bescheid|bescheid geben|"
        "{decide}|{they} {decide}|{going} {decide}|{going} .. make .. {decide}|{decide} by|"
        "{decide} due|{decide} expected|{decide} bis|promised .. {decide}|promised .. {decide} "
        "by|{decide} antes|still {decide} .. by|make .. {decide}|decision antes|entscheidung "
        "fallt": _PROMISE,
        "{replyn}/reply/answer/respond/accept by/until/before|{replyn} bis|{replyn} needed by|{replyn} antes|{want} "
        ".. {replyn}|{want} .. {replyn} by|{want} .. {decide}|{want} to know by|{want} to hear by|deadline|"
        "responder/contestar/respuesta .. antes|{had} until/till|{replyn} due|due by|must .. {replyn}|antwort "
        "bis|bitte .. bis .. melden|bis .. melden|{must} .. {decideby}|{must} .. {decideby} by/until/till/before/bis|"
        "{had}/{want} to .. {decideby} by/until/till/before|{had} to .. {decideby}|{decideby} "
        "by/until/till/before/bis/antes|{offer} .. open/valid/good until/till|expires|expires on|lapses|"
        "plazo hasta|plazo .. hasta|tiene hasta|gultig bis|zeit bis|bis .. {decideby}|tiene que .. {decideby}|"
        "debe {decideby}": _REPLY,
    }
)  # fmt: skip
