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
      const fits = rags.includes(row.dataset.rag)
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

for (const table of document.querySelectorAll("[data-sortable]")) {
  makeSortable(table);
  const form = document.querySelector("[data-filters]");
  if (form) makeFilters(form, table);
}

let closed = [];
// On a phone a chart is wider than the screen: what is ahead matters more than how it began.
for (const figure of document.querySelectorAll("figure")) {
  if (!figure.querySelector(".label")) figure.scrollLeft = figure.scrollWidth;
}

addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
