// Sorting and filtering of the engagements' table, and open details on paper. Without it the page shows everything.
"use strict";

function sortTable(table, column, kind, ascending) {
  const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compare = kind === "number" ? (a, b) => a - b : (a, b) => a.localeCompare(b, document.documentElement.lang);
  const rows = [...table.tBodies[0].rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === "" || b === "") return (a === "") - (b === "");
    return ascending ? compare(a, b) : compare(b, a);
  });
  table.tBodies[0].append(...rows);
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortTable(table, column, head.dataset.sort, ascending);
    });
  });
}

function makeFilters(form, table) {
  const rows = [...table.tBodies[0].rows];
  const search = form.querySelector("[data-search]");
  const boxes = [...form.querySelectorAll("[data-rag]")];
  const selects = [...form.querySelectorAll("[data-field]")];
  const count = form.querySelector("[data-count]");
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rags = boxes.filter((box) => box.checked).map((box) => box.dataset.rag);
    let shown = 0;
    for (const row of rows) {
      const fits = (!boxes.length || rags.includes(row.dataset.rag))
        && words.every((word) => row.dataset.search.includes(word))
        && selects.every((select) => !select.value || row.dataset[select.dataset.field] === select.value);
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = count.dataset.text.replace("##", rows.length).replace("#", shown);
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

// What changed since this browser last showed the page for an earlier day. It stays in the browser.
function tellChanges(card, table) {
  const words = Object.fromEntries(table.dataset.colours.split(";").filter(Boolean).map((pair) => pair.split("=")));
  const now = { day: table.dataset.visits, seen: {} };
  for (const row of table.tBodies[0].rows) {
    now.seen[row.dataset.ref] = { name: row.cells[1].dataset.value, rag: row.dataset.rag, finish: row.dataset.finish };
  }
  const key = `psbot ${location.pathname}`;
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    if (!Array.isArray(kept)) kept = [];
    const others = kept.filter((visit) => visit.day !== now.day).slice(-1);
    localStorage.setItem(key, JSON.stringify([...others, now]));
  } catch {
    return; // No storage (a private window, a sandbox): nothing to compare with.
  }
  const before = kept.filter((visit) => visit.day < now.day).at(-1);
  if (!before) return;
  const list = card.querySelector("[data-since-list]");
  const tell = (kind, values) => {
    const entry = document.createElement("li");
    const text = card.querySelector(`[data-since-${kind}]`).content.textContent;
    entry.textContent = text.replace(/#(name|was|now)/g, (_, field) => values[field]);
    list.append(entry);
  };
  for (const [ref, one] of Object.entries(now.seen)) {
    const was = before.seen[ref];
    if (!was) tell("new", one);
    if (was && was.rag !== one.rag) tell("turned", { name: one.name, was: words[was.rag], now: words[one.rag] });
    if (was && was.finish !== one.finish) tell("moved", { name: one.name, was: was.finish, now: one.finish });
  }
  for (const [ref, was] of Object.entries(before.seen)) if (!now.seen[ref]) tell("gone", was);
  card.querySelector("[data-since-day]").textContent = before.day;
  card.hidden = !list.children.length;
}

for (const table of document.querySelectorAll("[data-sortable]")) {
  makeSortable(table);
  const form = document.querySelector(`[data-filters="${table.id}"]`);
  if (form) makeFilters(form, table);
}
const since = document.querySelector("[data-since]");
const visited = document.querySelector("[data-visits]");
if (since && visited) tellChanges(since, visited);

let closed = [];
// On a phone a chart is wider than the screen: what is ahead matters more than how it began.
for (const figure of document.querySelectorAll("figure")) {
  if (!figure.querySelector(".label")) figure.scrollLeft = figure.scrollWidth;
}
// What scrolls can be scrolled by keyboard; what does not is no stop on the way.
function stopAtWideFigures() {
  for (const figure of document.querySelectorAll("figure")) {
    figure.toggleAttribute("tabindex", false);
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
  }
}
addEventListener("resize", stopAtWideFigures);
stopAtWideFigures();

addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
