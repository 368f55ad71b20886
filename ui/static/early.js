(() => {
  // what page.js keeps and sets again later; here it comes before anything is painted
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("byline-look")) || {};
  } catch {}
  const root = document.documentElement;
  const dark = chosen.theme === "dark" || (chosen.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.style.colorScheme = dark ? "dark" : "light";
  root.style.fontSize = { small: "87.5%", large: "125%" }[chosen.text] || "100%";
  for (const name of ["--bg", "--bg-dark"]) root.style.setProperty(name, dark ? "#0f0f11" : "white");
  const match = () => document.body.classList.contains("dark") !== dark && document.body.classList.toggle("dark", dark);
  new MutationObserver((_, seen) => {
    if (!document.body) return;
    seen.disconnect();
    match();
    // gradio sets the theme itself while it starts; from then on page.js watches
    const watch = new MutationObserver(() => (window.byline ? watch.disconnect() : match()));
    watch.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  }).observe(root, { childList: true });
})();
