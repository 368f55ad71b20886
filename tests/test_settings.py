"""The tables of settings: defaults, bounds, and errors that name the key."""

import pytest
from pydantic import ValidationError

from index import BylineError, IndexSettings, SettingsError
from ui.wiring import TABLES

SETTINGS = [(table, name) for table in TABLES for name in table.model_fields]


def bounds(table, name):
    """The lowest and the highest value that a setting takes; None where there is no such bound."""
    found = {}
    for mark in table.model_fields[name].metadata:
        for end in ("ge", "le"):
            if hasattr(mark, end):
                found[end] = getattr(mark, end)
    return found.get("ge"), found.get("le")


BOUNDED = [(table, name) for table, name in SETTINGS if bounds(table, name) != (None, None)]


def test_there_are_settings_with_bounds_to_test():
    assert len(BOUNDED) >= 9
    assert all(bounds(table, name)[0] is not None for table, name in BOUNDED)


@pytest.mark.parametrize(("table", "name"), SETTINGS)
def test_each_setting_says_what_it_is_for(table, name):
    assert (table.model_fields[name].description or "").strip()


@pytest.mark.parametrize(("table", "name"), SETTINGS)
def test_no_number_is_without_a_lower_bound(table, name):
    if table.model_fields[name].annotation in (int, float):
        assert bounds(table, name)[0] is not None


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_values_holds_its_defaults(table):
    made = table.parse({})
    assert {name: getattr(made, name) for name in table.model_fields} == {
        name: field.default for name, field in table.model_fields.items()
    }


@pytest.mark.parametrize(("table", "name"), BOUNDED)
def test_the_default_and_both_bounds_are_taken(table, name):
    for value in (table.model_fields[name].default, *bounds(table, name)):
        if value is not None:
            assert getattr(table.parse({name: value}), name) == value


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(("table", "name"), BOUNDED)
def test_a_value_beyond_a_bound_is_refused_by_name(table, name, as_text):
    low, high = bounds(table, name)
    for value in ([low - 1] if low is not None else []) + ([high + 1] if high is not None else []):
        given = str(value) if as_text else value
        with pytest.raises(SettingsError) as caught:
            table.parse({name: given})
        assert f"'{name}'" in str(caught.value)
        assert repr(given) in str(caught.value)


@pytest.mark.parametrize("value", ["many", "", "1.5", None, [1], {"a": 1}])
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(SettingsError, match="'passage_tokens'"):
        IndexSettings.parse({"passage_tokens": value})


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_share_that_is_no_number_is_refused(value):
    with pytest.raises(SettingsError, match="'removal_limit'"):
        IndexSettings.parse({"removal_limit": value})


YES_OR_NO = [(table, name) for table, name in SETTINGS if table.model_fields[name].annotation is bool]


@pytest.mark.parametrize(("table", "name"), SETTINGS)
@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_taken_by_what_is_on_or_off_and_by_nothing_else(table, name, value):
    assert YES_OR_NO
    if (table, name) in YES_OR_NO:
        assert getattr(table.parse({name: value}), name) is getattr(table.parse({name: str(value)}), name) is value
    else:
        with pytest.raises(SettingsError, match=f"'{name}'"):
            table.parse({name: value})


@pytest.mark.parametrize(("table", "name"), YES_OR_NO)
@pytest.mark.parametrize("value", ["perhaps", "", 2, None])
def test_what_is_neither_true_nor_false_is_refused(table, name, value):
    with pytest.raises(SettingsError, match=f"'{name}'"):
        table.parse({name: value})


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_setting_is_refused_with_the_names_there_are(table):
    with pytest.raises(SettingsError) as caught:
        table.parse({"pasages": 3})
    assert "'pasages'" in str(caught.value)
    assert all(name in str(caught.value) for name in table.model_fields)


def test_numbers_may_come_as_text():
    assert IndexSettings.parse({"passage_tokens": "128", "removal_limit": "0.5"}) == IndexSettings(
        passage_tokens=128, removal_limit=0.5
    )


def test_a_table_cannot_be_changed():
    with pytest.raises(ValidationError):
        IndexSettings().passage_tokens = 100


def test_a_wrong_setting_is_a_fault_that_every_surface_shows():
    assert issubclass(SettingsError, BylineError)
