"""The doctor tells the truth."""

import shutil

from assistant import examine
from index import Archive


def states(archive):
    return {one.name: one.state for one in examine(archive)}


def test_a_fresh_archive_is_well(seed_assistant):
    findings = list(examine(seed_assistant.archive))
    assert {one.state for one in findings if one.name != "disk"} == {"ok"}
    assert [one.name for one in findings] == ["folder", "disk", "index", "embedding model", "search"]


def test_a_folder_that_was_never_indexed_is_told_what_to_run(tmp_path):
    index = next(one for one in examine(Archive.open(tmp_path)) if one.name == "index")
    assert index.state == "fault"
    assert index.remedy.startswith("Run: byline index")


def test_files_that_changed_since_are_counted(tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("Harbour reopens\n\nThe harbour of Port Alder reopened on Monday.\n")
    archive = Archive.open(tmp_path)
    archive.sync()
    assert archive.pending() == ""
    note.write_text("Harbour reopens\n\nThe harbour of Port Alder reopened on Tuesday.\n")
    (tmp_path / "other.txt").write_text("Bridge closes\n\nThe bridge closed on Friday.\n")
    assert archive.pending() == "1 file new, 1 file changed"
    index = next(one for one in examine(archive) if one.name == "index")
    assert (index.state, index.remedy) == ("warning", f"Run: {archive.index_command()}")


def test_a_damaged_index_and_a_missing_model_are_faults_with_remedies(seed_assistant, tmp_path):
    folder = tmp_path / "seeds"
    shutil.copytree(seed_assistant.archive.folder, folder)
    archive = Archive.open(folder)
    shutil.rmtree(next((folder / ".byline").glob("gen-*")))
    assert states(archive)["index"] == "fault"
    missing = Archive.open(folder, archive.settings.model_copy(update={"embedder": str(tmp_path / "none")}))
    model = next(one for one in examine(missing) if one.name == "embedding model")
    assert model.state == "fault"
    assert "Choose" in model.found
