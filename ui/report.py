"""An evaluation for people: in the terminal, as JSON, and as a page that stands by itself. All text is escaped here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from importlib.resources import files
from string import Template

from assistant import Evaluation, Quoted, Result, Retrieved
from ui.plots import Curve, bars, curves
from ui.render import count, plain, web_address

SHOWN = 5
"""Passages shown of each question; the first that names the right answer or is of the right article besides."""

DEPTH = 20
"""Passages that the curve of retrieval reaches over."""

ALLOWED = (0.05, 0.12, 0.2)
"""Shares wrongly declined for which the best threshold is told."""

APART = 0.06
"""How far from one another, along either axis, thresholds are marked on the curve."""

_GOOD, _OPEN = ("right", "rightly declined"), "not scored"
_WORD = re.compile("[a-z0-9]+")


def evaluation_text(evaluation: Evaluation) -> str:
    """Figures and losses for the terminal."""
    lines = [_counts(evaluation), ""]
    for name, value in evaluation.figures.items():
        if value is not None:
            lines.append(f"{name:17} {value:.3f}  {evaluation.meaning(name)}")
    lines.append(f"{'time':17} {_time(evaluation)}")
    lost = [(name, loss) for name, loss in evaluation.losses.items() if loss.count]
    if lost:
        lines += ["", "Where the losses lie"]
        lines += [f"{loss.count:5}  {loss.share:.3f}  {name}: {evaluation.meaning(name)}" for name, loss in lost]
    return "\n".join(lines)


def evaluation_json(evaluation: Evaluation) -> dict[str, object]:
    """Figures and losses with the questions of each, as JSON."""
    return {
        "questions": len(evaluation.results),
        "scored": len(evaluation.scored),
        "unanswerable": len(evaluation.unanswerable),
        "figures": evaluation.figures,
        "seconds": {"p50": evaluation.seconds(0.5), "p95": evaluation.seconds(0.95)},
        "losses": {
            name: {
                "count": loss.count,
                "share": round(loss.share, 4),
                "ids": [result.case.id for result in evaluation.results if result.loss == name],
            }
            for name, loss in evaluation.losses.items()
        },
        "made_with": dict(evaluation.made_with),
    }


def report_html(evaluation: Evaluation, archive: str, made: date) -> str:
    """A page with the figures, plots, and every question to be read and chosen by what became of it.

    It loads nothing and runs no script.

    Args:
        evaluation: what is shown.
        archive: what the archive is called.
        made: the day of the evaluation.
    """
    template = Template((files("ui") / "static" / "report.html").read_text(encoding="utf-8"))
    counted = Counter(outcome(result) for result in evaluation.results)
    outcomes = [name for name in (*_GOOD, *evaluation.losses, _OPEN) if counted[name]]
    return template.substitute(
        about=_text(f"{archive} · {made.isoformat()} · {_counts(evaluation)}"),
        figures="\n".join(_figure_rows(evaluation)),
        plots="\n".join(_plots(evaluation)),
        made_with="\n".join(
            f"<tr><th>{_text(name)}</th><td>{_text(str(value))}</td></tr>"
            for name, value in evaluation.made_with.items()
        ),
        filters="\n".join(
            f"#chosen-{at}:checked ~ .cases .case:not(.outcome-{at}) {{ display: none; }}"
            for at, _ in enumerate(outcomes)
        ),
        choices="".join(
            f'<input class="choice" type="radio" name="chosen" id="chosen-{at}"{" checked" if at == "all" else ""}>'
            f'<label for="chosen-{at}">{_text(name)} {number:,}</label>'
            for at, name, number in (
                ("all", "all", len(evaluation.results)),
                *((at, name, counted[name]) for at, name in enumerate(outcomes)),
            )
        ),
        cases="\n".join(_case_html(result, outcomes.index(outcome(result))) for result in evaluation.results),
    )


def outcome(result: Result) -> str:
    """What became of a question, in two or three words: its loss, or that there is none."""
    if result.loss:
        return result.loss
    if not result.case.answerable:
        return "rightly declined"
    return "right" if result.is_scored else _OPEN


def _counts(evaluation: Evaluation) -> str:
    scored, unanswerable = len(evaluation.scored), len(evaluation.unanswerable)
    rest = len(evaluation.results) - scored - unanswerable
    parts = ((scored, "with a known answer"), (unanswerable, "to be declined"), (rest, "without either"))
    told = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    return f"{count(len(evaluation.results), 'question')}: {told}"


def _time(evaluation: Evaluation) -> str:
    middle, high = (f"{evaluation.seconds(share) * 1000:,.0f} ms" for share in (0.5, 0.95))
    return f"{middle} for half of the questions, {high} for 95 of 100, at most"


def _figure_rows(evaluation: Evaluation) -> Iterator[str]:
    for name, value in evaluation.figures.items():
        shown = "–" if value is None else f"{value:.3f}"
        yield f'<tr><th>{name}</th><td class="value">{shown}</td><td>{_text(evaluation.meaning(name))}</td></tr>'
    yield f'<tr><th>time</th><td class="value"></td><td>{_text(_time(evaluation))}</td></tr>'


def _plots(evaluation: Evaluation) -> Iterator[str]:
    depths = range(1, DEPTH + 1)
    found = [
        Curve(name, [(k, share) for k in depths if (share := share_of(k)) is not None])
        for name, share_of in (
            ("right answer named in a passage", evaluation.recall),
            ("passage of the known article", evaluation.gold),
        )
    ]
    if any(curve.points for curve in found):
        plot = curves(
            "Share of questions over passages",
            "first passages",
            "share of questions",
            found,
            x_ticks=(1, 5, 10, 15, 20),
        )
        yield _figure("Retrieval", plot, [curve.name for curve in found if curve.points])
    lost = [(name, loss) for name, loss in evaluation.losses.items() if loss.count]
    if lost:
        rows = [(name, loss.count, f"{loss.count:,} ({loss.share:.1%})") for name, loss in lost]
        yield _figure("Where the losses lie", bars("Questions lost, by the first step that went wrong", rows))
    if evaluation.trade_off:
        yield _trade_off(evaluation)


def _trade_off(evaluation: Evaluation) -> str:
    points = evaluation.trade_off
    marked: list[tuple[float, float, str]] = []
    for threshold, wrongly, rightly in points:
        if not marked or max(wrongly - marked[-1][0], rightly - marked[-1][1]) >= APART:
            marked.append((wrongly, rightly, f"below {threshold:.3f}: {rightly:.3f} rightly, {wrongly:.3f} wrongly"))
    drawn = [Curve("by threshold", [(point.declined_wrongly, point.declined_rightly) for point in points], marked)]
    now = (evaluation.figures["declined_wrongly"], evaluation.figures["declined_rightly"])
    names = ["declined below a threshold of confidence"]
    if now[0] is not None and now[1] is not None:
        drawn.append(Curve("as it was", [(now[0], now[1])], [(now[0], now[1], "as these questions were declined")]))
        names.append("as these questions were declined")
    plot = curves(
        "Rightly declined over wrongly declined, by threshold",
        "declined wrongly",
        "declined rightly",
        drawn,
        x_ticks=(0, 0.25, 0.5, 0.75, 1),
        stepped=True,
    )
    rows = ""
    for allowed in ALLOWED:
        best = max(
            (point for point in points if point.declined_wrongly <= allowed),
            key=lambda point: (point.declined_rightly, -point.threshold),
            default=None,
        )
        if best:
            rows += (
                f'<tr><td class="value">{allowed:.2f}</td><td class="value">{best.threshold:.3f}</td>'
                f'<td class="value">{best.declined_rightly:.3f}</td></tr>'
            )
    table = (
        "<table><thead><tr><th>wrongly, at most</th><th>below confidence</th><th>rightly</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    return _figure("Declining", plot, names, table, legend_class="legend line-and-dot")


def _figure(title: str, plot: str, legend: Sequence[str] = (), more: str = "", *, legend_class: str = "legend") -> str:
    names = "".join(f"<li>{_text(name)}</li>" for name in legend)
    return (
        f'<figure><figcaption>{_text(title)}</figcaption>{plot}<ul class="{legend_class}">{names}</ul>{more}</figure>'
    )


def _case_html(result: Result, at: int) -> str:
    case, prediction = result.case, result.prediction
    became = outcome(result)
    kind = " good" if became in _GOOD else " open" if became == _OPEN else ""
    asked = f" · asked on {case.asked_on.isoformat()}" if case.asked_on else ""
    wrong = [choice for choice in case.choices if choice not in case.answers]
    answer = _named_html(prediction.answer, case.answers, wrong) if prediction.answer else "declined"
    reason = f'<p class="quiet">{_text(prediction.reason)}</p>' if prediction.reason else ""
    sure = f" · confidence {prediction.confidence:.2f}" if prediction.confidence is not None else ""
    quotes = "".join(
        _quote_html(quoted, exact, case.answers, wrong)
        for quoted, exact in zip(prediction.citations, result.verbatim, strict=True)
    )
    return (
        f'<details class="case outcome-{at}"><summary><span class="outcome{kind}">{_text(became)}</span>'
        f'{_text(case.question)}<span class="id">{_text(case.id)}</span></summary><div class="body">'
        f"<h3>Answer</h3><p>{answer}</p>{reason}"
        f'<p class="facts">{prediction.seconds * 1000:,.0f} ms{sure}{asked}</p>{quotes}'
        f"<h3>Expected</h3>{_expected_html(result, wrong)}"
        f'<h3>Passages</h3><ol class="passages">{"".join(_passages_html(result, wrong))}</ol></div></details>'
    )


def _quote_html(quoted: Quoted, exact: bool, answers: Sequence[str], wrong: Sequence[str]) -> str:
    where = f"characters {quoted.start}–{quoted.end}" + ("" if exact else " · does not stand there in the article")
    return (
        f"<blockquote>{_named_html(quoted.quote, answers, wrong)}"
        f'<p class="facts">{_link(quoted.url, quoted.title)} · {where}</p></blockquote>'
    )


def _expected_html(result: Result, wrong: Sequence[str]) -> str:
    case = result.case
    parts = []
    if not case.answerable:
        parts.append("<p>to be declined</p>")
    if case.answers:
        parts.append(f"<p>{' or '.join(f'<mark>{_text(answer)}</mark>' for answer in case.answers)}</p>")
    if wrong:
        parts.append(f'<p class="quiet">not {", ".join(_text(choice) for choice in wrong)}</p>')
    parts += [f'<p class="facts">{_link(url, url)}</p>' for url in case.gold_urls]
    return "".join(parts) or '<p class="quiet">nothing is known</p>'


def _passages_html(result: Result, wrong: Sequence[str]) -> Iterator[str]:
    passages = result.prediction.passages
    shown = {*range(1, min(SHOWN, len(passages)) + 1), *filter(None, (result.answer_rank, result.gold_rank))}
    for rank in sorted(shown):
        yield _passage_html(rank, passages[rank - 1], result, wrong)
    if not passages:
        yield '<li class="quiet">none</li>'


def _passage_html(rank: int, passage: Retrieved, result: Result, wrong: Sequence[str]) -> str:
    notes = [passage.outlet, passage.published, "known to answer" if passage.url in result.case.gold_urls else ""]
    facts = "".join(f" · {_text(note)}" for note in notes if note)
    return (
        f'<li><p class="facts">{rank}. {_link(passage.url, passage.title)}{facts}</p>'
        f"<p>{_named_html(passage.text, result.case.answers, wrong)}</p></li>"
    )


def _link(url: str, name: str) -> str:
    address = web_address(url)
    if not address:
        return _text(name)
    return f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">{_text(name)}</a>'


def _named_html(text: str, answers: Sequence[str], wrong: Sequence[str]) -> str:
    """``text`` with the right and the wrong answers that it names marked."""
    text = plain(text)
    spans = sorted(
        [*((*span, "") for span in _found(text, answers)), *((*span, "wrong") for span in _found(text, wrong))],
        key=lambda span: (span[0], -span[1]),
    )
    html, at = "", 0
    for start, end, kind in spans:
        if start >= at:  # of names within names the longer one is marked
            sign = f' class="{kind}"' if kind else ""
            html += f"{escape(text[at:start])}<mark{sign}>{escape(text[start:end])}</mark>"
            at = end
    return html + escape(text[at:])


def _found(text: str, wordings: Iterable[str]) -> Iterator[tuple[int, int]]:
    for wording in wordings:
        parts = _WORD.findall(wording.lower())
        if parts:
            pattern = rf"(?<![a-z0-9]){'[^a-z0-9]+'.join(parts)}(?![a-z0-9])"
            yield from (match.span() for match in re.finditer(pattern, text, re.IGNORECASE))


def _text(text: str) -> str:
    return escape(plain(text), quote=True)
