() => new URLSearchParams(location.search).get("conversation") || ""

(id) => {
  const shown = new URLSearchParams(location.search).get("conversation") || "";
  const address = id ? "?conversation=" + encodeURIComponent(id) : location.pathname;
  if (id !== shown) history.replaceState(history.state, "", address);
}

() => {
  // the page has a base address, from which a link to a place on it would lead away from this conversation
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    location.hash = link.getAttribute("href");
  });
  const anchor = location.hash;
  if (!anchor.startsWith("#answer-")) return;
  // the browser looked for it before it was there; after the chat has scrolled to its end, let it look again
  const find = (left) => {
    if (!document.getElementById(anchor.slice(1))) return left && setTimeout(() => find(left - 1), 100);
    setTimeout(() => {
      history.replaceState(history.state, "", location.pathname + location.search);
      location.hash = anchor;
    }, 500);
  };
  find(30);
}
