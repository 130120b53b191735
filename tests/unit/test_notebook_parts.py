"""What notebooks rest on: whose data they are about, copies for a reader, faces, and the explorer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from followup_analytics import read_log, response_rates, sample_data, subset, write_log
from followup_analytics.errors import UnreadableError, UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.notebook import Choice, Findings, answer, copy_notebooks, explore_rates, own_or_sample, text_box


@pytest.fixture(scope="module")
def log() -> FollowUpLog:
    """The sample log."""
    return read_log(sample_data("log"))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that has nothing to do with the project, in which a notebook is open."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOLLOWUP_DATA", raising=False)
    return tmp_path


def test_without_data_of_ones_own_the_sample_is_read_anywhere(elsewhere: Path) -> None:
    """In a folder without any data the package's own sample is found."""
    assert own_or_sample().interviews.height == 300


def test_a_readers_own_data_come_first(elsewhere: Path, log: FollowUpLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOLLOWUP_DATA names a log by its whole path, or as seen from the notebook's folder or one above it."""
    write_log(subset(log, cohort="autumn 2025"), elsewhere / "mine")
    below = elsewhere / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    for named in ("mine", str(elsewhere / "mine")):
        monkeypatch.setenv("FOLLOWUP_DATA", named)
        assert own_or_sample(interviews=5_000).interviews.height == 144


def test_the_log_beside_a_copied_notebook_is_used(elsewhere: Path, log: FollowUpLog) -> None:
    """What a reader changes in data/log beside the notebook changes the notebook."""
    write_log(subset(log, cohort="autumn 2025"), elsewhere / "data" / "log")
    assert own_or_sample().interviews.height == 144


def test_data_that_are_not_there_are_told_in_a_sentence(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the sample in place of what the reader asked for."""
    monkeypatch.setenv("FOLLOWUP_DATA", "nowhere")
    with pytest.raises(UnreadableError, match=r"FOLLOWUP_DATA is set to 'nowhere'.*unset it for the sample"):
        own_or_sample()


def test_notebooks_are_copied_with_a_log_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second time what the reader changed stays."""
    first = copy_notebooks(tmp_path / "try")
    names = sorted(path.name for path in first.made if path.suffix == ".ipynb")
    assert names == sorted(path.name for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
    assert read_log(tmp_path / "try" / "data" / "log").interviews.height == 300
    mine = tmp_path / "try" / names[0]
    mine.write_text("mine", "utf-8")
    again = copy_notebooks(tmp_path / "try")
    assert not again.made
    assert len(again.kept) == len(first.made)
    assert mine.read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Where a file is in the way, a sentence says so."""
    (tmp_path / "try").write_text("", "utf-8")
    with pytest.raises(UnreadableError, match="nothing can be written there"):
        copy_notebooks(tmp_path / "try")


def test_an_answer_says_that_data_are_simulated(log: FollowUpLog) -> None:
    """Only where they are; text is never read as markup."""
    assert "These data are simulated" in answer(log, "Half.")._repr_html_()
    assert "simulated" not in answer(None, "Half.")._repr_html_()
    assert "&lt;b&gt;" in answer(None, "<b>")._repr_html_()
    assert "&lt;b&gt;" in text_box("<b>")._repr_html_()


def test_a_table_of_ones_own_refuses_a_kind_for_no_column() -> None:
    """A misspelt column would else be set as text without a word."""
    with pytest.raises(KeyError, match="did you mean 'share'"):
        Findings("t", [{"share": 0.5}], {"shares": "share"})
    assert "50.0%" in repr(Findings("t", [{"share": 0.5}], {"share": "share"}))


def test_the_explorer_gives_what_the_command_gives_at_once(log: FollowUpLog) -> None:
    """Each choice is the row that `response_rates` gives for it, hidden where that is, within 300 milliseconds."""
    explorer = explore_rates(log, windows=(7,))
    for cohort in ("all", "autumn 2025"):
        part = log if cohort == "all" else subset(log, cohort=cohort)
        for row in response_rates(part, by="timing", within=7).rows:
            choice = Choice(cohort=cohort, timing=row.by["timing"])
            start = time.perf_counter()
            shown = explorer.html(choice)
            assert time.perf_counter() - start < 0.3
            found = explorer.row(choice)
            if found is not None and found.estimate is not None:
                assert (found.estimate, found.n_events) == (row.estimate, row.n_events)
                assert f"{100 * row.estimate:.1f}%" in explorer.answer(choice)
            assert 'alt="' in shown
            assert "<script" not in shown


def test_the_explorer_hides_small_groups(log: FollowUpLog) -> None:
    """What is hidden has no number in any face, and the sentence doesn't say which of the two it is."""
    explorer = explore_rates(log, windows=(7,))
    hidden = [choice for choice, row in explorer.rates.items() if row.estimate is None]
    assert hidden
    for choice in hidden:
        assert "too few applicants" in explorer.answer(choice)
        assert "hidden" in repr(explorer.table(choice))


def test_the_explorer_refuses_what_is_in_no_list(log: FollowUpLog) -> None:
    """With the values that there are."""
    explorer = explore_rates(log, windows=(7,))
    with pytest.raises(UsageError, match="channel='fax': choose all, phone"):
        explorer.row(Choice(channel="fax"))
    with pytest.raises(UsageError, match="windows"):
        explore_rates(log, windows=())


def test_the_explorers_lists_change_what_is_shown(log: FollowUpLog) -> None:
    """Four lists with names; another choice, another answer."""
    pytest.importorskip("anywidget", reason="the extra `notebook` is not installed")
    widget = explore_rates(log, windows=(7, 14)).widgets()
    assert [one["words"] for one in widget.lists] == ["Cohort", "Channel", "Day", "Answered within"]
    before = widget.shown
    widget.chosen = {**widget.chosen, "channel": "phone"}
    assert widget.shown != before
    assert "by telephone" in widget.shown
