"""The contract's rule of attempts, responses and windows, as small tables: what goes in, which windows come out.

Times are New York's; interviews are on Monday 2 March 2026 at 10:00 and observed to 1 June unless the table says so.
"""

from __future__ import annotations

import pytest
from window_tables import Case, as_expected, read_cases

from followup_analytics.cells import attempts

RULES = """
# A reply on the day of the call counts for the call
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-04T09:00 | outbound  | phone   |
| c2         | i1           | 2026-03-04T15:00 | inbound   | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 6     |

# A reply before the call, on the same day, is never credited to it
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-04T15:00 | outbound  | phone   |
| c2         | i1           | 2026-03-04T09:00 | inbound   | email   |

| attempt | number | closed_by | hours |
| none    |        |           |       |

# A response goes to the last attempt before it; the next attempt closes the window of the one before
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel   |
| c1         | i1           | 2026-03-03T10:00 | outbound  | phone     |
| c2         | i1           | 2026-03-05T10:00 | outbound  | voicemail |
| c3         | i1           | 2026-03-06T10:00 | inbound   | phone     |

| attempt | number | closed_by    | hours |
| c1      | 1      | next_attempt | 48    |
| c2      | 2      | response     | 24    |

# Attempts after the response are no longer at risk
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-03T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-03T11:00 | inbound   | phone   |
| c3         | i1           | 2026-03-09T10:00 | outbound  | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 1     |

# A response exactly at the end of the window counts, a moment later it does not
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at                      | direction | channel |
| c1         | i1           | 2026-03-16T10:00        | outbound  | email   |
| c2         | i1           | 2026-03-23T10:00        | inbound   | email   |
| c3         | i2           | 2026-03-16T10:00        | outbound  | email   |
| c4         | i2           | 2026-03-23T10:00:00.001 | inbound   | email   |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 168   |
| c3      | 1      | window    | 168   |

# Windows are hours: across the change to summer time seven days are 168 hours
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-04T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-11T11:00 | inbound   | phone   |
| c3         | i2           | 2026-03-04T10:00 | outbound  | phone   |
| c4         | i2           | 2026-03-11T11:01 | inbound   | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 168   |
| c3      | 1      | window    | 168   |

# A window may be a fraction of a day
options: within=0.5
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T08:00 | outbound  | phone   |
| c2         | i1           | 2026-03-17T08:00 | outbound  | phone   |
| c3         | i1           | 2026-03-17T20:00 | inbound   | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | window    | 12    |
| c2      | 2      | response  | 12    |

# A response at the instant of the next attempt belongs to that attempt alone
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-17T10:00 | outbound  | phone   |
| a0         | i1           | 2026-03-17T10:00 | inbound   | phone   |

| attempt | number | closed_by    | hours |
| c1      | 1      | next_attempt | 24    |
| c2      | 2      | response     | 0     |

# Two attempts at one instant stand in the order of contact_id, whatever the order of the rows
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c2         | i1           | 2026-03-16T10:00 | outbound  | email   |
| c10        | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c3         | i1           | 2026-03-16T12:00 | inbound   | phone   |

| attempt | number | closed_by    | hours |
| c10     | 1      | next_attempt | 0     |
| c2      | 2      | response     | 2     |

# The end of the story closes a window without a response; what comes later is no longer at risk
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-18T10:00 | inbound   | phone   |
| c3         | i1           | 2026-03-19T10:00 | outbound  | phone   |

| outcome | interview_id | decided_at       |
| filled  | i1           | 2026-03-17T10:00 |

| attempt | number | closed_by | hours |
| c1      | 1      | end       | 24    |

# At one instant: attempt, then response, then end of the story
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-16T10:00 | inbound   | phone   |
| c3         | i2           | 2026-03-16T10:00 | outbound  | phone   |

| outcome   | interview_id | decided_at       |
| withdrawn | i1           | 2026-03-16T10:00 |
| withdrawn | i2           | 2026-03-16T10:00 |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 0     |
| c3      | 1      | end       | 0     |

# The end of the record cuts a window; at the same instant it is still an event
| interview_id | applicant_id | interviewed_at   | observed_until   |
| i1           | a            | 2026-03-02T10:00 | 2026-03-18T10:00 |
| i2           | b            | 2026-03-02T10:00 | 2026-03-18T10:00 |
| i3           | c            | 2026-03-02T10:00 | 2026-03-18T10:00 |
| i4           | d            | 2026-03-02T10:00 | 2026-03-23T10:00 |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-19T10:00 | inbound   | phone   |
| c3         | i2           | 2026-03-16T10:00 | outbound  | phone   |
| c4         | i2           | 2026-03-18T10:00 | inbound   | phone   |
| c5         | i3           | 2026-03-18T10:00 | outbound  | phone   |
| c6         | i3           | 2026-03-18T11:00 | outbound  | phone   |
| c7         | i4           | 2026-03-16T10:00 | outbound  | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | censored  | 48    |
| c3      | 1      | response  | 48    |
| c5      | 1      | censored  | 0     |
| c7      | 1      | window    | 168   |

# Contacts before the interview are used nowhere, at its instant they count
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-02T09:59 | outbound  | phone   |
| c2         | i1           | 2026-03-02T09:59 | inbound   | phone   |
| c3         | i1           | 2026-03-02T10:00 | outbound  | phone   |
| c4         | i2           | 2026-03-02T10:00 | inbound   | phone   |
| c5         | i2           | 2026-03-02T10:01 | outbound  | phone   |

| attempt | number | closed_by | hours |
| c3      | 1      | window    | 168   |

# Purpose: thank-you notes, answers and others are no attempts; an empty purpose is a follow-up
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel | purpose   |
| c1         | i1           | 2026-03-03T10:00 | outbound  | letter  | thank_you |
| c2         | i1           | 2026-03-04T10:00 | outbound  | phone   |           |
| c3         | i1           | 2026-03-05T10:00 | outbound  | email   | other     |
| c4         | i1           | 2026-03-06T10:00 | outbound  | phone   | follow_up |
| c5         | i1           | 2026-03-07T10:00 | outbound  | email   | answer    |

| attempt | number | closed_by    | hours |
| c2      | 1      | next_attempt | 48    |
| c4      | 2      | window       | 168   |

# Any inbound contact is a response, of whatever purpose, but never an automatic one
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel | purpose   | automatic |
| c1         | i1           | 2026-03-16T10:00 | outbound  | email   |           |           |
| c2         | i1           | 2026-03-16T10:01 | inbound   | email   | answer    | true      |
| c3         | i1           | 2026-03-16T12:00 | inbound   | email   | thank_you | no        |
| c4         | i2           | 2026-03-16T10:00 | outbound  | email   |           |           |
| c5         | i2           | 2026-03-16T11:00 | inbound   | email   | other     |           |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 2     |
| c4      | 1      | response  | 1     |

# A communicated decision is a response: advanced, offer and rejected alike; whichever comes first
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |
| i3           | c            | 2026-03-02T10:00 | 2026-06-01     |
| i4           | d            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | email   |
| c2         | i2           | 2026-03-16T10:00 | outbound  | email   |
| c3         | i3           | 2026-03-16T10:00 | outbound  | email   |
| c4         | i4           | 2026-03-16T10:00 | outbound  | email   |
| c5         | i4           | 2026-03-16T11:00 | inbound   | email   |

| outcome  | interview_id | decided_at       |
| advanced | i1           | 2026-03-16T20:00 |
| offer    | i2           | 2026-03-16T21:00 |
| rejected | i3           | 2026-03-16T22:00 |
| offer    | i4           | 2026-03-16T23:00 |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 10    |
| c2      | 1      | response  | 11    |
| c3      | 1      | response  | 12    |
| c4      | 1      | response  | 1     |

# Outcomes after the record's end, or dated before the interview, are used nowhere
| interview_id | applicant_id | interviewed_at   | observed_until   |
| i1           | a            | 2026-03-02T10:00 | 2026-03-18T10:00 |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01       |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | email   |
| c2         | i2           | 2026-03-16T10:00 | outbound  | email   |

| outcome  | interview_id | decided_at       |
| rejected | i1           | 2026-03-18T10:01 |
| filled   | i2           | 2026-03-01T10:00 |

| attempt | number | closed_by | hours |
| c1      | 1      | censored  | 48    |
| c2      | 1      | window    | 168   |

# Rows with a date alone count in whole days, attempts before responses before ends within a day
| interview_id | applicant_id | interviewed_at | observed_until |
| i1           | a            | 2026-03-02     | 2026-06-01     |
| i2           | b            | 2026-03-02     | 2026-06-01     |
| i3           | c            | 2026-03-02     | 2026-03-20     |

| contact_id | interview_id | at         | direction | channel |
| c1         | i1           | 2026-03-16 | outbound  | phone   |
| c2         | i1           | 2026-03-23 | inbound   | phone   |
| c3         | i2           | 2026-03-16 | inbound   | phone   |
| c4         | i2           | 2026-03-16 | outbound  | phone   |
| c5         | i3           | 2026-03-02 | outbound  | phone   |
| c6         | i3           | 2026-03-18 | outbound  | phone   |

| outcome | interview_id | decided_at |
| filled  | i2           | 2026-03-16 |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 168   |
| c4      | 1      | response  | 0     |
| c5      | 1      | window    | 168   |
| c6      | 2      | censored  | 48    |

# A date beside a time: the day counts between them, the order within the day is attempt, response, end
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T18:00 | outbound  | phone   |
| c2         | i1           | 2026-03-18       | inbound   | letter  |
| c3         | i2           | 2026-03-16       | outbound  | letter  |
| c4         | i2           | 2026-03-16T08:00 | inbound   | phone   |

| attempt | number | closed_by | hours |
| c1      | 1      | response  | 48    |
| c3      | 1      | response  | 0     |

# Advanced: inbound contacts end neither windows nor risk, an offer counts, a rejection competes
options: outcome=advanced
| interview_id | applicant_id | interviewed_at   | observed_until |
| i1           | a            | 2026-03-02T10:00 | 2026-06-01     |
| i2           | b            | 2026-03-02T10:00 | 2026-06-01     |
| i3           | c            | 2026-03-02T10:00 | 2026-06-01     |

| contact_id | interview_id | at               | direction | channel |
| c1         | i1           | 2026-03-16T10:00 | outbound  | phone   |
| c2         | i1           | 2026-03-16T11:00 | inbound   | phone   |
| c3         | i1           | 2026-03-18T10:00 | outbound  | phone   |
| c4         | i2           | 2026-03-16T10:00 | outbound  | phone   |
| c5         | i3           | 2026-03-16T10:00 | outbound  | phone   |
| c6         | i3           | 2026-03-16T11:00 | inbound   | phone   |

| outcome  | interview_id | decided_at       |
| offer    | i1           | 2026-03-19T10:00 |
| rejected | i2           | 2026-03-17T10:00 |

| attempt | number | closed_by    | hours |
| c1      | 1      | next_attempt | 48    |
| c3      | 2      | response     | 24    |
| c4      | 1      | end          | 24    |
| c5      | 1      | window       | 168   |
"""

CASES = read_cases(RULES)


@pytest.mark.parametrize("engine", ["polars", "pandas", "duckdb"])
@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_windows_are_as_the_rule_says(case: Case, engine: str) -> None:
    """Each small log gives exactly the attempts at risk, and what closes them, that its table names."""
    if engine == "duckdb":
        pytest.importorskip("duckdb")
    found = attempts(case.log, **case.options, engine=engine)
    assert as_expected(found) == case.expected
