"""What an article said before it changed, and where else its story stands."""

from __future__ import annotations

import shutil

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

from index import Archive, ArticleMissing, Difference, IndexSettings
from index.generations import CURRENT, Generations

URL = "https://tarn.example/mill"
FIRST = MILL
SECOND = MILL.replace("Nobody was hurt", "A guard was hurt")
THIRD = SECOND + "\nThe fire was put out at noon on Wednesday.\n"


@pytest.fixture
def archive(folder):
    write(folder, {"mill.txt": FIRST, "harbour.txt": HARBOUR})
    opened = Archive.open(folder, IndexSettings(jobs=1))
    opened.sync()
    return opened


def id_at(archive, path, locator=""):
    (found,) = [ref.id for ref in archive.articles() if (ref.path, ref.locator) == (path, locator)]
    return found


def told(versions):
    """Of each version, the differences in its text."""
    return [[(d.kind, d.old, d.new) for d in version.differences if d.part == "text"] for version in versions]


HURT = ("changed", "Nobody was hurt, the fire brigade said.", "A guard was hurt, the fire brigade said.")
OUT = ("added", "", "The fire was put out at noon on Wednesday.")


def changed_twice(archive):
    ids = [id_at(archive, "mill.txt")]
    for text in (SECOND, THIRD):
        write(archive.folder, {"mill.txt": text})
        (changed,) = archive.sync().changed
        ids.append(changed.id)
    return ids


def test_an_article_that_never_changed_has_one_version(archive):
    (version,) = archive.history(id_at(archive, "mill.txt"))
    assert (version.title, version.path, version.differences) == ("Old paper mill burns in Tarn", "mill.txt", ())
    assert version.seen.tzinfo is not None and version.saved is not None


def test_a_file_changed_in_place_twice_has_three_versions_newest_first(archive):
    ids = changed_twice(archive)
    versions = archive.history(ids[-1])
    assert [version.article_id for version in versions] == ids[::-1]
    assert told(versions) == [[OUT], [HURT], []]
    assert {version.path for version in versions} == {"mill.txt"}
    assert versions == sorted(versions, key=lambda version: version.seen, reverse=True)


def test_what_it_said_before_is_not_searched_or_listed(archive):
    ids = changed_twice(archive)
    assert len(archive.articles()) == 2
    assert [hit.article.id for hit in archive.search("the fire at the paper mill", k=10)].count(ids[-1]) == 1
    assert not any("Nobody was hurt" in hit.passage.text for hit in archive.search("Nobody was hurt", k=10))
    with pytest.raises(ArticleMissing):
        archive.history(ids[0])


def test_an_article_that_changes_back_has_changed_twice(archive):
    first = id_at(archive, "mill.txt")
    for text in (SECOND, FIRST):
        write(archive.folder, {"mill.txt": text})
        archive.sync()
    versions = archive.history(first)
    kind, before, after = HURT
    assert told(versions) == [[(kind, after, before)], [HURT], []]
    assert [version.article_id == first for version in versions] == [True, False, True]


def test_history_outlives_garbage_and_lost_generations(archive):
    ids = changed_twice(archive)
    before = archive.history(ids[-1])
    for number in range(4):
        write(archive.folder, {"harbour.txt": f"{HARBOUR}\nEdition {number} of this report.\n"})
        archive.sync()
    assert archive.history(ids[-1]) == before
    archive.close()
    for generation in archive.index_dir.glob("gen-*"):
        shutil.rmtree(generation)
    assert Archive.open(archive.folder).sync().published
    assert Archive.open(archive.folder).history(ids[-1]) == before
    (archive.index_dir / CURRENT).unlink()
    Archive.open(archive.folder).sync()
    assert Archive.open(archive.folder).history(ids[-1]) == before


def test_a_sync_that_was_never_published_leaves_no_version_behind(archive, monkeypatch):
    first = id_at(archive, "mill.txt")
    write(archive.folder, {"mill.txt": SECOND})

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Generations, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            archive.sync()
    assert [version.article_id for version in archive.history(first)] == [first]
    write(archive.folder, {"mill.txt": THIRD})
    (changed,) = archive.sync().changed
    assert told(archive.history(changed.id)) == [[HURT, OUT], []]


def test_a_file_that_moves_takes_its_history_along(archive):
    changed_twice(archive)
    (archive.folder / "mill.txt").rename(archive.folder / "fire.txt")
    archive.sync()
    assert told(archive.history(id_at(archive, "fire.txt"))) == [[OUT], [HURT], []]


def test_lines_that_move_keep_their_own_history(folder):
    rows = [{"title": title, "text": text} for title, text in (("Mill", FIRST), ("Harbour", HARBOUR))]
    write(folder, {"news.jsonl": json_lines(*rows)})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    archive.sync()
    rows[0]["text"] = SECOND
    write(folder, {"news.jsonl": json_lines(*rows)})
    assert len(archive.sync().changed) == 1
    write(folder, {"news.jsonl": json_lines({"title": "School", "text": SCHOOL}, *rows)})
    archive.sync()
    assert told(archive.history(id_at(archive, "news.jsonl", "line 1"))) == [[]]
    assert told(archive.history(id_at(archive, "news.jsonl", "line 2"))) == [[HURT], []]


# --- other files under the same url ----------------------------------------------------------------------------


def page(text, **fields):
    return f"---\nurl: {URL}\n{''.join(f'{key}: {value}{chr(10)}' for key, value in fields.items())}---\n\n{text}"


def test_a_correction_in_another_file_replaces_the_article_and_keeps_what_it_said(folder):
    write(folder, {"first.md": page(FIRST, date="2024-05-06")})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    first = archive.sync().added[0].id
    write(folder, {"second.md": page(SECOND, date="2024-05-06", updated="2024-05-07", title="A guard hurt in Tarn")})
    report = archive.sync()
    assert [(ref.path, ref.id) for ref in report.earlier] == [("first.md", first)]
    assert [ref.path for ref in report.changed] == ["second.md"]
    assert (report.added, report.removed, report.articles) == ((), (), 1)
    assert [ref.path for ref in archive.articles()] == ["second.md"]
    assert {hit.article.path for hit in archive.search("paper mill fire", k=10)} == {"second.md"}
    now, before = archive.history(report.changed[0].id)
    assert (now.path, before.path, before.article_id) == ("second.md", "first.md", first)
    assert told([now, before]) == [[HURT], []]
    assert Difference("changed", "title", "Old paper mill burns in Tarn", "A guard hurt in Tarn") in now.differences


def test_two_versions_that_came_together_are_told_apart_by_day(folder):
    write(folder, {"a.md": page(THIRD, updated="2024-05-08"), "b.md": page(FIRST, updated="2024-05-06")})
    write(folder, {"c.md": page(SECOND, updated="2024-05-07")})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    report = archive.sync()
    assert ([ref.path for ref in report.added], sorted(ref.path for ref in report.earlier)) == (
        ["a.md"],
        ["b.md", "c.md"],
    )
    versions = archive.history(report.added[0].id)
    assert [version.path for version in versions] == ["a.md", "c.md", "b.md"]
    assert told(versions) == [[OUT], [HURT], []]
    # and again without a change
    report = archive.sync()
    assert (report.published, len(report.earlier), report.unchanged) == (False, 2, 1)


def test_an_earlier_version_whose_file_goes_is_kept_and_one_whose_later_goes_is_searched_again(folder):
    write(folder, {"first.md": page(FIRST, updated="2024-05-06")})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    archive.sync()
    write(folder, {"second.md": page(SECOND, updated="2024-05-07")})
    (changed,) = archive.sync().changed
    kept = (folder / "first.md").read_bytes()
    (folder / "first.md").unlink()
    report = archive.sync()
    assert (report.removed, report.articles) == ((), 1)
    assert told(archive.history(changed.id)) == [[HURT], []]
    write(folder, {"first.md": kept})
    (folder / "second.md").unlink()
    report = archive.sync(allow_removals=True)
    assert (report.articles, [ref.path for ref in archive.articles()]) == (1, ["first.md"])
    assert "Nobody was hurt" in archive.search("Was anybody hurt at the mill?")[0].article.text


# --- copies ----------------------------------------------------------------------------------------------------


def test_copies_of_one_story_are_one_hit_with_the_others_beside_it(folder):
    outlets = ("Lund Post", "Tarn Gazette", "Vika News")
    rows = [
        {
            "title": "Mill burns",
            "text": f"{FIRST}\n{HARBOUR}",
            "outlet": outlet,
            "date": f"2024-05-0{day}",
            "url": outlet,
        }
        for day, outlet in enumerate(outlets, start=1)
    ]
    write(folder, {"wire.jsonl": json_lines(*rows), "school.txt": SCHOOL, "bridge.txt": story(1)})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    assert archive.sync().articles == 5
    first, *others = archive.stories()
    assert [ref.outlet for ref in first] == list(outlets)
    assert sorted(len(group) for group in others) == [1, 1]
    hits = archive.search("Who owned the paper mill of Tarn?", k=10)
    of_story = [hit for hit in hits if hit.article.outlet in outlets]
    assert {hit.article.outlet for hit in of_story} == {"Lund Post"}
    assert of_story[0].article.also_in == first[1:]
    assert archive.article(first[2].id).also_in == first[:2]
    assert archive.article(id_at(archive, "school.txt")).also_in == ()
