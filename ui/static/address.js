() => new URLSearchParams(location.search).get("conversation") || ""

(id) => {
  const shown = new URLSearchParams(location.search).get("conversation") || "";
  if (id !== shown) history.replaceState(null, "", id ? "?conversation=" + encodeURIComponent(id) : location.pathname);
}

() => {
  const find = (left) => {
    const answer = location.hash.startsWith("#answer-") && document.getElementById(location.hash.slice(1));
    if (answer) answer.scrollIntoView({ block: "start" });
    else if (left) setTimeout(() => find(left - 1), 100);
  };
  find(20);
}
