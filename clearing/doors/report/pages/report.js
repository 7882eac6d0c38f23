"use strict";
(() => {
  const amount = (text) => {
    const found = text.replace(/\u2212/g, "-").replace(/[,\s]/g, "").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : -Infinity;
  };
  const order = new Intl.Collator("en", { numeric: true });
  const compare = {
    number: (a, b) => amount(a) - amount(b),
    text: (a, b) => order.compare(a, b),
  };

  const sortBy = (header) => {
    const body = header.closest("table").tBodies[0];
    const down = header.getAttribute("aria-sort") === "ascending";
    const keyed = [...body.rows].map((row) => [row.cells[header.cellIndex].textContent, row]);
    const by = compare[header.dataset.sort];
    keyed.sort((a, b) => (down ? by(b[0], a[0]) : by(a[0], b[0])));
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...keyed.map(([, row]) => row));
  };

  for (const header of document.querySelectorAll("th[data-sort]")) {
    if (header.closest("table").tBodies[0].rows.length < 2) continue;
    const label = header.querySelector(".label");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...label.childNodes);
    label.append(button);
    button.addEventListener("click", () => sortBy(header));
  }

  for (const tools of document.querySelectorAll(".tools")) {
    const rows = [...tools.parentElement.querySelectorAll("tbody tr")];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const [search, choice] = [tools.querySelector("input"), tools.querySelector("select")];
    const count = tools.querySelector(".count");
    const filter = () => {
      const asked = search.value.trim().toLowerCase().split(/\s+/);
      const mark = choice ? choice.value : "";
      let shown = 0;
      rows.forEach((row, i) => {
        const fits = asked.every((word) => texts[i].includes(word));
        row.hidden = !(fits && (!mark || row.querySelector(".mark." + mark)));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    };
    search.addEventListener("input", filter);
    if (choice) choice.addEventListener("change", filter);
    tools.addEventListener("submit", (event) => event.preventDefault());
    tools.hidden = false;
    filter();
  }

  const closed = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      closed.push(details);
    }
  });
  addEventListener("afterprint", () => {
    while (closed.length) closed.pop().open = false;
  });
})();
