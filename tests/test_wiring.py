"""Where settings come from, and which goes before which."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant import AssistantSettings
from index import FolderMissing, IndexMissing, IndexSettings, SettingsError
from ui import wiring
from ui.wiring import ServeSettings, can_open_browser, load_settings, open_archive, open_assistant, settings_file

# a value for a setting of each table, from each place, all different from the default
EVERYWHERE = [
    ("index", "passage_tokens", 100, "200", 300),
    ("assistant", "passages", 11, "12", 13),
    ("serve", "chats", 2, "3", 4),
]


@pytest.fixture(autouse=True)
def configuration(tmp_path, monkeypatch):
    folder = tmp_path / "configuration"
    folder.mkdir()
    monkeypatch.setattr(wiring, "user_config_path", lambda *_, **__: folder)
    return folder


@pytest.fixture
def environment(tmp_path):
    """An environment that names a settings file holding ``text``."""

    def of(text, **more):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return {"BYLINE_SETTINGS": str(path), **more}

    return of


@pytest.mark.parametrize(("table", "name", "in_file", "in_environment", "given"), EVERYWHERE)
def test_an_option_goes_before_the_environment_before_the_file_before_the_default(
    environment, table, name, in_file, in_environment, given
):
    def loaded(options, found):
        return getattr(getattr(load_settings(options, found), table), name)

    file_alone = environment(f"{name} = {in_file}")
    both = {**file_alone, f"BYLINE_{name.upper()}": in_environment}
    default = loaded(None, {})
    assert loaded({name: given}, both) == given
    assert loaded({}, both) == int(in_environment)
    assert loaded({}, file_alone) == in_file
    assert len({default, in_file, int(in_environment), given}) == 4


def test_an_option_that_was_not_given_leaves_the_setting_alone(environment):
    assert load_settings({"passages": None}, environment("passages = 7")).assistant.passages == 7


def test_without_a_file_or_an_environment_all_is_default():
    settings = load_settings(environment={})
    assert settings.index == IndexSettings()
    assert settings.assistant == AssistantSettings()
    assert settings.serve == ServeSettings()


def test_the_file_in_the_users_configuration_folder_is_read(configuration):
    (configuration / "byline.toml").write_text('embedder = "deep"\nport = 8000\n')
    settings = load_settings(environment={})
    assert (settings.index.embedder, settings.serve.port) == ("deep", 8000)


def test_a_named_file_is_read_instead(configuration, environment):
    (configuration / "byline.toml").write_text("passages = 20\nstatements = 2\n")
    settings = load_settings(environment=environment("passages = 30"))
    assert (settings.assistant.passages, settings.assistant.statements) == (30, 3)


def test_the_settings_file_is_the_named_one_or_the_users(configuration, tmp_path):
    assert settings_file({}) == configuration / "byline.toml"
    assert settings_file({"BYLINE_SETTINGS": str(tmp_path / "x.toml")}) == tmp_path / "x.toml"


def test_each_setting_has_one_home_and_so_one_meaning():
    names = [name for table in wiring.TABLES for name in table.model_fields]
    assert len(names) == len(set(names)) >= 14


@pytest.mark.parametrize("name", [name for table in wiring.TABLES for name in table.model_fields])
def test_each_setting_is_read_from_the_environment(name):
    # each takes some of them, as its type and bounds have it
    words = ("true", "careful", "close", "openai-like", "ann:secret", "/somewhere", "somewhere")
    for text in ("3", "700", "2000", "4096", "0.5", "2.5", *words):
        try:
            settings = load_settings(environment={f"BYLINE_{name.upper()}": text})
        except SettingsError as error:
            assert f"'{name}'" in str(error)
            continue
        values = settings.index.model_dump() | settings.assistant.model_dump() | settings.serve.model_dump()
        value = values[name]
        if str(value.get_secret_value() if isinstance(value, SecretStr) else value) in (text, text.capitalize()):
            return
    raise AssertionError(f"{name} takes none of the values")


def test_an_unknown_setting_in_the_file_is_refused_with_the_file_and_the_names_there_are(environment):
    found = environment("pasages = 3")
    with pytest.raises(SettingsError) as caught:
        load_settings(environment=found)
    assert "'pasages'" in str(caught.value)
    assert found["BYLINE_SETTINGS"] in str(caught.value)
    assert " passages," in str(caught.value)


def test_a_table_in_the_file_is_refused_by_its_name(environment):
    with pytest.raises(SettingsError, match="'assistant'"):
        load_settings(environment=environment("[assistant]\npassages = 3"))


@pytest.mark.parametrize("place", ["given", "environment", "file"])
def test_a_value_out_of_bounds_is_refused_by_name_wherever_it_stands(environment, place):
    given = {"passages": 0} if place == "given" else {}
    found = {"BYLINE_PASSAGES": "0"} if place == "environment" else {}
    found |= environment("passages = 0") if place == "file" else {}
    with pytest.raises(SettingsError, match="'passages'"):
        load_settings(given, found)


@pytest.mark.parametrize("text", ["passages = ", b"passages = 3 # \xff", "passages = 3\npassages = 4"])
def test_a_broken_settings_file_is_an_error_that_names_it(environment, text):
    found = environment(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environment=found)
    assert found["BYLINE_SETTINGS"] in str(caught.value)


def test_a_settings_file_that_is_not_there_or_a_folder_is_an_error_that_names_it(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError) as caught:
            load_settings(environment={"BYLINE_SETTINGS": str(path)})
        assert str(path) in str(caught.value)


def test_a_folder_that_a_command_names_goes_before_the_setting(tmp_path, environment):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    found = environment(f'archive = "{(tmp_path / "one").as_posix()}"')
    assert open_archive(load_settings({"archive": None}, found)).folder == tmp_path / "one"
    assert open_archive(load_settings({"archive": tmp_path / "two"}, found)).folder == tmp_path / "two"


def test_the_archive_gets_the_settings_of_the_index(tmp_path):
    settings = load_settings({"archive": tmp_path, "passage_tokens": 99, "index_dir": tmp_path / "elsewhere"}, {})
    archive = open_archive(settings)
    assert archive.settings == settings.index
    assert archive.index_dir == tmp_path / "elsewhere"


def test_the_assistant_gets_its_settings(seed_assistant):
    settings = load_settings({"archive": seed_assistant.archive.folder, "statements": 1}, {})
    assistant = open_assistant(settings)
    assert assistant.settings == settings.assistant == AssistantSettings(statements=1)
    assert assistant.archive.folder == seed_assistant.archive.folder


def test_no_assistant_is_opened_over_a_folder_that_is_missing_or_was_never_indexed(tmp_path):
    with pytest.raises(FolderMissing):
        open_assistant(load_settings({"archive": tmp_path / "none"}, {}))
    with pytest.raises(IndexMissing):
        open_assistant(load_settings({"archive": tmp_path}, {}))
    assert list(tmp_path.glob(".byline")) == []


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ""}, False),
        ("darwin", {}, True),
    ],
)
def test_a_browser_is_opened_only_where_there_is_a_screen(monkeypatch, platform, environment, expected):
    monkeypatch.setattr(wiring.sys, "platform", platform)
    assert can_open_browser(environment) is expected


def test_a_path_in_the_settings_is_a_path(environment):
    settings = load_settings(environment=environment('archive = "news"\nindex_dir = "kept"'))
    assert (settings.serve.archive, settings.index.index_dir) == (Path("news"), Path("kept"))


def test_a_misspelt_variable_is_refused_and_an_empty_one_is_as_good_as_none():
    with pytest.raises(SettingsError, match="BYLINE_PASAGES"):
        load_settings(environment={"BYLINE_PASAGES": "3"})
    settings = load_settings(environment={"BYLINE_INDEX_DIR": "", "BYLINE_SETTINGS": "", "OTHER": "x"})
    assert settings.index.index_dir is None


def test_folders_of_the_home_are_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load_settings({"index_dir": "~/index", "archive": "~/articles"}, environment={})
    assert settings.index.index_dir == tmp_path / "index"
    assert settings.serve.archive == tmp_path / "articles"


def test_true_is_not_taken_for_one():
    with pytest.raises(SettingsError, match="'passages'"):
        load_settings({"passages": True}, environment={})


def test_the_key_of_a_model_comes_from_the_environment_alone_and_is_not_shown(environment):
    found = environment("passages = 3", BYLINE_MODEL_KEY="sk-secret")
    settings = load_settings(environment=found)
    assert "sk-secret" not in repr(settings)
    key = wiring.model_key(found)
    assert key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(key) + str(key)
    assert wiring.model_key({}) is None
    with pytest.raises(SettingsError, match="model_key"):
        load_settings(environment=environment('model_key = "sk-secret"'))
