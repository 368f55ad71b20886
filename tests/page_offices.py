"""Pages of a government's press office, a paper of the 1990s laid out by tables, and a broadcaster's explainer."""

from __future__ import annotations

from datetime import date
from html import escape

from page_parts import ALL_FACTS, PUBLISHED, UPDATED, Facts, SavedPage, every_origin, linked_data, links, names, tagged
from page_stories import Story


def press_release(story: Story) -> SavedPage:
    """No JSON-LD, Dublin Core metadata, a contact block, numbered notes to editors, a feedback form below."""
    address = f"https://www.county.example/news/{story.slug}"
    notes = (
        "The county has 61 islands with people on them, and 240 without.",
        "Figures are rounded to the nearest thousand crowns.",
    )
    html = f"""<!DOCTYPE html><html lang="en" class="govuk-template"><head><meta charset="utf-8">
<title>{story.headline} - County of Ask</title><link rel="canonical" href="{address}">
<meta name="DC.title" content="{story.headline}"><meta name="DC.publisher" content="County of Ask">
<meta name="DC.date.issued" content="2024-05-16T07:42:00+02:00">
<meta name="DCTERMS.modified" content="2024-05-16T23:05:30+02:00"></head><body class="govuk-template__body">
<div class="gem-c-cookie-banner" data-nosnippet role="region" aria-label="Cookies"><h2>Cookies on this site</h2>
<p>We use some essential cookies to make this website work.</p><p>We would like to set additional cookies to understand
how you use it.</p><button>Accept additional cookies</button></div>
<a class="govuk-skip-link" href="#content">Skip to main content</a>
<header class="gem-c-layout-super-navigation-header"><a href="/">County of Ask</a><ul><li><a href="/b">Benefits</a></li>
<li><a href="/t">Births, deaths and care</a></li></ul></header>
<div id="wrapper"><div class="gem-c-breadcrumbs"><ol><li><a href="/">Home</a></li><li><a href="/tr">Transport</a></li>
</ol>
</div><div role="main" id="content"><div class="gem-c-title"><span>Press release</span><h1>{story.headline}</h1></div>
<p class="gem-c-lead-paragraph">{story.standfirst}.</p>
<dl class="gem-c-metadata"><dt>From:</dt><dd><a href="/o">Office of the Governor</a></dd><dt>Published</dt>
<dd>16 May 2024</dd><dt>Last updated</dt><dd>16 May 2024 — <a href="#history">See all updates</a></dd></dl>
<div class="gem-c-govspeak govuk-govspeak">
{tagged("p", story.paragraphs[:4])}
<h2 id="facts">{story.heading}</h2>
<ul>{tagged("li", story.bullets)}</ul>
{tagged("p", story.paragraphs[4:])}
<h2 id="notes">Notes to editors</h2><ol>{tagged("li", notes)}</ol>
<div class="contact"><h2>Press enquiries</h2>
<p>Office of the Governor<br>Telephone 0118 000 118<br>Out of hours 0118 000
119</p></div></div>
<div class="gem-c-share-links"><h2>Share this page</h2><ul><li><a href="#">Share on Facebook (opens in new tab)</a></li>
</ul></div><div class="app-c-published-dates" id="history">Published 16 May 2024<br>Last updated 16 May 2024</div></div>
<div class="govuk-grid-column-one-third"><div class="gem-c-related-navigation"><h2>Related content</h2>
{links(("Grants for piers", "Winter timetable", "How the county spends its money"))}</div></div></div>
<div class="gem-c-feedback"><h2>Is this page useful?</h2><form><label>Help us improve this site</label><input></form>
<p>Do not include personal or financial information, such as your national insurance number or the details of your
credit card.</p></div>
<footer class="govuk-footer"><p>All content is available under the open licence of the county, except where otherwise
stated.</p></footer></body></html>"""
    origins = {name: "page metadata" for name in ALL_FACTS if name != "authors"}
    return SavedPage(
        html,
        (*story.paragraphs[:4], *story.bullets, *story.paragraphs[4:], *notes),
        (story.headline, f"{story.standfirst}.", story.heading, "Notes to editors"),
        (),
        Facts(story.headline, "County of Ask", (), PUBLISHED, UPDATED, address, origins),
    )


def table_layout(story: Story) -> SavedPage:
    """Upper-case tags that nobody closed, fonts, paragraphs parted by two line breaks, the day of the visit on top."""
    body = "<BR><BR>\n".join(escape(line, quote=False) for line in story.paragraphs)
    menu = "<BR>".join(f'<A HREF="{word}.html"><FONT SIZE=1>{word}</FONT></A>' for word in ("Home", "Sport", "Weather"))
    html = f"""<HTML><HEAD><TITLE>The Elvra Gazette: {story.headline}</TITLE></HEAD>
<BODY BGCOLOR=#FFFFFF LINK=#003399><CENTER><TABLE WIDTH=760 BORDER=0 CELLPADDING=0><TR><TD COLSPAN=3>
<A HREF="/ads/1"><IMG SRC="banner.gif" WIDTH=468 HEIGHT=60></A><BR>
<FONT SIZE=1>Monday, June 3, 2024 |
Click here to visit our sponsors</FONT></TD>
<TR><TD WIDTH=120 VALIGN=TOP BGCOLOR=#DDDDDD><FONT FACE="Arial">{menu}<BR><BR><FONT SIZE=1>Search the Gazette</FONT>
</FONT>
<TD WIDTH=10><IMG SRC="spacer.gif"><TD WIDTH=630 VALIGN=TOP><FONT FACE="Times New Roman" SIZE=5>
<B>{story.headline}</B></FONT>
<P><FONT SIZE=2><I>by {names(story.authors)}</I><BR>Thursday, May 16, 2024</FONT>
<P><TABLE ALIGN=RIGHT WIDTH=180><TR><TD><IMG SRC="photo.jpg"><BR><FONT SIZE=1>{story.caption} (Gazette photo)</FONT>
</TABLE>
<FONT FACE="Times New Roman">{body}<BR><BR></FONT>
<HR><FONT SIZE=1><A HREF="mailto:editor@gazette.example">Write to the editor</A> | <A HREF="print.cgi">Printer-friendly
version</A> | <A HREF="/">Back to the front page</A></FONT>
<P><FONT SIZE=1>Copyright 2024 The Elvra Gazette. Best viewed at 800x600.</FONT></TABLE></CENTER>"""
    return SavedPage(
        html,
        story.paragraphs,
        (story.headline,),
        (),
        Facts(
            story.headline,
            "The Elvra Gazette",
            story.authors,
            date(2024, 5, 16),
            None,
            "",
            every_origin(("title", "authors", "published"), "text", outlet="page metadata"),
        ),
    )


def explainer(story: Story) -> SavedPage:
    """Questions and answers in ``div`` with no telling names, boxes of links between, a table of figures."""
    address = f"https://www.rikskanal.example/explained/{story.slug}"
    figures = (("Year", "Crowns"), ("2022", "1,204,000"), ("2023", "1,310,500"))
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in figures)
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "ReportageNewsArticle",
                "url": address,
                "headline": story.headline,
                "datePublished": "2024-05-16T05:42:00.000Z",
                "dateModified": "2024-05-16T21:05:30.000Z",
                "author": [{"@type": "Person", "name": name} for name in story.authors],
                "publisher": {"@type": "NewsMediaOrganization", "name": "Rikskanal"},
            }
        ],
    }

    def text(lines: tuple[str, ...]) -> str:
        inner = tagged("p", lines, 'class="sc-9a00e533-0 hxuGS"')
        return f'<div data-component="text-block" class="sc-18fde0d6-0 dlWCEZ">{inner}</div>'

    html = f"""<!DOCTYPE html><html lang="en-GB"><head><meta charSet="utf-8"/><title>{story.headline}</title>
<link rel="canonical" href="{address}"/>{linked_data(data)}</head><body><div id="__next"><div class="sc-a1 root">
<div class="sc-c1 top"><span>Rikskanal</span><a href="/news">News</a><a href="/play">Play</a></div>
<div class="sc-b1"><div data-component="headline-block" class="sc-18fde0d6-0"><h1 class="sc-518485e5-0">{story.headline}
</h1></div><div data-component="byline-block" class="sc-18fde0d6-0"><time>12 hours ago</time><div>
<span>{names(story.authors)}
</span><span>Reporting from {story.place.title()}</span></div></div>
<figure><div data-component="image-block"><span>Rikskanal</span></div>
<figcaption class="sc-1a">{story.caption}</figcaption>
</figure>{text(story.paragraphs[:3])}
<div data-component="subheadline-block" class="sc-18fde0d6-0"><h2 class="sc-518">{story.heading}</h2></div>
{text(story.paragraphs[3:5])}
<div data-component="links-block" class="sc-18fde0d6-0">
<p>More on this story</p>{links(("What the islands voted", "The year in maps"))}
</div><table class="sc-t1">{table}</table>
<div data-component="subheadline-block" class="sc-18fde0d6-0"><h2 class="sc-518">{story.second_heading}</h2></div>
{text(story.paragraphs[5:])}
<div data-component="topic-list" class="sc-18fde0d6-0"><a href="/t/1">Islands</a><a href="/t/2">Council spending</a>
</div>
<div data-component="edinburgh-section" class="sc-e1"><h2>Watch</h2><div><a href="/v/1">
<h2>Inside the smallest cinema in
the country</h2><p>It has eleven seats, one of them reserved for the owner’s dog, and it is sold out until August.</p>
</a>
</div></div></div><div class="sc-f1"><p>The Rikskanal is not responsible for the content of external sites.</p></div>
</div></div></body></html>"""
    rows = tuple(" | ".join(row) for row in figures)
    return SavedPage(
        html,
        (*story.paragraphs[:5], *rows, *story.paragraphs[5:]),
        (story.headline, story.heading, story.second_heading),
        (),
        Facts(story.headline, "Rikskanal", story.authors, PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )
