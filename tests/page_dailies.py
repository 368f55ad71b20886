"""Pages of news agencies and daily papers, written after no site in particular."""

from __future__ import annotations

from html import escape

from page_parts import ALL_FACTS, PUBLISHED, UPDATED, Facts, SavedPage, every_origin, linked_data, links, names, tagged
from page_stories import Story

HEADLINES = (
    "Fishing quota cut by a fifth",
    "Why the north pays more for its bread",
    "Opera house to close for a year",
    "Man, 81, swims across the sound",
)


def wire_agency(story: Story) -> SavedPage:
    """Class names made by a machine, paragraphs that are ``div``, a dateline, credits below."""
    address = f"https://www.nordwire.example/world/{story.slug}-2024-05-16/"
    first, *rest = story.paragraphs
    first = f"{story.place}, May 16 (Nordwire) - {first}"
    paragraph = 'data-testid="paragraph-{n}" class="text__text__1FZLe text__dark-grey__3Ml43 body__full_width__ekUdw"'
    body = "\n".join(
        f"<div {paragraph.format(n=n)}>{escape(line, quote=False)}</div>" for n, line in enumerate((first, *rest))
    )
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
        "datePublished": "2024-05-16T05:42:00Z",
        "dateModified": "2024-05-16T21:05:30Z",
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": "Nordwire"},
    }
    html = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{story.headline} | Nordwire</title>
<link rel="canonical" href="{address}">
<meta property="og:site_name" content="Nordwire">
{linked_data(data)}
<style>.x9_h{{display:none}} @media print{{.text__text__1FZLe{{display:none}}}}</style></head>
<body>
<div id="onetrust-banner-sdk" class="otFlat bottom" role="alertdialog"><p>We and our 214 partners store cookies on
your device. You may accept or manage your choices by clicking below at any time.</p><button>Accept all</button></div>
<a class="skip-link__1x" href="#main-content">Skip to main content</a>
<header class="site-header__root__2cX"><nav aria-label="Main"><ul><li><a href="/world">World</a></li>
<li><a href="/markets">Markets</a></li></ul></nav><div class="x9_h">Exclusive news, data and analytics for
professionals of the financial market.</div></header>
<main id="main-content" class="layout__main__2i">
<article class="article__container__2MUeZ"><div class="article__main__33WV2">
<header class="article-header__wrapper__3kS">
<nav aria-label="Breadcrumb"><ol><li><a href="/world">World</a></li><li>Islands</li></ol></nav>
<h1 data-testid="Heading" class="text__text__1FZLe heading__heading_2__3Fcw5">{story.headline}</h1>
<div class="info-content__author-date__1Epi_"><div class="author-name__author__1gx5k">By
{" and ".join(f'<a href="/authors/x" rel="author">{name}</a>' for name in story.authors)}</div>
<time datetime="2024-05-16T05:42:00Z"><span>May 16, 2024</span><span>7:42 AM GMT+2</span>
<span>Updated 10 hours ago</span></time></div>
<div class="share-button__x"><ul><li><button>Share</button></li></ul></div></header>
<div class="primary-image__3ZKb"><figure><img src="a.jpg" alt="The quay"><figcaption data-testid="Caption">
[1/3]{story.caption}, May 16, 2024. NORDWIRE/Per Sand/File Photo <a href="/licensing">Purchase Licensing Rights</a>
</figcaption></figure></div>
<div class="article-body__content__17Yit">
{tagged("li", story.bullets)}
{body}
<div class="newsletter-signup__container__1q">The Daily Briefing newsletter provides all the news you need to start
your day. Sign up <a href="/newsletter">here.</a></div>
<p class="sign-off__text__Pk">Reporting by {names(story.authors)}; Editing by Tove Lie</p>
<p class="trust-badge__1k">Our Standards: <a href="/trust">The Nordwire Principles of Trust.</a></p>
</div>
<div class="tags__tag-container__2X"><h2>Suggested Topics:</h2>{links(("Islands", "Transport", "Public money"))}</div>
<div class="author-bio__12"><p>{story.authors[0]} is a correspondent who covers the northern counties. She joined
Nordwire in 2011 and has written two books about the sea.</p></div></div></article>
<section class="read-next__34"><h2>Read Next</h2>{links(HEADLINES)}</section></main>
<footer class="site-footer__9"><p>All quotes delayed a minimum of 15 minutes. See here for a complete list of
exchanges and delays.</p><p>© 2024 Nordwire. All rights reserved</p></footer></body></html>"""
    return SavedPage(
        html,
        (*story.bullets, first, *rest),
        (story.headline,),
        ("Exclusive news, data and analytics", "store cookies on"),
        Facts(story.headline, "Nordwire", story.authors, PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )


def broadsheet(story: Story) -> SavedPage:
    """A sidebar longer than the article, a correction below it, metadata by Open Graph alone."""
    address = f"https://www.thenorthernstandard.example/2024/05/16/{story.slug}"
    correction = "Correction: An earlier version of this article misstated how long the work had taken."
    head, tail = story.paragraphs[:3], story.paragraphs[3:]
    teasers = "".join(
        f"<li class='fc-item'><h3><a href='/o/{n}'>{line}</a></h3><p>Our columnist asks what the ministry knew, and "
        "why it took so long to say so. It is not the first time that this has happened in the north.</p></li>"
        for n, line in enumerate(HEADLINES)
    )
    html = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>{story.headline} | Islands | The Northern Standard</title>
<meta property="og:title" content="{story.headline}"><meta property="og:site_name" content="The Northern Standard">
<meta property="og:url" content="{address}"><meta property="og:type" content="article">
<meta property="article:published_time" content="2024-05-16T07:42:00+02:00">
<meta property="article:modified_time" content="2024-05-16T23:05:30+02:00">
{"".join(f'<meta name="author" content="{name}">' for name in story.authors)}
</head><body class="has-sidebar is-not-modern">
<div class="skip"><a href="#maincontent">Skip to main content</a></div>
<div class="top-banner-ad-container"><div class="ad-slot">Advertisement</div></div>
<header role="banner"><a href="/">The Northern Standard</a><p>Support independent journalism from nine crowns a month.
</p></header>
<div class="l-side-margins"><div class="content__head"><a class="kicker" href="/islands">Islands</a>
<h1 class="content__headline">{story.headline}</h1>
<div class="content__standfirst"><p>{story.standfirst}</p></div></div>
<div class="content__columns"><div class="content__main-column">
<div class="meta__byline"><p class="byline">{names(story.authors)}, islands correspondents</p>
<p class="content__dateline"><time class="content__dateline-wpd" datetime="2024-05-16T07:42:00+0200">Thu 16 May 2024
07.42 CEST</time><span class="content__dateline-lm">Last modified on Thu 16 May 2024 23.05 CEST</span></p></div>
<ul class="social social--top"><li><a href="#">Share on Facebook</a></li><li><a href="#">Share by Email</a></li></ul>
<figure class="element element-image"><img src="b.jpg"><figcaption>{story.caption}. Photograph: Nils Ek/The Northern
Standard</figcaption></figure>
<div class="content__article-body">
{tagged("p", head)}
<aside class="element element-rich-link"><p>Related: <a href="/r">How the money for the islands is spent, crown by
crown</a></p></aside>
<h2>{story.heading}</h2>
{tagged("p", tail[:2])}
<div class="ad-slot ad-slot--inline"><span>Advertisement</span></div>
<div class="element-newsletter"><p>Sign up to First Edition, our free daily newsletter. We send it every weekday
morning at seven.</p><p>Privacy Notice: Newsletters may contain information about charities and online ads.</p></div>
{tagged("p", tail[2:])}
<p><em>{correction}</em></p>
</div>
<div class="submeta"><span>Topics</span>{links(("Islands", "Councils", "News"), 'class="submeta__keywords"')}
<a href="/reuse">Reuse this content</a></div></div>
<div class="content__secondary-column"><div class="fc-container"><h2>Opinion</h2><ul>{teasers}</ul></div>
<div class="most-popular"><h2>Most viewed</h2><ol>{"".join(f"<li><a href='/m'>{x}</a></li>" for x in HEADLINES)}</ol>
</div></div></div></div>
<div class="contributions-epic"><h2>We have a small favour to ask</h2><p>Thousands of readers across the country rely
on our reporting every day, and we do not ask any of them to pay for it. If you can, please consider supporting us just
once, or better, a little every month. It takes less than a minute.</p><p>Every contribution, however big or small,
powers our journalism and sustains our future.</p><a href="/give">Continue</a></div>
<footer><p>The Northern Standard is owned by a trust, and answers to nobody else.</p></footer></body></html>"""
    return SavedPage(
        html,
        (*story.paragraphs, correction),
        (story.headline, story.standfirst, story.heading),
        (),
        Facts(
            story.headline, "The Northern Standard", story.authors, PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)
        ),
    )


def tabloid(story: Story) -> SavedPage:
    """Pictures, "READ MORE" and players between any two paragraphs, and a gallery below."""
    address = f"https://www.dailyblare.example/news/{story.slug}/8812345"
    between = (
        '<div class="mol-img-group"><img src="1.jpg"><p class="imageCaption">All smiles: they had waited for this '
        "since the autumn</p></div>",
        '<div class="related-inline"><p><strong>READ MORE: <a href="/r1">Shock as dog drives tractor into lake</a>'
        "</strong></p></div>",
        '<div class="vjs-video-container"><div class="vjs-text">Loaded: 0%</div><p>Video Player is loading.</p>'
        '<button>Play Video</button></div><p class="embed-credit">Credit: Blare TV</p>',
        '<div class="social-embed"><blockquote class="twitter-tweet"><p>Cannot believe this is happening in our town'
        '</p>&mdash; Gunnar (@gunnar_n) <a href="https://t.example/1">May 16, 2024</a></blockquote></div>',
        '<div class="also-read-block"><ul><li><a href="/r2">Weather map shows where it will snow in May</a></li>'
        '<li><a href="/r3">I tried the cheapest sauna in town and cried</a></li></ul></div>',
    )
    pieces = []
    for n, line in enumerate(story.paragraphs):
        pieces.append(
            f'<p class="mol-para-with-font"><span style="font-size:1.2em">{escape(line, quote=False)}</span></p>'
        )
        if n < len(between):
            pieces.append(between[n])
    gallery = "".join(
        f'<li class="gallery-slide"><img src="g{n}.jpg"><span class="gallery-caption">A neighbour told us that she had '
        f"never seen anything like it in forty years</span><span>{n}</span><span>Credit: Blare Pictures</span></li>"
        for n in range(1, 5)
    )
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{story.headline} | Daily Blare</title>
<link rel="canonical" href="{address}"><meta property="og:site_name" content="Daily Blare">
<meta property="og:title" content="{story.headline} - readers are in tears"></head><body>
<div class="consent-wall" style="position:fixed"><h2>We value your privacy</h2><p>Choose between reading with cookies
and a subscription without any.</p></div>
<div class="page-header"><ul class="nav-primary"><li><a href="/">Home</a></li><li><a href="/tv">Showbiz</a></li></ul>
</div>
<div id="content" class="sub"><div class="alpha" itemscope itemtype="https://schema.org/NewsArticle">
<div id="js-article-text" class="article-text wide">
<h1 itemprop="headline">{story.headline}</h1>
<ul class="mol-bullets-with-font">{tagged("li", story.bullets)}</ul>
<p class="author-section byline-plain">By <a class="author" rel="author" href="/a">{story.authors[0].upper()}</a></p>
<p class="byline-section"><span class="article-timestamp">Published: <time datetime="2024-05-16T07:42:00+0200">07:42
CEST, 16 May 2024</time></span> | <span class="article-timestamp">Updated: <time class="updated"
datetime="2024-05-16T23:05:30+0200">23:05 CEST, 16 May 2024</time></span></p>
<div class="shareArticles"><ul><li>e-mail</li><li>1.2k shares</li></ul><a href="#comments">344 View comments</a></div>
<div itemprop="articleBody">{chr(10).join(pieces)}
<p class="tipline"><em>Do you have a story? Email tips@dailyblare.example</em></p>
</div>
<div class="gallery-wrap"><h3>In pictures</h3><ul>{gallery}</ul></div></div>
<div class="column-content"><div id="reader-comments" class="comments"><h3>Comments 344</h3>
<div class="comment"><p class="comment-body">They should have sold the whole thing to me for one crown. I would have
fixed it in a week with my brother.</p><p class="user-info">Ragnar, Hammar, 5 hours ago</p></div></div></div></div>
<div class="beta"><h3>Femail today</h3>{links(HEADLINES)}<p>Advertisement</p></div></div>
<div class="debug-info" aria-hidden="true">Page rendered by node 14 in 211 ms</div>
<div style="position:absolute; left:-9999px">cheap loans and watches for everyone in the north</div>
</body></html>"""
    facts = Facts(
        f"{story.headline} - readers are in tears",
        "Daily Blare",
        (story.authors[0].upper(),),
        PUBLISHED,
        UPDATED,
        address,
        every_origin(ALL_FACTS, authors="text"),
    )
    return SavedPage(
        html,
        (*story.bullets, *story.paragraphs),
        (story.headline,),
        ("Page rendered by node", "cheap loans", "Play Video"),
        facts,
    )
