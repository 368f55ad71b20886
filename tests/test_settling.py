"""What only the whole archive can tell of an article: later versions, copies, recurring lines, its day."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import add_articles, json_lines, story, write

from index import Archive, Filters, IndexSettings
from index.readers import read
from index.reading import Reading
from index.recurring import RECURRING_ARTICLES
from index.settling import settle
from index.store import Store

URL = "https://news.example/storm"
STORM = (
    "The storm tore the roof off the school of Ostra on Monday night. Eleven families were brought to safety by boat. "
    "Mayor Alma Reyes said that nobody was missing. The road to Vika is closed until Thursday."
)
FULLER = f"{STORM} The army has sent two helicopters, the county said. Power came back at noon in most villages."
OTHER = (
    "The library of Elvra has bought the letters of the painter Olof Brandt for a million crowns. They will be shown "
    "from June on. His daughter had kept them in a trunk for forty years."
)
MONDAY = datetime(2024, 5, 6, 12, tzinfo=UTC)


def page(text, url=URL, saved=0, name="a.md", **fields):
    """A page saved so many days after Monday, as its reader gives it."""
    front = "".join(f"{key}: {value!r}\n" for key, value in {"url": url, **fields}.items())
    content = f"---\n{front}---\n\n{text}\n".encode()
    (found,) = read(name, io.BytesIO(content), 10**6, MONDAY + timedelta(days=saved))
    assert isinstance(found, Reading), found
    return found


def records(*rows):
    return list(read("news.jsonl", io.BytesIO(json_lines(*rows).encode()), 10**6, MONDAY))


class Settling:
    """What is settled of articles, named by the file they stand in."""

    def __init__(self, store, embedder, readings):
        self.store = store
        places = {place: row for place, (row, _) in add_articles(store, readings, embedder).items()}
        self.rows = {path if path != "news.jsonl" else locator: row for (path, locator), row in places.items()}
        self.names = {row: name for name, row in self.rows.items()}
        self.sketches = store.sketches(places.values())
        self.settled = settle(self.sketches, places, store.prose)

    @property
    def earlier(self):
        return {path for path, _ in self.settled.earlier}

    @property
    def days(self):
        return {self.names[row]: day for row, day in self.settled.days.items()}

    @property
    def stories(self):
        return [[self.names[row] for row in group] for group in self.settled.stories]

    def applied(self, name):
        row = self.rows[name]
        return self.settled.applied(row, self.store.unindexed_article(row), self.sketches[row].lines)


@pytest.fixture
def settling(tmp_path, fast):
    store = Store(tmp_path / "store.sqlite", create=True)
    yield lambda *readings: Settling(store, fast, readings)
    store.close()


# --- later versions --------------------------------------------------------------------------------------------


def test_of_a_page_saved_twice_the_one_saved_first_is_earlier(settling):
    corrected = STORM.replace("Eleven", "Twelve")
    assert settling(page(corrected, saved=3, name="a.md"), page(STORM, saved=1, name="b.md")).earlier == {"b.md"}


def test_an_update_is_later_whenever_it_was_saved(settling):
    updated = page(FULLER, saved=1, name="a.md", date="2024-05-01", updated="2024-05-04")
    assert settling(updated, page(STORM, saved=9, name="b.md", date="2024-05-01")).earlier == {"b.md"}


def test_of_two_of_one_day_the_fuller_is_later(settling):
    assert settling(page(FULLER, name="a.md"), page(STORM, name="b.md")).earlier == {"b.md"}


def test_of_three_versions_the_last_stays(settling):
    pages = [
        page(f"{STORM} This is edition number {number}.", saved=saved, name=f"{number}.md")
        for number, saved in ((1, 5), (2, 1), (3, 3))
    ]
    assert settling(*pages).earlier == {"2.md", "3.md"}


@pytest.mark.parametrize(
    "url", ["http://www.news.example/storm/", f"{URL}?utm_source=mail#top", "https://amp.news.example/storm/amp"]
)
def test_addresses_of_one_page_are_one(settling, url):
    assert settling(page(STORM, name="a.md"), page(FULLER, url, name="b.md")).earlier == {"a.md"}


def test_another_story_at_an_address_that_is_used_again_is_an_article_of_its_own(settling):
    assert settling(page(STORM, name="a.md"), page(OTHER, saved=4, name="b.md")).earlier == set()


def test_an_address_that_names_no_page_makes_no_versions(settling):
    for url in ("", "https://news.example/", "not an address"):
        assert settling(page(STORM, url, name="a.md"), page(FULLER, url, name="b.md")).earlier == set()


def test_the_same_article_twice_is_no_version_of_itself(settling):
    assert settling(page(STORM, name="a.md"), page(STORM, saved=4, name="b.md")).earlier == set()


# --- days ------------------------------------------------------------------------------------------------------


def dated(*days, outlet="Lund Post"):
    return records(
        *[
            {"text": f"{OTHER} Edition {outlet} {day}.", "title": day, "date": day, "outlet": outlet, "url": day}
            for day in days
        ]
    )


def test_a_day_that_could_be_two_is_settled_by_the_outlet_s_other_dates(settling):
    assert settling(*dated("03/04/2022", "25/04/2022")).days == {"03/04/2022": date(2022, 4, 3)}
    assert settling(*dated("03/04/2022", "04/25/2022")).days == {"03/04/2022": date(2022, 3, 4)}


@pytest.mark.parametrize(
    "others",
    [(), ("25/04/2022", "04/25/2022"), ("2022-04-25", "25 April 2022", "04/04/2022")],
    ids=["nothing", "both ways", "no figures"],
)
def test_a_day_stays_unknown_where_the_outlet_tells_nothing(settling, others):
    found = settling(*dated("03/04/2022", *others))
    assert found.days == {}
    assert found.applied("03/04/2022").published is None


def test_another_outlet_s_dates_settle_nothing(settling):
    elsewhere = records(
        {"text": STORM, "date": "25/04/2022", "outlet": "Tarn Gazette", "url": "other"},
        {"text": OTHER, "date": "03/04/2022", "outlet": "Lund Post", "url": "unknown"},
    )
    assert settling(*elsewhere).days == {}
    assert settling(*dated("03/04/2022", "25/04/2022", outlet="")).days == {}


def test_a_settled_day_is_that_of_the_article(settling):
    found = settling(*dated("03/04/2022", "25/04/2022"))
    assert found.applied("03/04/2022").published == date(2022, 4, 3)
    assert found.settled.told(found.rows["03/04/2022"]) == "; published 2022-04-03"
    assert found.settled.told(found.rows["25/04/2022"]) == ""


def test_a_day_is_settled_as_the_archive_grows_and_filters_know_it(folder):
    row = {"title": "Storm", "text": STORM, "outlet": "Lund Post"}
    write(folder, {"a.jsonl": json_lines({**row, "date": "03/04/2022"})})
    archive = Archive.open(folder, IndexSettings(jobs=1))
    archive.sync()
    april = Filters(date(2022, 4, 1), date(2022, 4, 30))
    assert (archive.articles()[0].published, archive.search("storm", filters=april)) == (None, [])
    write(folder, {"b.jsonl": json_lines({**row, "title": "Letters", "text": OTHER, "date": "25.04.2022"})})
    report = archive.sync()
    # the words are the same: only the new article is embedded, and the other is neither new nor changed
    assert (report.embedded, report.unchanged, len(report.added), report.changed) == (1, 1, 1, ())
    article = archive.search("roof of the school", filters=april)[0].article
    assert (article.published, article.origins["published"]) == (date(2022, 4, 3), "outlet's dates")
    assert [ref.published for ref in archive.articles()] == [date(2022, 4, 3), date(2022, 4, 25)]
    (folder / "b.jsonl").unlink()
    archive.sync(allow_removals=True)
    assert archive.articles()[0].published is None
    assert "published" not in archive.article(archive.articles()[0].id).origins


# --- recurring lines -------------------------------------------------------------------------------------------

FEW, MANY = RECURRING_ARTICLES - 1, 3 * RECURRING_ARTICLES
"""Articles of which nothing recurs, and of which it does, also if they share much: how many differ is estimated."""

PLEA = "Our reporters go where the news is. Help them to stay there with a gift of ten crowns."


def with_plea(count, outlet="Lund Post", first=0):
    return records(
        *[
            {
                "text": f"{story(n).partition(chr(10))[2].strip()}\n\n{PLEA}\n",
                "title": f"S {n}",
                "outlet": outlet,
                "url": f"{n}",
            }
            for n in range(first, first + count)
        ]
    )


def sentences(article):
    return [article.text[sentence.start : sentence.end] for sentence in article.sentences]


def kind_of(article, line):
    return article.block_at(article.text.index(line)).kind


def test_a_line_that_recurs_in_an_outlet_is_the_site_s(settling):
    found = settling(*with_plea(MANY))
    before = found.store.unindexed_article(found.rows["3"])
    article = found.applied("3")
    assert (kind_of(before, PLEA), kind_of(article, PLEA)) == ("prose", "furniture")
    assert sentences(article) == [sentence for sentence in sentences(before) if sentence not in PLEA]
    assert len(sentences(before)) - len(sentences(article)) == 2
    assert article.text == before.text
    assert found.settled.told(found.rows["3"]).startswith("; recurring ")


def test_a_line_of_fewer_articles_or_of_several_outlets_does_not_recur(settling):
    found = settling(*with_plea(FEW), *with_plea(FEW, outlet="Tarn Gazette", first=50))
    assert found.settled.lines == {}
    assert kind_of(found.applied("3"), PLEA) == "prose"


def test_copies_of_one_article_make_no_line_recur(settling):
    row = {"text": f"{STORM}\n\n{PLEA}", "outlet": "Lund Post"}
    found = settling(*records(*[{**row, "title": f"S {n}", "url": f"{n}"} for n in range(MANY)]))
    assert found.settled.lines == {}


def test_recurring_lines_are_found_and_forgotten_as_the_archive_changes(folder):
    def rows(count):
        return json_lines(
            *[
                {
                    "text": f"{story(n).partition(chr(10))[2].strip()}\n\n{PLEA}\n",
                    "title": f"S {n}",
                    "outlet": "Lund Post",
                }
                for n in range(count)
            ]
        )

    archive = Archive.open(folder, IndexSettings(jobs=1))

    def pleas():
        return sum("gift of ten crowns" in hit.passage.text for hit in archive.search(PLEA, k=100))

    write(folder, {"news.jsonl": rows(FEW)})
    archive.sync()
    assert pleas() == FEW
    write(folder, {"news.jsonl": rows(MANY)})
    report = archive.sync()
    # what is embedded of each has changed, and no article has
    assert (len(report.added), report.unchanged, report.changed, report.embedded) == (MANY - FEW, FEW, (), MANY)
    assert pleas() == 0
    write(folder, {"news.jsonl": rows(FEW)})
    # as it was made before, which the generation before still has
    assert archive.sync(allow_removals=True).embedded == 0
    assert pleas() == FEW


# --- stories ---------------------------------------------------------------------------------------------------

WIRE = f"{FULLER} {OTHER}"


def copies(*rows):
    return records(*[{"text": WIRE, "title": "Storm", **fields} for fields in rows])


def test_copies_are_one_story_with_the_best_first(settling):
    found = settling(
        *copies(
            {"url": "no outlet", "date": "2024-05-01"},
            {"url": "late", "outlet": "Lund Post", "date": "2024-05-03"},
            {"url": "early", "outlet": "Tarn Gazette", "date": "2024-05-02"},
            {"url": "no day", "outlet": "Vika News"},
        ),
        *records({"url": "other", "text": story(4), "outlet": "Lund Post"}),
    )
    (group,) = found.stories
    assert group[:2] == ["early", "late"]
    assert set(group[2:]) == {"no outlet", "no day"}


def test_an_article_alone_is_no_story(settling):
    assert settling(*records({"text": STORM, "url": "a"}, {"text": OTHER, "url": "b"})).stories == []


def test_an_earlier_version_is_no_copy(settling):
    found = settling(page(WIRE, name="old.md"), page(f"{WIRE} Corrected.", saved=2, name="new.md"))
    assert (found.earlier, found.stories) == ({"old.md"}, [])


def test_an_archive_without_articles_is_settled(settling):
    found = settling()
    assert (found.earlier, found.days, found.stories) == (set(), {}, [])
