"""Whether a report's PDF keeps its two promises, by a validator that did not make it: PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from followup_analytics.errors import MissingExtraError, UsageError

#: The promises by the validator's names for them.
PROFILES = {"PDF/UA-1": "ua1", "PDF/A-2a": "2a"}
_MOST_TOLD = 3


@dataclass(frozen=True)
class Checked:
    """What the validator found: `reports` by promise, as it gives them, and the `file` in which they stand."""

    reports: dict[str, dict[str, Any]]
    failures: dict[str, tuple[str, ...]]
    rules: dict[str, tuple[int, int]]
    file: Path

    @property
    def sound(self) -> bool:
        """Whether no rule of any promise is broken."""
        return not any(self.failures.values())

    def sentence(self) -> str:
        """The outcome for people: rules passed of each promise, and the first that are broken."""
        told = ", ".join(f"{name}: {passed} of {total} rules" for name, (passed, total) in self.rules.items())
        broken = [f"{name} {one}" for name, found in self.failures.items() for one in found]
        tail = "" if not broken else f" Broken: {'; '.join(broken[:_MOST_TOLD])}."
        return f"Checked ({told}); {self.file.name} has the details.{tail}"


def require_checker(path: Path) -> None:
    """Refuse before any work what can't be checked.

    Raises UsageError for another file than a PDF, MissingExtraError where the validator is not installed.
    """
    if path.suffix.lower() not in ("", ".pdf"):
        raise UsageError(f"--check: only a PDF can be validated, and {path.name} is none; leave --check out.")
    if find_spec("page") is None:
        raise MissingExtraError.for_extra("--check", "check")


def check_pdf(path: str | Path) -> Checked:
    """Validate a PDF against both promises and write the result beside it, as NAME.check.json.

    Raises MissingExtraError where the validator is not installed.
    """
    pdf = Path(path)
    require_checker(pdf)
    import page

    found = {name: page.validate_pdf(pdf, profile=profile) for name, profile in PROFILES.items()}
    file = pdf.with_suffix(".check.json")
    # The validator names the file by its whole path, which is nobody's business.
    reports = {name: dict(one.to_dict()) | {"source": pdf.name} for name, one in found.items()}
    checked = Checked(
        reports=reports,
        failures={
            name: tuple(f"{fault.rule_id}: {fault.message}" for fault in one.failures) for name, one in found.items()
        },
        rules={name: (one.rules.passed, one.rules.total) for name, one in found.items()},
        file=file,
    )
    content = {"file": pdf.name, "sound": checked.sound, "profiles": reports}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return checked
