"""Pages of a subscription blog, and of a paper that a page builder's sections hold."""

from __future__ import annotations

from html import escape

from page_parts import ALL_FACTS, PUBLISHED, UPDATED, Facts, SavedPage, every_origin, linked_data, links, tagged
from page_stories import Story

POSTS = ("Notes from a cold house", "What I got wrong in April", "The ministry answers, sort of")


def subscription_blog(story: Story) -> SavedPage:
    """Subscription boxes within the text, counts of likes, footnotes, a discussion, other posts."""
    address = f"https://nordlys.blog.example/p/{story.slug}"
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": address,
        "mainEntityOfPage": address,
        "headline": story.headline,
        "datePublished": "2024-05-16T07:42:00+02:00",
        "dateModified": "2024-05-16T23:05:30+02:00",
        "isAccessibleForFree": True,
        "author": [{"@type": "Person", "name": story.authors[0], "url": "https://blog.example/@x"}],
        "publisher": {"@type": "Organization", "name": "Nordlys"},
    }
    box = """<div class="subscription-widget-wrap-editor" data-attrs="{}">
<div class="subscription-widget show-subscribe">
<div class="preamble">
<p class="cta-caption">Nordlys is paid for by its readers. To receive new posts and support my work,
consider becoming a free or paid subscriber.</p></div><form><input type="email" placeholder="Type your email…">
<input type="submit" value="Subscribe"></form></div></div>"""
    footnote = "The report has 212 pages and no index; I read it on a train, twice."
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{story.headline} - by {story.authors[0]} - Nordlys</title><link rel="canonical" href="{address}">
{linked_data(data)}</head><body class=""><div id="entry"><div id="main" class="main typography use-theme-bg">
<div class="pencraft pc-display-flex topbar"><h1 class="pencraft"><a href="/">Nordlys</a></h1><button>Subscribe</button>
<a href="/signin">Sign in</a></div>
<div class="single-post-container"><div class="container"><div class="single-post"><article class="typography post">
<div class="post-header" role="region" aria-label="Post header"><h1 class="post-title published">{story.headline}</h1>
<h3 class="subtitle">{story.standfirst}</h3><div class="pencraft byline-wrapper"><a href="/@x">{story.authors[0]}</a>
<div>May 16, 2024</div></div><div class="post-ufi"><a class="like-button">128</a>
<a class="post-ufi-comment-button">17</a>
<a class="post-ufi-share">Share</a></div></div>
<div class="available-content"><div dir="auto" class="body markup">
{tagged("p", story.paragraphs[:2])}
{box}
{tagged("p", story.paragraphs[2:5])}
<div class="captioned-image-container"><figure><img src="i.jpg"><figcaption class="image-caption">{story.caption}.
</figcaption></figure></div>
<p class="button-wrapper"><a class="button primary" href="/share"><span>Share</span></a></p>
<div><hr></div>
{tagged("p", story.paragraphs[5:])}
<div class="footnote"><a id="footnote-1" href="#f" class="footnote-number">1</a><div class="footnote-content">
<p>{footnote}
</p></div></div></div></div>
<div class="post-footer"><div class="like-facepile">128 Likes</div></div></article></div></div>
<div class="comments-section"><h4>Discussion about this post</h4><div class="comment">
<div class="comment-meta">Tore</div>
<div class="comment-body"><p>I was there. It was colder than you make it sound, and the band was worse than that.</p>
</div>
</div></div>
<div class="portable-archive"><h4>Top</h4>{links(POSTS)}</div></div>
<div class="footer-wrap"><p>© 2024 {story.authors[0]}</p>
<p>Start your own blog. It is free, and takes two minutes.</p></div>
</div></div></body></html>"""
    return SavedPage(
        html,
        (*story.paragraphs, footnote),
        (story.headline, story.standfirst),
        (),
        Facts(story.headline, "Nordlys", story.authors[:1], PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )


def page_builder(story: Story) -> SavedPage:
    """Sections within sections of a page builder, no ``article`` and no paragraph that is named one."""
    address = f"https://fjordbladet.example/{story.slug}/"
    widget = (
        '<div class="elementor-element elementor-widget-{0}"><div class="elementor-widget-container">{1}</div></div>'
    )
    text = [
        widget.format("text-editor", tagged("p", story.paragraphs[:4])),
        widget.format(
            "image",
            f'<img src="j.jpg"><figcaption class="wp-caption-text">{story.caption}</figcaption>',
        ),
        widget.format("heading", f'<h2 class="elementor-heading-title">{story.heading}</h2>'),
        widget.format("text-editor", "<br><br>".join(escape(line, quote=False) for line in story.paragraphs[4:])),
        widget.format("icon-list", f'<ul class="elementor-icon-list-items">{tagged("li", story.bullets)}</ul>'),
        widget.format("share-buttons", '<span class="elementor-share-btn__title">Facebook</span>'),
        widget.format("call-to-action", "<h2>Fjordbladet Plus</h2><div>Read everything for nine crowns a week.</div>"),
        widget.format(
            "posts",
            "".join(
                f'<article class="post"><h3><a href="/p">{line}</a></h3><div class="elementor-post__excerpt"><p>'
                "The council has met, and this time somebody brought a cake to the meeting.</p></div></article>"
                for line in POSTS
            ),
        ),
    ]
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<title>{story.headline} &#8211; Fjordbladet</title>
<link rel="canonical" href="{address}"><meta property="og:site_name" content="Fjordbladet">
<meta property="og:title" content="{story.headline} &#8211; Fjordbladet">
<meta property="article:published_time" content="2024-05-16T05:42:00+00:00">
<meta property="article:modified_time" content="2024-05-16T21:05:30+00:00">
<meta name="author" content="{story.authors[0]}">
<meta name="twitter:label1" content="Written by"></head><body class="wp-singular post-template elementor-default">
<div class="cmplz-cookiebanner"><div class="cmplz-title">Manage Consent</div>
<div class="cmplz-message">To provide the best
experiences, we use technologies like cookies to store information about your device.</div></div>
<div data-elementor-type="header" class="elementor-location-header"><ul class="elementor-nav-menu"><li>
<a href="/">Home</a>
</li><li><a href="/k">Contact</a></li></ul></div>
<div data-elementor-type="single-post" class="elementor elementor-location-single post">
<section class="elementor-section">
<div class="elementor-container"><h1 class="elementor-heading-title">{story.headline}</h1>
<ul class="elementor-inline-items elementor-post-info"><li itemprop="author"><a href="/a">{story.authors[0]}</a></li>
<li itemprop="datePublished"><time>May 16, 2024</time></li><li>No Comments</li></ul>
{chr(10).join(text)}</div></section></div>
<div data-elementor-type="footer" class="elementor-location-footer"><div>Fjordbladet, the paper of the three fjords, is
printed on Wednesdays.</div><div>All rights reserved.</div></div></body></html>"""
    return SavedPage(
        html,
        (*story.paragraphs, *story.bullets),
        (story.headline, story.heading),
        (),
        Facts(story.headline, "Fjordbladet", story.authors[:1], PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )
