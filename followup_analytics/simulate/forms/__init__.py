"""A log in the forms of its sources: what telephones, services and offices would have kept of the same stories.

`FORMS` lists them; `write_forms` puts them in a folder. Each form says what it can tell (`Tells`), so that
`telling.read_back` knows the contacts that reading it must give: that is the round trip which tests check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from followup_analytics.errors import UnreadableError
from followup_analytics.log import FollowUpLog
from followup_analytics.simulate.forms import callsheets, mailboxes, services, sheets, telephones
from followup_analytics.simulate.forms.telling import Tells, read_back

__all__ = ["FORMS", "Form", "Tells", "read_back", "write_forms"]


@dataclass(frozen=True)
class Form:
    """One form: its file's name, the source that reads it, what it can tell (None: no single calls), and its writer."""

    file: str
    source: str
    tells: Tells | None
    write: Callable[[FollowUpLog], bytes]


FORMS: tuple[Form, ...] = (
    Form("android/calls-20260102030405.xml", "android_calls", telephones.TELEPHONE, telephones.android_calls),
    Form("android/sms-20260102030405.xml", "android_messages", telephones.TEXTS, telephones.android_texts),
    Form(
        "google_voice/takeout-20260102T030405Z-001.zip", "google_voice", telephones.TELEPHONE, telephones.google_voice
    ),
    Form("iphone/CallHistory.storedata", "iphone", mailboxes.IPHONE, mailboxes.iphone_database),
    Form("mail/sent_and_received.mbox", "mbox", mailboxes.MAIL, mailboxes.mbox),
    Form("twilio/calls.json", "twilio", services.TWILIO, services.twilio_json),
    Form("asterisk/Master.csv", "asterisk", services.ASTERISK, services.asterisk_csv),
    *(
        Form(f"systems/{system}.csv", system, callsheets.SHEET_TELLS, callsheets.call_sheet(system))
        for system in callsheets.SHEETS
    ),
    Form("office/contact_sheet.xlsx", "mapped", None, sheets.office_contacts),
    Form("office/contact_sheet_map.toml", "", None, sheets.office_map),
    Form("office/follow_ups.xlsx", "mapped", None, sheets.career_centre),
    Form("tracker/job_tracker.csv", "mapped", None, sheets.job_tracker),
    Form("roster.csv", "", None, sheets.roster_csv),
)


def write_forms(log: FollowUpLog, folder: str | Path) -> list[Path]:
    """Write a log in every form; give the paths of the files.

    Raises UnreadableError where the folder can't be written, UsageError for a log with more interviews than there are
    invented telephone numbers.
    """
    written = []
    for form in FORMS:
        path = Path(folder) / form.file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(form.write(log))
        except OSError as error:
            raise UnreadableError(f"{path}: can't be written ({error.strerror}).") from None
        written.append(path)
    return written
