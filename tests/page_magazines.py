"""Pages of a magazine, a newsletter's archive, and a paper behind a paywall."""

from __future__ import annotations

from datetime import date
from html import escape

from page_parts import ALL_FACTS, PUBLISHED, UPDATED, Facts, SavedPage, every_origin, linked_data, links, names, tagged
from page_stories import Story

ISSUE = ("The last cartographer", "A short history of the sauna", "Who owns the fog?")


def magazine(story: Story) -> SavedPage:
    """A long read: pull quotes, a drop capital in an element of its own, footnotes in the margin, the author's life."""
    address = f"https://www.halfyearly.example/essays/{story.slug}"
    first = story.paragraphs[0]
    pull = f'<blockquote class="pullquote-large"><p>{story.quote}</p></blockquote>'
    facing = f'<div class="c-pull-quote" aria-hidden="true"><p>“{story.quote}”</p></div>'
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{story.headline} — Half Yearly</title><meta property="og:title" content="{story.headline}">
<meta property="og:site_name" content="Half Yearly"><meta property="og:url" content="{address}">
<meta property="article:published_time" content="2024-05-16T05:42:00.000Z">
<meta property="article:modified_time" content="2024-05-16T21:05:30.000Z"></head>
<body class="essay"><div class="site-nav" role="navigation"><a href="/">Half Yearly</a><a href="/essays">Essays</a>
</div>
<div class="hero"><div class="rubric">Letter from the North</div><h1>{story.headline}</h1>
<p class="dek">{story.standfirst}.
</p><div class="contributors">By <span itemprop="author" itemscope><a href="/c/1">
<span itemprop="name">{story.authors[0]}
</span></a></span></div><div class="art">Illustration by Malin Ros; animation by Studio Åtta</div></div>
<div class="layout-grid"><div class="column body-copy">
<p class="opening"><span class="dropcap">{first[0]}</span>{escape(first[1:], quote=False)}</p>
{tagged("p", story.paragraphs[1:3])}
{pull}
{tagged("p", story.paragraphs[3:6])}
<p class="section-break">* * *</p>
{facing}
<p>{escape(story.paragraphs[6], quote=False)}</p>
<div class="callout-subscribe"><p>Subscribers read the whole of the magazine on paper, twice a year, with a map.</p>
</div>
<p>{escape(story.paragraphs[7], quote=False)} <span class="end-mark">♦</span></p>
</div><div class="column margin"><div class="audio-player"><p>Listen to this essay, read by the author</p>
<span>0:00 / 38:12</span></div></div></div>
<div class="contributor-bio"><p>
<a href="/c/1">{story.authors[0]}</a> is a staff writer. Her new book, about lighthouses,
will come out in the autumn.</p></div>
<div class="print-note"><p>Published in the print edition of the spring 2024 issue, with the headline “Low Water.”</p>
</div><div class="more-essays"><h2>More from this issue</h2>{links(ISSUE)}</div>
<div class="footer-links"><p>© 2024 Half Yearly. The material on this site may not be reproduced, distributed or kept
except with the written permission of its editors.</p></div></body></html>"""
    body = (*story.paragraphs[:7], f"{story.paragraphs[7]} ♦")
    return SavedPage(
        html,
        body,
        (story.headline, f"{story.standfirst}.", "* * *"),
        (f"“{story.quote}”",),
        Facts(
            story.headline,
            "Half Yearly",
            story.authors[:1],
            PUBLISHED,
            UPDATED,
            address,
            every_origin(ALL_FACTS, authors="text"),
        ),
    )


def newsletter_archive(story: Story) -> SavedPage:
    """A mail kept as a page: tables within tables, hidden preview text, the article among other things."""
    row = '<tr><td class="mcnTextContent" style="padding:9px 18px; font-size:16px" valign="top">{}</td></tr>'
    rows = "\n".join(row.format(tagged("p", [line])) for line in story.paragraphs)
    html = f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>{story.headline}</title><meta property="og:title" content="{story.headline}" />
<meta property="og:site_name" content="Thursday Tide" />
<style type="text/css">.preheader{{display:none !important}} #templatePreheader{{padding:0}}</style></head>
<body><div id="awesomewrap"><ul id="awesomebar"><li><a href="/sub">Subscribe</a></li><li><a href="/past">Past Issues</a>
</li><li><a href="/rss">RSS</a></li></ul></div>
<span class="mcnPreviewText" style="display:none; font-size:0px; line-height:0px; max-height:0px; opacity:0;
visibility:hidden; mso-hide:all;">This week: what everybody on the coast is talking about, in four minutes.</span>
<center><table border="0" cellpadding="0" cellspacing="0" width="100%" id="bodyTable"><tr><td align="center">
<table width="600" class="templateContainer"><tr><td id="templatePreheader"><table><tr><td class="mcnTextContent"
style="text-align:center"><a href="/browser">View this email in your browser</a></td></tr></table></td></tr>
<tr><td id="templateHeader"><table><tr><td class="mcnImageContent"><img alt="" src="logo.png" width="564" /></td></tr>
<tr><td class="mcnTextContent" style="text-align:center">Thursday Tide, every week by the sea</td></tr>
</table></td></tr>
<tr><td id="templateBody"><table width="100%"><tr><td class="mcnTextContent"><h1>{story.headline}</h1>
<p>By {story.authors[0]}<br />16 May 2024</p></td></tr>
{rows}
<tr><td class="mcnDividerBlock" style="border-top:2px solid #eee"><span></span></td></tr>
<tr><td class="mcnTextContent"><h3>Elsewhere</h3>{links(ISSUE)}</td></tr>
<tr><td class="mcnButtonContent"><a href="/gift">Give a friend three months for nothing</a></td></tr></table></td></tr>
<tr><td id="templateFooter"><table><tr><td class="mcnFollowContent"><a href="/f">Facebook</a> <a href="/i">Instagram</a>
</td></tr><tr><td class="mcnTextContent"><em>Copyright © 2024 Thursday Tide, All rights reserved.</em><br /><br />
<strong>Our mailing address is:</strong><br />Pier 4, Vika<br /><br />Want to change how you receive these emails?<br />
You can <a href="/p">update your preferences</a> or <a href="/u">unsubscribe from this list</a>.</td></tr></table></td>
</tr></table></td></tr></table></center></body></html>"""
    facts = Facts(
        story.headline,
        "Thursday Tide",
        story.authors[:1],
        date(2024, 5, 16),
        None,
        "",
        every_origin(("title", "outlet"), authors="text", published="text"),
    )
    return SavedPage(html, story.paragraphs, (story.headline, "Elsewhere"), ("This week: what everybody",), facts)


def paywall(story: Story) -> SavedPage:
    """The whole article under a notice that asks for money; a page saved so keeps it inert and hidden from readers."""
    teasers = "".join(
        f'<article class="teaser"><h3><a href="/t">{line}</a></h3><p>What it means for the north, and who has to '
        "pay for it in the end.</p></article>"
        for line in ISSUE
    )
    address = f"https://www.morgenkurier.example/politik/{story.slug}-id8812.html"
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "isAccessibleForFree": False,
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywalled"},
        "datePublished": "2024-05-16T07:42:00+02:00",
        "dateModified": "2024-05-16T23:05:30+02:00",
        "author": [
            {"@type": "Person", "name": name, "url": "https://www.morgenkurier.example/a"} for name in story.authors
        ],
        "publisher": {"@type": "Organization", "name": "Morgenkurier", "logo": {"@type": "ImageObject"}},
        "url": address,
    }
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{story.headline} | Morgenkurier</title><link rel="canonical" href="{address}">{linked_data(data)}</head>
<body class="modal-open"><div id="app" aria-hidden="true">
<header class="mk-header"><a href="/">Morgenkurier</a><a href="/abo">Subscribe from 1 crown</a></header>
<main class="mk-main"><article class="mk-article mk-article--plus"><div class="css-1kp8b5y">
<span class="css-9x1ab">Subscribers only</span><h1 class="css-0">{story.headline}</h1>
<p class="css-lead">{story.standfirst}.</p>
<div class="css-meta1"><span>By {names(story.authors)}</span><span>16.05.2024, 07:42</span><span>4 min read</span></div>
</div><div class="css-tools"><button>Save</button><button>Give this article</button></div>
<div class="css-body">{tagged("p", story.paragraphs[:2], 'class="css-p"')}
<section class="paywalled">{tagged("p", story.paragraphs[2:], 'class="css-p"')}</section></div>
<div class="css-gate regwall"><h3>Read on with a subscription</h3><p>You have read your three free articles of this
month. Subscribe now to read this one and everything else.</p><ul><li>First month for one crown</li><li>Cancel at any
time, by letter or by telephone</li></ul><a href="/abo">See all offers</a></div></article>
<section class="css-more"><h2>More on this subject</h2>
{teasers}
</section></main><footer><a href="/imprint">Imprint</a><a href="/privacy">Privacy</a></footer></div>
<div class="modal" role="dialog" aria-modal="true"><h2>Welcome back</h2><p>Your subscription ended on Sunday. Renew it
now and keep all your saved articles.</p></div></body></html>"""
    return SavedPage(
        html,
        story.paragraphs,
        (story.headline, f"{story.standfirst}."),
        ("Welcome back",),
        Facts(story.headline, "Morgenkurier", story.authors, PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )
