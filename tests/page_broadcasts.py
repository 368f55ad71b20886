"""Pages of a broadcaster's live blog, a local paper on WordPress, and a phone page (AMP)."""

from __future__ import annotations

from html import escape

from page_parts import ALL_FACTS, PUBLISHED, UPDATED, Facts, SavedPage, every_origin, linked_data, links, names, tagged
from page_stories import Story

OTHER_NEWS = (
    "Storm warning lifted on the coast",
    "Bakery fined for mice in the flour",
    "Two held after chase through the tunnel",
    "Museum buys back its own stolen clock",
)


def live_blog(story: Story) -> SavedPage:
    """Posts under clock times, with summaries that link to them, and tweets between; a list of its posts in JSON-LD."""
    address = f"https://www.channelfive.example/news/live/{story.slug}"
    posts = "".join(
        f"""<article class="ssrcss-post" id="post-{n}"><header>
<time datetime="2024-05-16T{clock}:00+02:00">{clock}</time>
<h3 class="post__title">{title}</h3></header><div class="post__body">{tagged("p", lines)}</div>
<div class="post__share"><button>Share post</button><a href="#post-{n}">Copy link</a></div></article>
<hr class="post__rule">"""
        for n, (clock, title, lines) in enumerate(story.posts)
    )
    data = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": story.headline,
        "url": address,
        "datePublished": "2024-05-16T07:42:00+02:00",
        "dateModified": "2024-05-16T23:05:30+02:00",
        "author": {"@type": "Person", "name": story.authors[0]},
        "publisher": {"@type": "Organization", "name": "Channel Five News"},
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": title, "datePublished": f"2024-05-16T{clock}:00+02:00"}
            for clock, title, _ in story.posts
        ],
    }
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{story.headline} - live updates - Channel Five News</title><link rel="canonical" href="{address}">
{linked_data(data)}</head><body>
<div id="cookiePrompt" role="region" aria-label="cookie banner"><p>Let us know you agree to cookies. We use cookies to
give you the best online experience.</p><button>Yes, I agree</button></div>
<header class="global-navigation"><a href="/">Channel Five</a><ul><li><a href="/news">News</a></li>
<li><a href="/sport">Sport</a></li></ul></header>
<main id="main-content"><div class="live-header"><span class="live-badge">LIVE</span><h1>{story.headline}</h1>
<p class="live-header__byline">Edited by {story.authors[0]}</p><p>14,203 viewing this page</p></div>
<section class="summary"><h2>Summary</h2><ul>{tagged("li", story.bullets)}</ul></section>
<div class="jumplinks"><h2>Jump to</h2>{links(title for _, title, _ in story.posts)}</div>
<section class="live-blog" aria-label="Live reporting"><h2>Live Reporting</h2>
{posts}
<div class="pagination"><a href="?page=2">Next</a><span>page 1 of 3</span></div></section>
<div class="contact-box"><h2>Get involved</h2><p>Send your pictures to yourpics@channelfive.example, and please leave
a number if you are willing to speak to a reporter.</p></div></main>
<aside class="related-content"><h2>Related content</h2>{links(OTHER_NEWS)}</aside>
<footer role="contentinfo"><p>Copyright © 2024 Channel Five. We are not responsible for the content of external
sites.</p></footer></body></html>"""
    lines = [line for _, _, post in story.posts for line in post]
    return SavedPage(
        html,
        (*story.bullets, *lines),
        (story.headline, "Summary", "Live Reporting", *(title for _, title, _ in story.posts)),
        (),
        Facts(
            story.headline,
            "Channel Five News",
            story.authors[:1],
            PUBLISHED,
            UPDATED,
            address,
            every_origin(ALL_FACTS),
        ),
    )


def wordpress(story: Story) -> SavedPage:
    """A stock theme with its plugins: share buttons, related posts, a life of the author, comments, widgets."""
    address = f"https://hammarposten.example/2024/05/16/{story.slug}/"
    comments = "".join(
        f"""<li id="comment-{n}" class="comment even thread-even depth-1"><article class="comment-body">
<footer class="comment-meta"><b class="fn">{who}</b> <span class="says">says:</span>
<time datetime="2024-05-17T1{n}:00:00+02:00">May 17, 2024 at 1{n}:00 am</time></footer>
<div class="comment-content"><p>{text}</p></div><div class="reply"><a href="#">Reply</a></div></article></li>"""
        for n, (who, text) in enumerate(
            (
                (
                    "Gunnar",
                    "About time. My grandmother waited for this longer than any of you, and she is ninety-three.",
                ),
                (
                    "Bodil A.",
                    "Nobody asks what it costs those of us who live inland and pay for it all the same, year after "
                    "year, without a word of thanks from the council or from anybody else in this county.",
                ),
                ("Hansemann", "Good article, but the name of the bay is misspelt. It was always written with one s."),
            )
        )
    )
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": "https://hammarposten.example/#website", "name": "Hammarposten"},
            {"@type": "Organization", "@id": "https://hammarposten.example/#org", "name": "Hammarposten"},
            {"@type": "WebPage", "@id": address, "url": address, "name": f"{story.headline} - Hammarposten"},
            {
                "@type": "Article",
                "@id": f"{address}#article",
                "headline": story.headline,
                "datePublished": "2024-05-16T05:42:00+00:00",
                "dateModified": "2024-05-16T21:05:30+00:00",
                "mainEntityOfPage": {"@id": address},
                "author": {"@id": "https://hammarposten.example/#/schema/person/1"},
                "publisher": {"@id": "https://hammarposten.example/#org"},
            },
            {
                "@type": "Person",
                "@id": "https://hammarposten.example/#/schema/person/1",
                "name": story.authors[0],
            },
        ],
    }
    body = tagged("p", story.paragraphs[:5])
    rest = tagged("p", story.paragraphs[5:])
    html = f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8" /><title>{story.headline} - Hammarposten</title>
<link rel="canonical" href="{address}" /><meta property="og:site_name" content="Hammarposten" />
{linked_data(data)}
<style id="wp-block-library-inline-css">.screen-reader-text{{position:absolute;clip:rect(1px,1px,1px,1px)}}
#wp-stats-smiley{{display: none}}</style></head>
<body class="post-template-default single single-post postid-8812 single-format-standard logged-out has-sidebar">
<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<div id="page" class="site"><header id="masthead" class="site-header"><p class="site-title"><a href="/">Hammarposten</a>
</p><p class="site-description">News from Hammar and around it since 1911.</p></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main">
<article id="post-8812" class="post-8812 post type-post status-publish format-standard has-post-thumbnail hentry
category-local-news tag-council">
<header class="entry-header"><span class="cat-links"><a href="/c">Local News</a></span>
<h1 class="entry-title">{story.headline}</h1><div class="entry-meta"><span class="posted-on">Posted on
<a href="{address}">
<time class="entry-date published" datetime="2024-05-16T07:42:00+02:00">May 16, 2024</time><time class="updated"
datetime="2024-05-16T23:05:30+02:00">May 16, 2024</time></a></span><span class="byline"> by <span class="author vcard">
<a class="url fn n" href="/author/1">{story.authors[0]}</a></span></span></div></header>
<div class="post-thumbnail"><img src="c.jpg">
<span class="wp-caption-text">{story.caption} (Photo: Eva Falk)</span></div>
<div class="entry-content">
<p class="has-drop-cap">{escape(story.paragraphs[0], quote=False)}</p>
{body.partition(chr(10))[2]}
<h3 class="wp-block-heading">{story.second_heading}</h3>
<figure class="wp-block-image"><img src="d.jpg">
<figcaption class="wp-element-caption">The town hall</figcaption></figure>
<div class="code-block code-block-4"><p>- Advertisement -</p></div>
<ul class="wp-block-list">{tagged("li", story.bullets)}</ul>
{rest}
<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="#">Click to share on
Facebook (Opens in new window)</a></li><li><a href="#">Click to print (Opens in new window)</a></li></ul></div>
<div class="sharedaddy jetpack-likes-widget-wrapper"><h3>Like this:</h3><span>Loading...</span></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3><em>Related</em></h3>{links(OTHER_NEWS[:3])}</div>
<div class="mc4wp-form newsletter-box"><p>Enjoyed this story? Get the five most important ones in your mailbox every
Friday at noon.</p></div></div>
<footer class="entry-footer"><span class="tags-links">Tagged <a href="/t/1">council</a>, <a href="/t/2">money</a></span>
</footer>
<div class="author-box saboxplugin-wrap"><h4>{story.authors[0]}</h4><div class="saboxplugin-desc"><p>{story.authors[0]}
has lived in Hammar all her life and writes about its council, its schools and its weather.</p></div></div></article>
<nav class="navigation post-navigation"><a href="/prev">Previous: Choir sings for the last time</a></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">3 thoughts on “{story.headline}”</h2>
<ol class="comment-list">{comments}</ol><div id="respond" class="comment-respond"><h3>Leave a Reply</h3>
<form><p>Your email address will not be published. Required fields are marked *</p></form></div></div></main></div>
<div id="secondary" class="widget-area"><section class="widget widget_recent_entries"><h2>Recent Posts</h2>
{links(OTHER_NEWS)}</section><section class="widget widget_text"><h2>About us</h2><div class="textwidget"><p>
Hammarposten is written by four people above the old dairy. Come in for coffee on Thursdays, and bring your news.</p>
</div></section>
</div></div></div><div id="wp-stats-smiley">tracking pixel of the statistics plugin</div></body></html>"""
    return SavedPage(
        html,
        (*story.paragraphs[:5], *story.bullets, *story.paragraphs[5:]),
        (story.headline, story.second_heading),
        ("Skip to content", "tracking pixel"),
        Facts(story.headline, "Hammarposten", story.authors[:1], PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )


def amp(story: Story) -> SavedPage:
    """A phone page: elements of AMP's own, the address of the full page as the canonical one."""
    address = f"https://www.kustradion.example/a/{story.slug}"
    data = [
        {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []},
        {
            "@context": "http://schema.org",
            "@type": ["NewsArticle"],
            "headline": story.headline,
            "datePublished": "2024-05-16T07:42:00+02:00",
            "dateModified": "2024-05-16T23:05:30+02:00",
            "author": list(story.authors),
            "publisher": {"@type": "Organization", "name": "Kustradion"},
        },
    ]
    head, tail = story.paragraphs[:4], story.paragraphs[4:]
    html = f"""<!doctype html><html ⚡ lang="en"><head><meta charset="utf-8"><title>{story.headline}</title>
<link rel="canonical" href="{address}"><style amp-boilerplate>body{{visibility:hidden}}</style>
<noscript><style amp-boilerplate>body{{animation:none}}</style></noscript>{linked_data(data)}</head><body>
<amp-sidebar id="sidebar" layout="nodisplay" side="left"><ul><li><a href="/">Start</a></li><li><a href="/l">Listen</a>
</li></ul></amp-sidebar>
<amp-consent layout="nodisplay"><div id="consent-ui"><p>We and our partners keep information on your phone to measure
what you read.</p></div></amp-consent>
<header class="amp-wp-header"><a href="/">Kustradion</a></header>
<article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{story.headline}</h1>
<div class="amp-wp-meta amp-wp-byline"><span>{names(story.authors)}</span></div>
<div class="amp-wp-meta amp-wp-posted-on"><time datetime="2024-05-16T05:42:00+00:00">1 year ago</time></div></header>
<figure class="amp-wp-article-featured-image"><amp-img src="e.jpg"></amp-img><p class="wp-caption-text">{story.caption}.
</p></figure>
<div class="amp-wp-article-content">
{tagged("p", head)}
<amp-ad width="300" height="250" type="x"><div placeholder>Loading ad</div></amp-ad>
<amp-embed type="taboola"><p>You may like: this trick of a pensioner is hated by banks.</p></amp-embed>
<amp-accordion><section><h4>{story.heading}</h4><div>{tagged("p", tail[:1])}</div></section></amp-accordion>
{tagged("p", tail[1:])}
<amp-social-share type="system"></amp-social-share>
<p><a href="{address}#listen">Listen to the whole report</a></p></div>
<footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-category">Categories: <a href="/n">News</a>
</div><div class="amp-wp-meta amp-wp-comments-link"><a href="{address}#comments">Leave a Comment</a></div></footer>
</article><footer class="amp-wp-footer"><p>Made by the radio of the coast. Broadcasting licence no. 118.</p>
<a href="#top">Back to top</a></footer></body></html>"""
    return SavedPage(
        html,
        story.paragraphs,
        (story.headline, story.heading),
        ("We and our partners", "visibility:hidden"),
        Facts(story.headline, "Kustradion", story.authors, PUBLISHED, UPDATED, address, every_origin(ALL_FACTS)),
    )
