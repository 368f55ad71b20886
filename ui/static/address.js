() => new URLSearchParams(location.search).get("conversation") || ""

(id) => {
  const shown = new URLSearchParams(location.search).get("conversation") || "";
  if (id !== shown) history.replaceState(null, "", id ? "?conversation=" + encodeURIComponent(id) : location.pathname);
}

() => {
  const anchor = location.hash;
  if (!anchor.startsWith("#answer-")) return;
  // the browser looked for it before it was there; after the chat has scrolled to its end, let it look again
  const find = (left) => {
    if (!document.getElementById(anchor.slice(1))) return left && setTimeout(() => find(left - 1), 100);
    setTimeout(() => {
      history.replaceState(null, "", location.pathname + location.search);
      location.hash = anchor;
    }, 500);
  };
  find(30);
}
