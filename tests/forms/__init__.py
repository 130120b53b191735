"""A log in the forms of its sources: what telephones, services and offices would have kept of the same stories.

`FORMS` lists them; `write_forms` puts them in a folder. Each form says what it can tell (`Tells`), so that
`telling.read_back` knows the contacts that reading it must give: that is the round trip which tests check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.settings import LOG_FILE
from forms import (
    calendars,
    callsheets,
    crm,
    destinations,
    directories,
    mailboxes,
    services,
    sheets,
    telephones,
    trackers,
)
from forms.destinations import Destinations
from forms.telling import Tells, read_back

__all__ = ["FORMS", "Destinations", "Form", "Tells", "read_back", "write_forms"]


@dataclass(frozen=True)
class Form:
    """One form: its file's name, the source that reads it, what it can tell, and its writer.

    tells: which contacts, or which destinations of applicants; None for what is no part of a log, such as a roster. A
    writer of a folder gives its files by their names.
    """

    file: str
    source: str
    tells: Tells | Destinations | None
    write: Callable[[FollowUpLog], bytes | Mapping[str, bytes]]


FORMS: tuple[Form, ...] = (
    Form("android/calls-20260102030405.xml", "android_calls", telephones.TELEPHONE, telephones.android_calls),
    Form("android/sms-20260102030405.xml", "android_messages", telephones.TEXTS, telephones.android_texts),
    Form(
        "google_voice/takeout-20260102T030405Z-001.zip", "google_voice", telephones.TELEPHONE, telephones.google_voice
    ),
    Form("iphone/CallHistory.storedata", "iphone", mailboxes.IPHONE, mailboxes.iphone_database),
    Form("mail/sent_and_received.mbox", "mbox", mailboxes.MAIL, mailboxes.mbox),
    Form("mail/message.eml", "eml", mailboxes.ONE_MESSAGE, mailboxes.eml),
    Form("mail/Maildir", "maildir", mailboxes.MAILDIR, mailboxes.maildir),
    Form("calendar/interviews_and_calls.ics", "calendar", calendars.CALENDAR, calendars.calendar_ics),
    Form("twilio/calls.json", "twilio", services.TWILIO, services.twilio_json),
    Form("ringcentral/call_log.json", "ringcentral_json", services.TOLD_RESULTS, services.ringcentral_json),
    Form("zoom/call_logs.json", "zoom_json", services.TOLD_RESULTS, services.zoom_json),
    Form("asterisk/Master.csv", "asterisk", services.ASTERISK, services.asterisk_csv),
    Form("freeswitch/Master.csv", "freeswitch", services.FREESWITCH, services.freeswitch_csv),
    Form("hubspot/engagements.json", "hubspot_json", crm.HUBSPOT, crm.hubspot_json),
    Form("salesforce/tasks.csv", "salesforce", crm.SALESFORCE, crm.salesforce_csv),
    Form("close/calls.json", "close_json", crm.CLOSE, crm.close_json),
    *(
        Form(f"systems/{system}.csv", system, callsheets.SHEET_TELLS[system], callsheets.call_sheet(system))
        for system in callsheets.SHEETS
    ),
    Form("office/contact_sheet.xlsx", "mapped", None, sheets.office_contacts),
    Form("office/contact_sheet_map.toml", "", None, sheets.office_map),
    Form("office/follow_ups.xlsx", "career_centre", sheets.CENTRE, sheets.career_centre),
    Form("centres/handshake.csv", "handshake", destinations.HANDSHAKE, destinations.handshake_csv),
    Form("centres/12twenty.csv", "twelve_twenty", destinations.TWELVE_TWENTY, destinations.twelve_twenty_csv),
    Form("centres/nace.csv", "nace_first_destination", destinations.NACE, destinations.nace_csv),
    Form("centres/symplicity.csv", "symplicity", None, trackers.symplicity_csv),
    Form("tracker/job_tracker.csv", "job_tracker", sheets.TRACKER, sheets.job_tracker),
    Form("tracker/huntr.csv", "huntr", trackers.ADDED, trackers.huntr_csv),
    Form("tracker/teal.csv", "teal", trackers.ADDED, trackers.teal_csv),
    Form("tracker/follow-ups.md", "career_ops", trackers.SENT, trackers.career_ops_log),
    Form("roster.csv", "", None, sheets.roster_csv),
    Form("directory/roster.csv", "", None, directories.named_roster),
    Form("directory/google_contacts.csv", "", None, directories.google_contacts),
    Form("directory/contacts.vcf", "", None, directories.vcards),
)


def write_forms(log: FollowUpLog, folder: str | Path) -> list[Path]:
    """Write a log in every form; give the paths of the files.

    Raises UnreadableError where the folder can't be written, UsageError for a log with more interviews than there are
    invented telephone numbers.
    """
    written = []
    for form in FORMS:
        made = form.write(log)
        files = {form.file: made} if isinstance(made, bytes) else {f"{form.file}/{name}": made[name] for name in made}
        for name, content in files.items():
            path = Path(folder) / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except OSError as error:
                raise UnreadableError(f"{path}: can't be written ({error.strerror}).") from None
            written.append(path)
    places = {Path(folder) / (form.file if form.source == "maildir" else Path(form.file).parent) for form in FORMS}
    return written + [_say_simulated(place) for place in sorted(places)]


def _say_simulated(folder: Path) -> Path:
    """Lay a log.toml beside a folder's files, so that whatever is made of them says that they are simulated."""
    path = folder / LOG_FILE
    path.write_bytes(b"simulated = true\n")
    return path
