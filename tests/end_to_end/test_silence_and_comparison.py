"""`followup silence` and the further options of `followup model`, as a person types them."""

from __future__ import annotations


def test_silence_answers_whether_it_is_normal(followup, simulated_folder):
    """A sentence with a share for the table; one row with both shares and their limits as JSON; by cohort one each."""
    told = followup("silence", simulated_folder, "--days", "12")
    assert told.code == 0, told.err
    assert "A silence of 12 days is" in told.out
    assert "simulated" in told.out
    (row,) = followup("silence", simulated_folder, "--days", "12", "--json").results
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["chance_yet_low"] < row["chance_yet"] < row["chance_yet_high"]
    groups = followup("silence", simulated_folder, "--days", "12", "--by", "cohort", "--json").results
    assert len(groups) > 1


def test_silence_needs_a_length_below_its_horizon(followup, simulated_folder):
    """No length, and one beyond the horizon, are wrong command lines; so is a column that is not there."""
    assert followup("silence", simulated_folder).code == 2
    assert followup("silence", simulated_folder, "--days", "90").code == 2
    assert followup("silence", simulated_folder, "--days", "12", "--by", "colour").code == 2


def test_models_are_compared_by_name(followup, simulated_folder):
    """model --compare: four models on the same folds, one of them taken, and nothing to save."""
    answer = followup("model", simulated_folder, "--compare", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["command"] == "model"
    assert [row["model"] for row in answer.results] == ["base_rate", "ridge", "random_intercept", "boosting"]
    assert sum(row["chosen"] for row in answer.results) == 1
    assert followup("model", simulated_folder, "--compare", "--save", "model.json").code == 2


def test_adjust_names_the_columns_of_the_model(followup, simulated_folder):
    """model --adjust: these interview columns and no other; an unknown one is a wrong command line."""
    (row,) = followup("model", simulated_folder, "--adjust", "self_rating", "--json").results
    terms = {one["term"].partition("=")[0] for one in row["coefficients"]}
    assert "self_rating" in terms
    assert "industry" not in terms
    answer = followup("model", simulated_folder, "--adjust", "self_rating,colour")
    assert answer.code == 2
    assert "colour" in answer.err


def test_one_cohort_against_another(followup, simulated_folder):
    """outcomes --cohort A --against B: both are shown, nobody else, and A less B; an unknown B is refused."""
    every = followup("outcomes", simulated_folder, "--json").results
    first, second = (row["group"] for row in every[:2])
    answer = followup("outcomes", simulated_folder, "--cohort", second, "--against", first, "--json")
    assert answer.code == 0, answer.err
    assert {row["group"] for row in answer.results} == {first, second}
    (row,) = (row for row in answer.results if row["group"] == second)
    (whole,) = (row for row in every if row["group"] == second)
    assert row["estimate"] == whole["estimate"]
    assert row["difference"] is not None
    refused = followup("outcomes", simulated_folder, "--cohort", second, "--against", "nobody")
    assert refused.code == 2
    assert "'nobody'" in refused.err
