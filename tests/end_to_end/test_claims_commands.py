"""What `followup claims` and `followup plan` offer beside verdicts: sensitivity, catalogues, registration, power."""

from __future__ import annotations


def test_the_sensitivity_of_one_claim(followup, simulated_folder):
    """One row a change, the declared one first, with the fields of an estimate; without a claim it is refused."""
    answer = followup("claims", simulated_folder, "--claim", "say-thanks", "--sensitivity", "--json")
    assert answer.code == 0, answer.err
    assert answer.err == ""
    assert answer.json["command"] == "sensitivity"
    assert answer.results[0]["change"] == "as declared"
    assert {"estimate", "conf_low", "n_applicants", "status", "reason", "verdict", "changes"} <= set(answer.results[0])
    refused = followup("claims", simulated_folder, "--sensitivity")
    assert refused.code == 2
    assert "--claim ID" in refused.err


def test_advice_in_circulation(followup, simulated_folder):
    """The second catalogue is tested in place of the first, and not together with a third."""
    answer = followup("claims", simulated_folder, "--in-circulation", "--json")
    assert answer.code == 0, answer.err
    assert "call-next-day" in [row["claim"] for row in answer.results]
    assert followup("claims", simulated_folder, "--in-circulation", "--claims", "mine.toml").code == 2
    protocol = followup("claims", simulated_folder, "--in-circulation", "--claim", "call-next-day", "--protocol")
    assert "Call the day after the interview" in protocol.out


def test_a_registration_is_checked(followup, simulated_folder, tmp_path):
    """A text registered today comes after the record ended: post hoc; another catalogue's hash does not fit either."""
    text = tmp_path / "registration.md"
    written = followup("claims", simulated_folder, "--preregister")
    assert "verdicts on it will be called post hoc" in written.err
    text.write_text(written.out, encoding="utf-8")
    late = followup("claims", simulated_folder, "--claim", "smile", "--registration", text, "--json")
    assert late.results[0]["post_hoc"] is True
    assert "post_hoc" in [note["code"] for note in late.json["notes"]]
    early = text.read_text(encoding="utf-8").replace("Registered on: 20", "Registered on: 19")
    text.write_text(early, encoding="utf-8")
    assert (
        followup("claims", simulated_folder, "--claim", "smile", "--registration", text, "--json").results[0][
            "post_hoc"
        ]
        is False
    )
    text.write_text("nothing", encoding="utf-8")
    assert followup("claims", simulated_folder, "--registration", text).code == 3


def test_further_columns_are_adjusted_for(followup, simulated_folder):
    """--adjust adds columns of the interviews, and refuses what is none of them with the nearest."""
    answer = followup("claims", simulated_folder, "--adjust", "cohort", "--json")
    assert answer.code == 0, answer.err
    tested = [row for row in answer.results if row["diagnostics"] and row["claim"] != "tone-tells"]
    assert tested
    assert all("cohort" in row["diagnostics"]["adjusted_for"] for row in tested)
    refused = followup("claims", simulated_folder, "--adjust", "cohrt")
    assert refused.code == 2
    assert "cohort" in refused.err


def test_power_by_simulation(followup):
    """Logs of two sizes of a world are simulated and tested; shares of verdicts come back, with exact limits."""
    answer = followup(
        "plan",
        "--simulate",
        "etiquette",
        "--claim",
        "follow-up-at-all",
        "--sizes",
        "90,600",
        "--repeats",
        "1",
        "--json",
    )
    assert answer.code == 0, answer.err
    small, large = answer.results
    assert (small["n_interviews"], large["n_interviews"], large["n_logs"]) == (90, 600, 1)
    assert small["estimate"] == 0.0
    assert 0 <= large["conf_low"] <= large["estimate"] <= large["conf_high"] <= 1
    assert answer.json["log"]["simulated"] is True
    assert followup("plan", "--simulate", "etiquette", "--sizes", "few").code == 2
    assert followup("plan", "--simulate", "nowhere").code == 2
