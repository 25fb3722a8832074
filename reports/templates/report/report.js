"use strict";
(() => {
  const form = document.getElementById("filter");
  const matches = document.getElementById("matches");
  const rules = Array.from(document.querySelectorAll("details.rule"));
  const fields = ["q", "status", "severity", "basis"];
  const prefix = "#filter?";
  const opened = new Set();
  let index = null;

  // Text is read from the page once, at the first search: 10,000 findings cost nothing until somebody looks for one.
  const build = () => rules.map((rule) => ({
    rule,
    head: (rule.querySelector("summary").textContent + " " + rule.querySelector(".why").textContent).toLowerCase(),
    tables: Array.from(rule.querySelectorAll("details.checked")),
    rows: Array.from(rule.querySelectorAll("[data-f]"), (row) => ({ row, tokens: row.dataset.f.split(" "), text: row.textContent.toLowerCase() })),
  }));

  const wanted = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value.trim()]));

  const keep = (entry, item, query, tokens) => tokens.every((token) => item.tokens.includes(token))
    && (!query || entry.head.includes(query) || item.text.includes(query));

  const apply = () => {
    const want = wanted();
    const query = want.q.toLowerCase();
    const tokens = [want.status, want.severity, want.basis].filter(Boolean);
    const active = Boolean(query || tokens.length);
    index = index || build();
    let found = 0;
    let total = 0;
    let groups = 0;
    for (const entry of index) {
      let here = 0;
      for (const item of entry.rows) {
        const show = !active || keep(entry, item, query, tokens);
        if (item.row.hidden === show) item.row.hidden = !show;
        here += show ? 1 : 0;
      }
      total += entry.rows.length;
      found += here;
      const show = !active || here > 0;
      groups += show ? 1 : 0;
      if (entry.rule.hidden === show) entry.rule.hidden = !show;
      for (const table of entry.tables) table.hidden = active && !table.querySelector("[data-f]:not([hidden])");
    }
    unfoldFew(active && groups <= 5);
    matches.textContent = active ? `${found} of ${total} findings on this page match, in ${groups} of ${index.length} rules` : "";
    remember(active, want);
  };

  const unfoldFew = (few) => {
    for (const rule of opened) rule.open = false;
    opened.clear();
    if (!few) return;
    for (const rule of rules) if (!rule.hidden && !rule.open) { rule.open = true; opened.add(rule); }
  };

  const remember = (active, want) => {
    const query = new URLSearchParams(Object.entries(want).filter(([, value]) => value));
    if (active) history.replaceState(null, "", prefix + query.toString());
    else if (location.hash.startsWith(prefix)) history.replaceState(null, "", location.pathname + location.search);
  };

  const follow = () => {
    if (location.hash.startsWith(prefix)) {
      const query = new URLSearchParams(location.hash.slice(prefix.length));
      for (const name of fields) form.elements[name].value = query.get(name) || "";
      apply();
      return;
    }
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) { form.reset(); apply(); }
    for (let parent = target.closest("details"); parent; parent = parent.parentElement.closest("details")) parent.open = true;
    target.scrollIntoView();
  };

  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("reset", () => setTimeout(apply, 0));
  document.getElementById("unfold").addEventListener("click", () => { for (const rule of rules) if (!rule.hidden) rule.open = true; });
  document.getElementById("fold").addEventListener("click", () => { for (const rule of rules) rule.open = false; });
  window.addEventListener("hashchange", follow);
  form.hidden = rules.length === 0;
  follow();
})();
