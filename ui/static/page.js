// What the page does in the browser itself: clicks that the server is told of, the card of a mark, what screen readers
// hear, the look that a visitor chose. Nothing is loaded from, or sent to, anywhere but the server.
window.byline = (() => {
  const triggers = {};
  const SETTINGS = "byline-look";
  const narrow = matchMedia("(max-width: 700px)");
  let origin = null;
  let row = null;

  const send = (to, data) => triggers[to] && triggers[to]("select", data);

  // --- clicks ---

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.('a[href^="#source-"]');
    if (mark) {
      const [, key, number] = mark.getAttribute("href").match(/^#source-([0-9a-f]+)-(\d+)$/) || [];
      event.preventDefault();
      event.stopPropagation();
      hideCard();
      origin = mark;
      send("panel", { key, number: Number(number) });
      return;
    }
    const copying = event.target.closest?.("[data-copy]");
    if (copying) return void copy(copying);
    const told = event.target.closest?.("[data-to]");
    if (told) {
      const { to, ...data } = told.dataset;
      event.preventDefault();
      if (to === "reader" && !("low" in data)) row = told;
      send(to, data);
      return;
    }
    if (event.target.closest?.("[data-back]")) backToRow();
    if (event.target.closest?.(".byline-skip")) {
      event.preventDefault();
      document.querySelector("#byline-tabs [role=tab]")?.click();
      document.querySelector("#byline-question textarea")?.focus();
    }
  }, true);

  // to the row of the table that an article was opened from
  function backToRow() {
    const again = row && document.querySelector(`#byline-table [data-article="${CSS.escape(row.dataset.article)}"]`);
    again?.focus();
    again?.scrollIntoView({ block: "center" });
  }

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // without https the clipboard is reached in the old way alone
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const label = button.textContent;
    if (label === "Copied") return;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => (button.textContent = label), 1600);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (!card().hidden) return hideCard();
      const close = document.querySelector("#byline-panel [data-close]");
      if (event.target.closest?.("#byline-reader")) backToRow();
      else if (close?.checkVisibility()) close.click();
      return;
    }
    const turn = { ArrowRight: "Next source", ArrowLeft: "Previous source" }[event.key];
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (turn && plain && event.target.closest?.("#byline-panel")) {
      document.querySelector(`#byline-panel [aria-label="${turn}"]:enabled`)?.click();
      return event.preventDefault();
    }
    const column = event.target.closest?.(".byline-histogram button");
    const next = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    const other = column && next && column[next];
    if (other) {
      column.tabIndex = -1;
      other.tabIndex = 0;
      other.focus();
      event.preventDefault();
    }
  });

  // --- the panel ---

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  let reading = false;

  // after each change of the panel: to the quoted words, or back to the mark that it was opened from
  function shown(element) {
    const article = element.querySelector(".byline-reader");
    cover();
    if (!article) {
      if (reading && origin?.isConnected) origin.focus({ preventScroll: true });
      reading = false;
      return;
    }
    const mark = article.querySelector(".byline-current");
    article.querySelector("h2")?.focus({ preventScroll: true });
    const box = element.closest("#byline-panel");
    if (!box) return void article.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
    reading = true;
    if (mark && box.scrollHeight > box.clientHeight + 1) {
      const at = mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
      box.scrollTo({ top: at - box.clientHeight / 3, behavior: calm() ? "auto" : "smooth" });
    } else {
      mark?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    }
  }

  // on a narrow page an article covers the rest, which is then out of the keyboard's way too
  function cover() {
    const covered = narrow.matches && Boolean(document.querySelector("#byline-panel .byline-bar")?.checkVisibility());
    const rest = ".byline-skip, .byline-title, .tab-wrapper, #byline-conversations, #byline-columns > :not(#byline-beside)";
    for (const part of document.querySelectorAll(rest)) part.inert = covered;
  }
  narrow.addEventListener("change", cover);

  // --- the card of a mark ---

  function card() {
    let found = document.getElementById("byline-card");
    if (!found) {
      found = Object.assign(document.createElement("div"), { id: "byline-card", hidden: true });
      found.setAttribute("role", "tooltip");
      found.addEventListener("mouseleave", hideCard);
      (document.querySelector("main") || document.body).append(found);
    }
    return found;
  }

  function showCard(mark) {
    const told = mark.nextElementSibling;
    if (!told?.classList.contains("byline-card")) return;
    const box = card();
    box.replaceChildren(...[...told.childNodes].map((node) => node.cloneNode(true)));
    box.hidden = false;
    mark.setAttribute("aria-describedby", "byline-card");
    const at = mark.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8));
    const below = at.bottom + box.offsetHeight + 2 < innerHeight;
    box.style.left = `${left}px`;
    box.style.top = `${below ? at.bottom + 1 : Math.max(8, at.top - box.offsetHeight - 1)}px`;
  }

  function hideCard() {
    card().hidden = true;
  }

  const onMark = (event) => event.target.closest?.(".byline-mark");
  document.addEventListener("mouseover", (event) => {
    const mark = onMark(event);
    if (mark) showCard(mark);
    else if (!event.target.closest?.("#byline-card")) hideCard();
  });
  const finger = matchMedia("(pointer: coarse)");
  let writing = false;
  document.addEventListener("focusin", (event) => (writing = Boolean(event.target.closest?.("#byline-question")) && !finger.matches));
  document.addEventListener("pointerdown", (event) => (writing &&= Boolean(event.target.closest?.("#byline-question"))));
  document.addEventListener("focusin", (event) => (onMark(event) ? showCard(onMark(event)) : hideCard()));
  document.addEventListener("scroll", (event) => event.target !== card() && hideCard(), true);

  // --- what screen readers hear: sentences, each once ---

  function live() {
    let found = document.getElementById("byline-live");
    if (!found) {
      found = Object.assign(document.createElement("div"), { id: "byline-live" });
      found.setAttribute("aria-live", "polite");
      document.body.append(found);
    }
    return found;
  }

  const say = (text) => {
    const line = Object.assign(document.createElement("p"), { textContent: text });
    live().append(line);
    while (live().childElementCount > 12) live().firstElementChild.remove();
  };

  let said = new Set();
  let answer = 0;

  const name = (element, attribute, value) => {
    if (element && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  };

  // gradio calls a message by its markup, and its examples a list without items; its sanitizer takes the names of links
  function mend() {
    name(document.querySelector("#byline-chat [role=log]"), "aria-live", "off");
    const examples = document.querySelector("#byline-chat .examples");
    name(examples, "role", "group");
    name(examples, "aria-label", "Questions to begin with");
    for (const said of document.querySelectorAll("#byline-chat [data-testid=bot][aria-label]")) said.removeAttribute("aria-label");
    for (const mark of document.querySelectorAll(".byline-mark:not([aria-label])")) {
      mark.setAttribute("aria-label", `source ${mark.textContent.replace(/\D/g, "")}`);
    }
    const field = document.querySelector("#byline-question textarea");
    if (field && !field.placeholder) field.placeholder = "Ask about the articles …";
    // gradio turns the field off while it answers, and forgets who was writing in it
    if (writing && field && !field.disabled && document.activeElement === document.body) field.focus();
  }

  function listen() {
    mend();
    const answers = document.querySelectorAll(".byline-answer, .byline-fault");
    if (answers.length !== answer) {
      said = new Set();
      if (answers.length < answer) return void (answer = answers.length);
      answer = answers.length;
    }
    const last = answers[answers.length - 1];
    if (!last || !answer) return;
    for (const part of last.matches(".byline-fault") ? [last] : last.querySelectorAll(":scope > p:not(.byline-step)")) {
      const copy = part.cloneNode(true);
      copy.querySelectorAll(".byline-card, .byline-mark").forEach((one) => one.remove());
      const text = copy.textContent.trim();
      if (text && !said.has(text)) {
        said.add(text);
        say(text);
      }
    }
  }

  // --- the look that a visitor chose ---

  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(SETTINGS)) || {};
    } catch {
      return {};
    }
  };
  const system = matchMedia("(prefers-color-scheme: dark)");

  function look(change) {
    const chosen = { ...stored(), ...change };
    if (change) {
      try {
        localStorage.setItem(SETTINGS, JSON.stringify(chosen));
      } catch {}
    }
    const dark = chosen.theme === "dark" || (chosen.theme !== "light" && system.matches);
    if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    document.documentElement.style.fontSize = { small: "87.5%", large: "125%" }[chosen.text] || "100%";
  }
  system.addEventListener("change", () => look());

  function begin() {
    // gradio's manifest lies at the root of the host, and browsers ask for it without the login
    document.querySelector('link[rel="manifest"]')?.remove();
    look();
    live();
    // gradio sets the theme itself while it starts
    new MutationObserver(() => look()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    let due = 0;
    new MutationObserver(() => {
      if (!due) due = setTimeout(() => ((due = 0), listen()), 150);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();

  return {
    connect(name, element, trigger, watch) {
      triggers[name] = trigger;
      if (name === "panel" || name === "reader") watch("value", () => shown(element));
    },
    look,
    stored,
  };
})();
