"""Questions asked one by one: what is kept, what is gone on with, and what the figures and losses say."""

import json
import random
import re
import shutil
from dataclasses import replace
from datetime import date

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

from assistant import (
    Assistant,
    AssistantSettings,
    Case,
    CasesUnreadable,
    Evaluation,
    Prediction,
    PredictionsRefused,
    Quoted,
    Result,
    Retrieved,
    evaluate,
)
from assistant.predictions import SYNCING
from index import IndexSettings

CASES = [
    Case("cost", "How much did the work in the harbour of Lund cost?", ("2.4 million",), ("2.4 million", "3 million")),
    Case("vote", "Who called the vote a surprise?", ("Mina Karlsson",), gold_urls=("https://ostra.example/school",)),
    Case("mill", "What destroyed the paper mill of Tarn?", ("fire",), ("fire", "flood"), asked_on=date(2026, 2, 3)),
    Case("owner", "Who owned the old paper mill of Tarn?"),
    Case("nile", "How long is the Nile?", ("6,650",), answerable=False),
]


class CountingAssistant(Assistant):
    """An assistant that notes what it is asked."""

    def ask(self, question, *arguments, **named):
        self.__dict__.setdefault("asked", []).append(question)
        return super().ask(question, *arguments, **named)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """An archive with its index; not to be changed."""
    folder = tmp_path_factory.mktemp("evaluation") / "news"
    texts = {"lund.example/harbour": HARBOUR, "tarn.example/mill": MILL, "ostra.example/school": SCHOOL}
    texts |= {f"vika.example/{number}": story(number) for number in range(30)}
    rows = [{"url": f"https://{url}", "text": text, "published": "2026-02-01"} for url, text in texts.items()]
    write(folder, {"news.jsonl": json_lines(*rows)})
    Assistant.open(folder, sync=True)
    return folder


@pytest.fixture
def asking(indexed):
    return CountingAssistant.open(indexed)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


# --- asking and keeping ----------------------------------------------------------------------------------------------


def test_predictions_are_in_newsbench_s_form_with_twenty_passages_and_quotes_that_stand_where_they_are_said_to(
    asking, tmp_path
):
    evaluation = evaluate(asking, CASES, tmp_path / "p.jsonl")
    rows = lines(tmp_path / "p.jsonl")
    articles = {article.url: asking.archive.article(article.id) for article in asking.archive.articles()}
    assert [row["id"] for row in rows] == [case.id for case in CASES]
    for row in rows:
        assert {"id", "answer", "abstained", "citations", "passages"} <= row.keys()
        assert len(row["passages"]) == 20
        assert len({passage["text"] for passage in row["passages"]}) == 20
        for citation in row["citations"]:
            assert articles[citation["url"]].text[citation["start"] : citation["end"]] == citation["quote"]
        assert row["abstained"] == (row["answer"] == "") == (row["citations"] == [])
        assert row["seconds"] > 0
    assert [row["abstained"] for row in rows] == [False, False, False, False, True]
    assert "[1]" not in rows[0]["answer"]
    assert rows[2]["asked_on"] == "2026-02-03"
    assert rows[4]["reason"]
    assert evaluation.figures["right"] == evaluation.figures["verbatim"] == evaluation.figures["declined_rightly"] == 1
    assert evaluation.figures["gold@1"] == 1
    assert sum(lost.count for lost in evaluation.losses.values()) == 0


def test_the_passages_that_the_answer_was_read_from_come_first(asking):
    (result,) = evaluate(asking, CASES[:1]).results
    nearest = asking.ask(CASES[0].question).nearest
    assert len(nearest) == 10
    assert [passage.text for passage in result.prediction.passages[:10]] == [hit.passage.text for hit in nearest]


def test_a_run_that_was_stopped_goes_on_where_it_stopped(asking, tmp_path):
    path = tmp_path / "p.jsonl"
    told = []

    def stop(step, done, total):
        told.append((step, done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(asking, CASES, path, progress=stop)
    assert told == [("asking", 0, 5), ("asking", 1, 5), ("asking", 2, 5)]
    kept = path.read_bytes()
    assert [row["id"] for row in lines(path)] == ["cost", "vote"]
    # as if the process had been killed while it wrote the third
    path.write_bytes(kept + kept.splitlines()[1][:200])

    asking.asked.clear()
    told.clear()
    evaluation = evaluate(asking, CASES, path, progress=lambda *step: told.append(step))
    assert told[0] == ("asking", 2, 5)
    assert told[-1] == ("asking", 5, 5)
    assert set(asking.asked) == {case.question for case in CASES[2:]}
    assert path.read_bytes().startswith(kept)
    assert [row["id"] for row in lines(path)] == [case.id for case in CASES]
    assert [result.prediction.id for result in evaluation.results] == [case.id for case in CASES]

    asking.asked.clear()
    again = evaluate(asking, CASES, path)
    assert asking.asked == []
    assert again.figures == evaluation.figures


def test_what_was_made_with_other_settings_or_another_index_or_wording_is_not_gone_on_with(indexed, tmp_path):
    path = tmp_path / "p.jsonl"
    folder = shutil.copytree(indexed, tmp_path / "news")
    evaluate(Assistant.open(folder), CASES[:1], path)
    before = path.read_bytes()

    with pytest.raises(PredictionsRefused, match="statements was 3, and is 1"):
        evaluate(Assistant.open(folder, settings=AssistantSettings(statements=1)), CASES, path)
    with pytest.raises(PredictionsRefused, match=r"another wording .*'cost'"):
        evaluate(Assistant.open(folder), [replace(CASES[0], question="What did it cost?")], path)
    with pytest.raises(PredictionsRefused, match=r"another wording or day .*'cost'"):
        evaluate(Assistant.open(folder), [replace(CASES[0], asked_on=date(2026, 1, 1))], path)
    (folder / "more.txt").write_text(story(99))
    Assistant.open(folder, sync=True)
    with pytest.raises(PredictionsRefused, match="indexed anew"):
        evaluate(Assistant.open(folder), CASES, path)
    assert path.read_bytes() == before


def test_an_archive_that_is_indexed_anew_meanwhile_ends_the_run(indexed, tmp_path):
    folder = shutil.copytree(indexed, tmp_path / "news")
    path = tmp_path / "p.jsonl"

    def meddle(_, done, __):
        if done == 1:
            (folder / "more.txt").write_text(story(99))
            Assistant.open(folder, sync=True)

    with pytest.raises(PredictionsRefused, match="indexed anew while"):
        evaluate(Assistant.open(folder), CASES, path, progress=meddle)
    assert [row["id"] for row in lines(path)] == ["cost"]


def test_settings_of_reading_files_do_not_hinder_going_on(indexed, tmp_path):
    evaluate(Assistant.open(indexed), CASES[:1], tmp_path / "p.jsonl")
    other = CountingAssistant.open(indexed, IndexSettings(jobs=1, embedder="fast"))
    evaluate(other, CASES[:1], tmp_path / "p.jsonl")
    assert "asked" not in other.__dict__
    assert set(IndexSettings.model_fields) >= SYNCING


@pytest.mark.parametrize(
    "content", ["{}\n", '{"id": "cost", "question": "Why?"}', "A letter", "a\nb\n", '{"made_with": 1}\n']
)
def test_a_file_that_holds_something_else_is_refused_and_left_as_it_is(asking, tmp_path, content):
    (tmp_path / "own").write_text(content)
    with pytest.raises(PredictionsRefused, match="own"):
        evaluate(asking, CASES, tmp_path / "own")
    assert (tmp_path / "own").read_text() == content


def test_questions_that_cannot_be_asked_are_told_of_before_any_is(asking, tmp_path):
    for cases, part in (
        ([], "no question"),
        ([CASES[0], CASES[0]], "'cost'"),
        ([*CASES, Case("long", "x" * 10_001)], "'long'"),
    ):
        with pytest.raises(CasesUnreadable, match=part):
            evaluate(asking, cases, tmp_path / "p.jsonl")
    assert not (tmp_path / "p.jsonl").exists()


def test_a_quote_that_does_not_stand_where_it_is_said_to_is_counted(asking, tmp_path):
    path = tmp_path / "p.jsonl"
    evaluate(asking, CASES[:2], path)
    first, second = lines(path)
    first["citations"][0]["start"] += 1
    path.write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    evaluation = evaluate(asking, CASES[:2], path)
    assert [result.verbatim[0] for result in evaluation.results] == [False, True]
    assert evaluation.figures["verbatim"] < 1


# --- figures and losses ----------------------------------------------------------------------------------------------


def passage(text, url="https://a.example/1"):
    return Retrieved(url, text, "0" * 16, "A title", "a.example", "2026-02-01")


def result(case, answer="", passages=(), quotes=(), confidence=None, seconds=0.1, exact=True):
    cited = tuple(Quoted("https://a.example/1", quote, 0, len(quote), "0" * 16, "A title") for quote in quotes)
    found = tuple(p if isinstance(p, Retrieved) else passage(p) for p in passages)
    made = Prediction({}, case.id, case.question, None, answer, not answer, "", confidence, seconds, cited, found)
    return Result(case, made, (exact,) * len(cited))


def newsbench(results):
    """The figures as newsbench defines them, worked out plainly from the predictions."""

    def flat(text):
        return (
            " "
            + re.sub(
                r"\s+", " ", "".join(c if c in "abcdefghijklmnopqrstuvwxyz0123456789" else " " for c in text.lower())
            ).strip()
            + " "
        )

    def says(text, wordings):
        return {wording for wording in wordings if flat(wording) in flat(text)}

    def mean(values):
        values = list(values)
        return round(sum(values) / len(values), 4) if values else None

    asked = [(r.case, r.prediction) for r in results if r.case.answerable]
    not_there = [r.prediction for r in results if not r.case.answerable]

    def reached(case, made, k):
        return any(says(p.text, case.answers) for p in made.passages[:k])

    def good(case, made):
        said = says(made.answer, case.choices)
        return not made.abstained and len(said) > 0 and said <= set(case.answers)

    figures = {f"recall@{k}": mean(reached(c, m, k) for c, m in asked) for k in (1, 5, 10, 20)}
    for k in (1, 5, 10):
        figures[f"gold@{k}"] = mean(any(p.url in c.gold_urls for p in m.passages[:k]) for c, m in asked if c.gold_urls)
    figures["right"] = mean(good(c, m) for c, m in asked)
    figures["cited"] = mean(any(says(q.quote, c.answers) for q in m.citations) for c, m in asked if good(c, m))
    figures["verbatim"] = mean(exact for r in results for exact in r.verbatim)
    figures["declined_wrongly"] = mean(m.abstained for c, m in asked if reached(c, m, 5))
    figures["declined_rightly"] = mean(m.abstained for m in not_there)
    return figures


WORDS = [
    "“Squid” ferry!",
    "ferry",
    "Å",
    "2.4 million",
    "2,4  MILLION",
    "Ida-Holm",
    "ida holm",
    "holm",
    "U.S.",
    "us",
    "",
    "u s 2",
]


@pytest.mark.parametrize("seed", range(40))
def test_the_figures_are_newsbench_s(seed):
    chance = random.Random(seed)

    def text(most):
        return " ".join(chance.choices(WORDS, k=chance.randint(0, most)))

    results = []
    for number in range(chance.randint(0, 25)):
        choices = tuple(chance.sample(WORDS, 4))
        gold = (f"https://a.example/{chance.randint(1, 9)}",) if chance.random() < 0.5 else ()
        case = Case(f"{number}", "Why?", choices[: chance.randint(1, 2)], choices, gold, None, chance.random() < 0.7)
        results.append(
            result(
                case,
                text(3),
                [passage(text(2), f"https://a.example/{chance.randint(1, 30)}") for _ in range(chance.randint(0, 20))],
                [text(2) for _ in range(chance.randint(0, 3))],
                exact=chance.random() < 0.8,
            )
        )
    assert Evaluation(tuple(results), {}).figures == newsbench(results)


HOLM = Case("h", "Who sailed?", ("Ida Holm",), ("Ida Holm", "Olof Brandt"), ("https://vika.example/ferry",))
FAR = ["nothing"] * 5
GOLD = passage("nothing", "https://vika.example/ferry")


@pytest.mark.parametrize(
    ("expected", "made"),
    [
        (None, result(HOLM, "It was Ida Holm.", ["Ida Holm sailed."])),
        ("article not retrieved", result(HOLM, "", FAR)),
        ("article not retrieved", result(HOLM, "It was Olof Brandt.", FAR)),
        ("answer in no passage", result(HOLM, "", [*FAR, GOLD])),
        ("answer in no passage", result(replace(HOLM, gold_urls=()), "", FAR)),
        ("passage not among the first", result(HOLM, "", [*FAR, "Ida Holm sailed."])),
        ("wrongly declined", result(HOLM, "", ["Ida Holm sailed."])),
        ("sentence not chosen", result(HOLM, "Somebody did.", ["Ida Holm sailed."])),
        ("sentence not chosen", result(HOLM, "It was Olof Brandt.", ["Ida Holm sailed."])),
        ("rival named as well", result(HOLM, "Ida Holm told Olof Brandt.", FAR)),
        ("answered, not declined", result(replace(HOLM, answerable=False), "It was Olof Brandt.")),
        (None, result(replace(HOLM, answerable=False), "")),
        (None, result(Case("open", "Who sailed?"), "Somebody did.", FAR)),
        ("article not retrieved", result(Case("open", "Who sailed?", gold_urls=HOLM.gold_urls), "Somebody did.", FAR)),
        (None, result(Case("open", "Who sailed?", gold_urls=HOLM.gold_urls), "Somebody did.", [GOLD])),
        # without choices it is only known what is right
        (None, result(replace(HOLM, choices=()), "Ida Holm told Olof Brandt.", FAR)),
    ],
)
def test_a_loss_lies_where_the_way_from_question_to_answer_went_wrong_first(expected, made):
    assert made.loss == expected
    losses = Evaluation((made, made, result(HOLM, "Ida Holm.", ["Ida Holm."])), {}).losses
    assert {loss: lost.count for loss, lost in losses.items() if lost.count} == ({expected: 2} if expected else {})
    if expected and made.case.answerable:
        assert losses[expected].share == pytest.approx(2 / 3)
    for loss in losses:
        assert Evaluation.meaning(loss)


def test_times_are_those_within_which_so_many_were_answered():
    evaluation = Evaluation(tuple(result(HOLM, seconds=number / 10) for number in range(1, 21)), {})
    assert (evaluation.seconds(0.5), evaluation.seconds(0.95), evaluation.seconds(1)) == (1.0, 1.9, 2.0)
    assert Evaluation((result(HOLM, seconds=3.0),), {}).seconds(0.95) == 3.0


def test_the_trade_off_tells_what_each_threshold_would_decline():
    within = ["Ida Holm sailed."]
    results = [
        result(HOLM, "Ida Holm.", within, confidence=0.9),
        result(HOLM, "", within, confidence=0.4),
        result(HOLM, "", FAR, confidence=0.1),  # no answer in reach: declining it is not wrong
        result(replace(HOLM, answerable=False), "", confidence=0.2),
        result(replace(HOLM, answerable=False), "Olof Brandt.", confidence=0.5),
    ]
    points = Evaluation(tuple(results), {}).trade_off
    assert [(point.declined_wrongly, point.declined_rightly) for point in points] == [
        (0.0, 0.0),
        (0.0, 0.5),
        (0.5, 0.5),
        (0.5, 1.0),
        (1.0, 1.0),
    ]
    assert [point.threshold for point in points[:4]] == [0.2, 0.4, 0.5, 0.9]
    assert Evaluation((*results, result(HOLM, "", within)), {}).trade_off == []
    assert Evaluation(tuple(results[:3]), {}).trade_off == []
