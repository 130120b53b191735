"""Small words of a hurried line, in English, German and Spanish, as names are compared: without accents and case."""

from __future__ import annotations


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What is said of a time that is no date of the entry: how long somebody is away, and the like.
UNTIL = _words_of("till til until bis hasta")

#: Before a time they say what is about that time.
FOR = _words_of("for fur para")

BY = _words_of("by before latest spatestens antes")

#: Articles and the like, which may stand in a phrase or not.
ARTICLES = _words_of("a an the un una unos unas eine einen einem einer ein den dem der die das el la los las their his")

#: Words that say nothing by themselves here.
FILLERS = _words_of(
    "a an the of for to at with by from on in and but i he she they them we us me him her his their my our again was "
    "has have had did do does about up got who said says say saying back hat haben hab habe der die das den dem ein "
    "eine einen mit bei von vom fur ich er sie wir zu zum zur auf am an im um es ist war wurde worden el la los las un "
    "una con de del para por y al en le les lo ha han he hemos se su que mr ms mrs miss dr herr frau sr sra senor "
    "senora just quickly finally another one also too then so is are it its been be went that this out over off via "
    "per my really very quite v nicely good great nice well ok okay fine hi dear ltd please bitte noch mal wieder "
    "nochmal schon dann und oder auch otra vez ya tambien muy unser unsere nos mi first time straight go gone went "
    "who someone somebody person people company firma empresa team still meanwhile latest soon around about approx "
    "ca circa gegen hacia sobre selbst nur as or behalf side end through follow-up after before"
)

#: They stand before somebody's name.
TITLES = _words_of("mr ms mrs miss dr herr herrn frau sr sra senor senora prof")

#: Remarks that change nothing of what happened.
REMARKS = _words_of(
    "deciding thinking considering reviewing waiting interested happy sorry polite helpful brief short long quick "
    "lovely vague noncommittal email details info information cv resume application status update news timeline "
    "decision process file bewerbung unterlagen candidatura solicitud proceso segun regarding concerning wegen "
    "betreffs voz telefono telefon phone meeting meetings leave result results outcome references reference "
    "interview entrevista gesprach contact lunch holiday vacation office away reunion sitzung besprechung urlaub "
    "notes free da there came arrived kam ankam eingetroffen llego sounded seemed klang sonaba manager boss chef "
    "chefin director directora jefe jefa supervisor owner hold freeze paused delayed postponed position confirmed dar "
    "plant dijeron"
)

#: What is still to come has not happened.
YET = _words_of("yet since noch seit todavia aun desde far")

#: Who speaks of whom: forms of verbs and small words that tell who did it.
OURS = _words_of("i we ich wir yo llame envie mande escribi deje hable visite hab habe hemos")

THEIRS = _words_of("they llamaron escribieron respondieron contestaron mandaron enviaron dejaron rechazaron ofrecieron")

PERHAPS_THEIRS = _words_of("he she er sie ella")

PASSIVE = _words_of("was were been wurde wurden fue got")

#: Participles that stand at the end: what stands before may be who did it, or to whom it was done.
AT_THE_END = _words_of("angerufen angeschrieben gemailt angemailt telefoniert zuruckgerufen geschickt geschrieben")

#: Forms of which `llamo Acme` may say that Acme called, or leave out an `a`.
SUBJECT_AFTER = _words_of("llamo escribio envio mando dejo contesto respondio hablo")

HAS = _words_of("hat haben")

FROM = _words_of("from by von vom de del durch")

TO = _words_of("to an a al with w mit con")

#: A time after these begins something, and is not when anything was done.
ON_FROM = _words_of("after from ab nach")

THEN = _words_of("then dann entonces")

AND = _words_of("and und y e")

MEANS = _words_of("in on by per via during im am por en")

AT = _words_of("at bei in en zu for fur para")

#: How long somebody is away is told with them, and not when something was done.
AWAY = _words_of(
    "back away out off leave holiday vacation returns return returning urlaub vacaciones reunion meeting meetings "
    "wieder vuelve regresa free"
)

#: Beside an outcome they say that it has not come.
HEDGES = _words_of(
    "deciding thinking considering reviewing waiting expecting expected hoping pending wartet warten esperando about "
    "regarding concerning wegen sobre chances chance likely"
)

#: After these somebody else's words begin.
SAY = _words_of("says say said saying gesagt told tells reports reported reckons mentioned sagt meint dice")

#: Where no phrase has claimed them, they say what has not happened, or is to be done: nothing is stored.
NOT = _words_of("not no never nothing kein keine keinen nicht nie nunca ni nobody noone niemand nadie")

PLANNED = _words_of(
    "will would should must going plan plans planning need needs hope hopes remember forget remind reminder todo "
    "muss soll sollte werde wird mochte voy vamos debe tiene"
)

#: Words that turn a line about: where no phrase has claimed them, nothing is stored unasked.
TURNS = _words_of(
    "without sin ohne if wenn si could might may want wants unless instead except maybe perhaps probably vielleicht "
    "quizas twice thrice both beide ambos zweimal declined cancelled canceled"
)

#: Words that times are made of; the library of times decides what they mean.
TIME_WORDS = _words_of(
    "today yesterday tomorrow now ago last next noon midnight morning afternoon evening night am pm a.m p.m just "
    "minute minutes min mins hour hours hr hrs day days week weeks one two three four five six seven half o'clock "
    "oclock this lunchtime lunch midday heute gestern vorgestern ubermorgen morgen jetzt letzten letzte letzter "
    "letztes nachsten nachste nachster kommenden vergangenen vorigen uhr mittag mittags vormittag nachmittag abend "
    "fruh stunde stunden tag tage tagen woche wochen minuten einer zwei drei gerade hoy ayer anteayer antier anoche "
    "manana ahora hace pasado pasada proximo proxima tarde noche mediodia hora horas dia dias semana semanas minuto "
    "minutos viene january february march april may june july august september october november december jan feb mar "
    "apr jun jul aug sep sept oct nov dec januar februar marz maerz mai juni juli oktober dezember enero febrero "
    "marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre fortnight month monat mes end ende "
    "dic ene abr okt dez mrz xmas newyear christmas easter thanksgiving weihnachten neujahr ostern navidad pascua "
    "reyes "
    "fin early mid middle late anfang mitte principios mediados finales later earlier weekend wochenende"
)

#: Months that people are called by, too.
MONTHS = _words_of("april may june august juni juli abril julio")
#: Beside these a month is one.
OF_A_YEAR = _words_of(
    "in of early mid late end next last this since until till by before anfang mitte ende im bis de en"
)

#: Words that belong to a time where they stand before or between its words.
TIME_LINKS = _words_of(
    "at on in the um am vom vor a las la el de por esta diesen an of des der gegen about around zu after ab from "
    "partir despues nach"
)
