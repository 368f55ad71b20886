async () => {
  // not a form: without a referrer, a browser does not say where one comes from
  await fetch(new URL("logout", document.baseURI), { method: "POST", redirect: "manual" });
  // going back must not show the conversation again
  location.replace(location.pathname);
}
