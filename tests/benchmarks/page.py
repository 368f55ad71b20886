"""How quick the page is, beside gradio's bare chat: ``python -m tests.benchmarks.page ARCHIVE``.

A real Chromium opens Byline's page and, in turn with it, a bare ``gr.ChatInterface`` that echoes, each in a context of
its own (cold) and again in the same (warm), and asks. Each figure is the median of the rounds, beside that of the bare
page in the same run; seconds alone say little on a machine that others use. Reported are:

- first and largest contentful paint, and when the question can be typed, since the navigation began;
- from Enter to the first sentence (of the bare page: to the echo), by a MutationObserver in the page;
- how much the layout shifts from Enter on, with the shifts that the standard forgives because a key was just pressed;
- requests, bytes as sent and as unpacked, of the page until nothing more is loaded;
- the processor's time of the server for a page, a question, and an open page that nobody uses (Linux);
- errors on the console and requests to anything but the server, of all rounds together.

``--long 200`` asks that many questions through one page instead, and says how the server's memory grows with them and
with a quarter as many visits that are left again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from factories import chromium

from index import Archive

ROUNDS = 5
ANSWER_SECONDS = 60
IDLE_SECONDS = 10
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

_BARE = "import gradio as gr; gr.ChatInterface(lambda message, history: message, api_name=False).launch(quiet=False)"

_WATCH = """
([box, first]) => {
  const seen = (window.measured = { shift: 0, forgiven: 0 });
  const observe = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  observe("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime; });
  observe("largest-contentful-paint", (entry) => { if (!seen.asked) seen.lcp = entry.startTime; });
  observe("layout-shift", (entry) => {
    if (!seen.asked || entry.startTime < seen.asked) return;
    seen[entry.hadRecentInput ? "forgiven" : "shift"] += entry.value;
  });
  let before = 0;
  const count = () => document.querySelectorAll(first).length;
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    before = count();
    seen.asked = performance.now();
    delete seen.told;
  }, true);
  new MutationObserver(() => {
    const field = document.querySelector(box);
    if (!seen.ready && field && field.offsetParent && !field.disabled) seen.ready = performance.now();
    if (seen.asked && !seen.told && count() > before) seen.told = performance.now();
  }).observe(document, { childList: true, subtree: true, attributes: true });
}
"""


@dataclass(frozen=True)
class Site:
    """A served page: its name, address and process, and where its question and its first sentences stand."""

    name: str
    address: str
    process: int
    box: str
    first: str

    def processor(self) -> float:
        """Seconds that the processor worked for the server; 0 where the system does not say."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def memory(self) -> float:
        """Resident MB of the server; 0 where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        except OSError:
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(archive: Path) -> Iterator[tuple[Site, Site]]:
    """Byline on ``archive``, with conversations kept in a file of the run, and the bare chat."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = {**os.environ, "BYLINE_CONVERSATIONS_FILE": str(Path(scratch) / "kept.sqlite")}
        silent = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONUNBUFFERED": "1"}
        servers = [
            subprocess.Popen([sys.executable, *run], stdout=subprocess.PIPE, text=True, env=variables)
            for run, variables in ((["-m", "ui.cli", "serve", str(archive)], kept), (["-c", _BARE], silent))
        ]
        try:
            byline, bare = ((_address(server), server.pid) for server in servers)
            yield (
                Site("byline", *byline, "#byline-question textarea", ".byline-answer > p[dir], .byline-declined"),
                Site("bare", *bare, "textarea", ".bot.message"),
            )
        finally:
            for server in servers:
                server.terminate()
                server.wait(30)


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if match := re.search(r"http://[\w.:\[\]]+", line):
            return match[0] + "/"
    sys.exit("a server did not start")


@dataclass
class Visit:
    """A page that notes what it loads, what fails, and what goes elsewhere."""

    page: Page
    site: Site
    requests: int = 0
    sent: float = 0.0
    unpacked: float = 0.0
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen, before anything is loaded."""
        network = self.page.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", self._requested)
        network.on("Network.loadingFinished", self._finished)
        network.on("Network.dataReceived", self._received)
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(f"({_WATCH})({json.dumps([self.site.box, self.site.first])})")

    def _requested(self, event: dict) -> None:
        url = event["request"]["url"]
        if url.startswith(("data:", "blob:")):
            return
        self.requests += 1
        if urlsplit(url).netloc != urlsplit(self.site.address).netloc:
            self.outside.append(url)

    def _finished(self, event: dict) -> None:
        self.sent += event["encodedDataLength"]

    def _received(self, event: dict) -> None:
        self.unpacked += event["dataLength"]

    def open(self) -> dict[str, float]:
        """Load the page until nothing more comes: seconds, bytes and requests."""
        self.requests, self.sent, self.unpacked = 0, 0.0, 0.0
        worked = self.site.processor()
        self.page.goto(self.site.address)
        self.page.wait_for_function("window.measured.ready")
        loaded = -1
        while loaded != self.requests:
            loaded = self.requests
            self.page.wait_for_timeout(700)
        seen = self.page.evaluate("window.measured")
        return {
            "first contentful paint, s": seen["fcp"] / 1000,
            "largest contentful paint, s": seen.get("lcp", 0) / 1000,
            "question can be typed, s": seen["ready"] / 1000,
            "requests": self.requests,
            "sent, KB": self.sent / 1000,
            "unpacked, KB": self.unpacked / 1000,
            "server's processor for the page, s": self.site.processor() - worked,
        }

    def ask(self, question: str, settle: int = 1000) -> dict[str, float]:
        """Ask, and wait for ``settle`` ms after the first sentence: seconds to that, and what shifted."""
        worked = self.site.processor()
        self.page.fill(self.site.box, question)
        self.page.press(self.site.box, "Enter")
        self.page.wait_for_function("window.measured.told", timeout=ANSWER_SECONDS * 1000)
        self.page.wait_for_timeout(settle)
        seen = self.page.evaluate("window.measured")
        return {
            "Enter to first sentence, s": (seen["told"] - seen["asked"]) / 1000,
            "layout shift": seen["shift"],
            "layout shift, forgiven ones too": seen["shift"] + seen["forgiven"],
            "server's processor for a question, s": self.site.processor() - worked,
        }


def measure_page(archive: Path, rounds: int = ROUNDS) -> None:
    """Print each figure of the page, the bare page's, and the ratio."""
    questions = headlines(archive)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    outside: dict[str, list[str]] = defaultdict(list)
    errors: dict[str, list[str]] = defaultdict(list)
    with serving(archive) as sites, browsing() as browser:
        for round_ in range(-1, rounds):
            for site in sites:
                with browser.new_context(viewport={"width": 1280, "height": 844}) as context:
                    for state in ("cold", "warm"):
                        visit = Visit(context.new_page(), site)
                        figures = {f"{state}: {name}": value for name, value in visit.open().items()}
                        if state == "warm":
                            figures |= visit.ask(questions[round_ % len(questions)])
                            worked = site.processor()
                            visit.page.wait_for_timeout(IDLE_SECONDS * 1000 if not round_ else 0)
                            if not round_:
                                idle = (site.processor() - worked) / IDLE_SECONDS
                                figures["server's processor a second, page left open, s"] = idle
                        outside[site.name] += visit.outside
                        errors[site.name] += visit.errors
                        visit.page.close()
                        if round_ >= 0:  # the round before loads the index and fills the caches of the system
                            for name, value in figures.items():
                                found[name][site.name].append(value)
        asked = [through_api(sites[0], question) for question in questions[: rounds + 1]]
    print(f"{'median of ' + str(rounds):52}{'byline':>10}{'bare':>10}{'ratio':>8}")
    for name, of in found.items():
        ours, bare = statistics.median(of["byline"]), statistics.median(of["bare"])
        print(f"{name:52}{ours:10.3f}{bare:10.3f}{ours / bare if bare else float('nan'):8.2f}")
    print(f"{'the same questions through the API: processor, s':52}{statistics.median(asked[1:]):10.3f}")
    for name, of_site in (("requests elsewhere", outside), ("console errors", errors)):
        print(f"{name:52}{len(of_site['byline']):10}{len(of_site['bare']):10}")
        for line in sorted(set(of_site["byline"])):
            print(f"  {line}")


def through_api(site: Site, question: str) -> float:
    """Seconds of the server's processor for a question that is streamed over the API."""
    worked = site.processor()
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{site.address}api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
        response.read()
    return site.processor() - worked


def measure_long(archive: Path, count: int) -> None:
    """Print the server's memory over ``count`` questions of one page, then over visits that are left."""
    questions = headlines(archive)
    every = max(1, count // 8)
    with serving(archive) as (site, _), browsing() as browser:
        visit = Visit(browser.new_page(), site)
        visit.open()
        for number in range(count):
            figures = visit.ask(questions[number % len(questions)], settle=300)
            if number % every == 0 or number == count - 1:
                seconds, worked = figures["Enter to first sentence, s"], figures["server's processor for a question, s"]
                print(f"question {number + 1}: {site.memory():.0f} MB, first sentence {seconds:.3f} s, {worked:.2f} s")
        print(f"errors {len(visit.errors)}, requests elsewhere {len(visit.outside)}")
        visit.page.close()
        for number in range(visits := count // 4):
            visit = Visit(browser.new_page(), site)
            visit.page.goto(site.address)
            visit.page.wait_for_function("window.measured.ready")
            visit.page.fill(site.box, questions[number % len(questions)])
            visit.page.press(site.box, "Enter")
            visit.page.wait_for_function("window.measured.told", timeout=ANSWER_SECONDS * 1000)
            visit.page.close()
            if number % every == 0 or number == visits - 1:
                print(f"visit {number + 1}: {site.memory():.0f} MB")
        time.sleep(5)
        print(f"after the last visit: {site.memory():.0f} MB")


def headlines(archive: Path) -> list[str]:
    """Questions about articles of the archive."""
    refs = Archive.open(archive).articles()
    return [f"What is known about {ref.title}?" for ref in refs[:: max(1, len(refs) // 40)]]


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="a folder of articles that is indexed")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--long", type=int, metavar="N", help="ask N questions through one page instead")
    options = parser.parse_args()
    if options.long:
        measure_long(options.archive, options.long)
    else:
        measure_page(options.archive, options.rounds)


if __name__ == "__main__":
    main()
