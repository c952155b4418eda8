
"use strict";
// Adds to the page what it can do without: links open what they lead to, and findings are filtered. It keeps nothing.
(() => {
  const open = (element) => {
    for (let at = element; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
  };

  const form = document.getElementById("filter");
  const rows = [];
  for (const section of document.querySelectorAll("section.of")) {
    const key = section.querySelector("h3").id;
    for (const rule of section.querySelectorAll("section.rule")) {
      const head = rule.querySelector("h4");
      const said = [...rule.querySelectorAll(":scope > p")].map((part) => part.textContent).join(" ");
      let file = null;
      for (const node of rule.children) {
        if (node.tagName === "H5") file = node;
        if (node.tagName !== "DETAILS") continue;
        const owner = node.querySelector("i") || (file && file.querySelector("i"));
        rows.push({
          node, file, rule, section, key,
          code: head.firstElementChild.textContent,
          severity: rule.dataset.severity || node.querySelector("b").textContent,
          owner: owner ? owner.textContent : "",
          text: [head.textContent, said, file ? file.textContent : "", node.textContent].join(" ").toLowerCase(),
        });
      }
    }
  }

  const outside = (row) => [row.file, row.rule, row.section].filter(Boolean);

  const apply = () => {
    const { text, severity, section, rule, owner } = form.elements;
    const wanted = text.value.trim().toLowerCase();
    const shown = new Set();
    let count = 0;
    for (const row of rows) {
      const is = (!wanted || row.text.includes(wanted)) && (!severity.value || row.severity === severity.value)
        && (!section.value || row.key === section.value) && (!rule.value || row.code === rule.value)
        && (!owner.value || row.owner === owner.value);
      row.node.hidden = !is;
      if (!is) continue;
      count += 1;
      for (const around of outside(row)) shown.add(around);
    }
    for (const row of rows) {
      for (const around of outside(row)) around.hidden = !shown.has(around);
    }
    form.querySelector("output").textContent = `${count} of ${rows.length} findings`;
  };

  const fill = (select, values) => {
    for (const value of [...new Set(values)].filter(Boolean).sort()) select.append(new Option(value, value));
  };

  if (form) {
    fill(form.elements.rule, rows.map((row) => row.code));
    fill(form.elements.owner, rows.map((row) => row.owner));
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  const reveal = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      form.reset();
      apply();
    }
    open(target);
    target.scrollIntoView();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    if (form && link.dataset.owner !== undefined) {
      form.reset();
      form.elements.owner.value = link.dataset.owner;
      apply();
    }
    reveal(link.hash.slice(1));
  });
  window.addEventListener("hashchange", () => reveal(location.hash.slice(1)));
  reveal(location.hash.slice(1));
})();
