"use strict";
(function () {
  const root = document.documentElement;
  root.classList.add("scripted");
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const announce = (text) => { document.getElementById("announce").textContent = text; };

  // Pages: the address after # names the page of a claim, or a section of the summary.
  function route() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && document.getElementById(name);
    const page = target && target.closest(".claim");
    all(".claim.open").forEach((p) => p.classList.remove("open"));
    root.classList.toggle("reading", Boolean(page));
    if (page) { page.classList.add("open"); }
    if (target) {
      target.scrollIntoView();
      if (page === target) { target.focus({ preventScroll: true }); window.scrollTo(0, 0); }
    }
  }
  window.addEventListener("hashchange", route);

  // Filters of the table of claims.
  const controls = all("[data-filter]");
  const rows = all("table.claims tbody tr");
  function filter() {
    let shown = 0;
    rows.forEach((row) => {
      row.hidden = !controls.every((control) => {
        const wanted = control.value.trim().toLowerCase();
        if (!wanted) { return true; }
        const have = row.dataset[control.dataset.filter].toLowerCase();
        return control.dataset.filter === "words"
          ? wanted.split(/\s+/).every((word) => have.includes(word)) : have === wanted;
      });
      shown += row.hidden ? 0 : 1;
    });
    const words = shown + " of " + rows.length;
    document.getElementById("count").textContent = words;
    announce(words + " claims shown");
  }
  controls.forEach((control) => control.addEventListener("input", filter));
  all("[data-action=clear]").forEach((button) => button.addEventListener("click", () => {
    controls.forEach((control) => { control.value = ""; });
    filter();
  }));

  // The graph.
  const svg = document.getElementById("graph");
  const frame = document.querySelector(".graph");
  const picker = document.getElementById("focus");
  const depth = document.getElementById("depth");
  const panel = document.getElementById("focus-panel");
  const nodes = new Map(all(".node", svg).map((node) => [node.dataset.id, node]));
  const edges = all(".edge", svg).map((path) => ({
    path, from: path.dataset.from, to: path.dataset.to, proof: !path.hasAttribute("stroke-dasharray") }));
  const box = svg.viewBox.baseVal;
  const size = { width: box.width, height: box.height };
  let scale = 1;
  function zoom(factor) {
    scale = Math.min(3, Math.max(0.1, factor));
    svg.setAttribute("width", size.width * scale);
    svg.setAttribute("height", size.height * scale);
  }
  function fit() { zoom(Math.min(1, (frame.clientWidth - 4) / size.width)); }
  function reach(start, forward, proofOnly, most) {
    const found = new Map([[start, 0]]);
    let frontier = [start];
    for (let step = 1; frontier.length && step <= most; step += 1) {
      const next = [];
      edges.forEach((edge) => {
        const a = forward ? edge.from : edge.to;
        const b = forward ? edge.to : edge.from;
        if (frontier.includes(a) && !found.has(b) && (edge.proof || !proofOnly)) {
          found.set(b, step);
          next.push(b);
        }
      });
      frontier = next;
    }
    found.delete(start);
    return Array.from(found.keys());
  }
  function links(label, ids) {
    const line = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = label + " (" + ids.length + "): ";
    line.append(strong);
    ids.forEach((id, i) => {
      const link = document.createElement("a");
      link.href = "#" + pageOf(id);
      link.textContent = id;
      line.append(i ? ", " : "", link);
    });
    if (!ids.length) { line.append("nothing"); }
    return line;
  }
  function pageOf(id) { return "c-" + nodes.get(id).id.slice(2); }
  function focus(id, scroll) {
    const most = depth.value ? Number(depth.value) : Infinity;
    nodes.forEach((node) => node.classList.remove("dim", "focus"));
    edges.forEach((edge) => edge.path.classList.remove("dim", "lit"));
    picker.value = id || "";
    panel.hidden = !id;
    panel.replaceChildren();
    if (!id || !nodes.has(id)) { return; }
    const needs = reach(id, false, false, most);
    const falls = reach(id, true, true, most);
    const states = reach(id, true, false, most).filter((other) => !falls.includes(other));
    const kept = new Set([id, ...needs, ...falls, ...states]);
    nodes.forEach((node, other) => node.classList.toggle("dim", !kept.has(other)));
    edges.forEach((edge) => {
      const lit = kept.has(edge.from) && kept.has(edge.to);
      edge.path.classList.toggle("lit", lit);
      edge.path.classList.toggle("dim", !lit);
    });
    const node = nodes.get(id);
    node.classList.add("focus");
    const open = document.createElement("p");
    const link = document.createElement("a");
    link.href = "#" + pageOf(id);
    link.textContent = "Open the page of " + id;
    open.append(link);
    panel.append(open, links("Rests on", needs), links("Would fall with it", falls));
    if (states.length) { panel.append(links("Only stated with its help", states)); }
    announce(id + " rests on " + needs.length + " claims; " + falls.length + " would fall with it");
    if (scroll) {
      const at = node.getBBox();
      frame.scrollTo(at.x * scale - frame.clientWidth / 2, at.y * scale - frame.clientHeight / 2);
    }
  }
  nodes.forEach((node, id) => {
    node.addEventListener("click", () => focus(id, false));
    node.addEventListener("dblclick", () => { location.hash = pageOf(id); });
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); focus(id, false); }
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { focus("", false); }
  });
  picker.addEventListener("input", () => focus(picker.value, true));
  depth.addEventListener("input", () => focus(picker.value, true));
  all("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    if (button.dataset.zoom === "fit") { fit(); return; }
    zoom(button.dataset.zoom === "1" ? 1 : scale * Number(button.dataset.zoom));
  }));
  all("[data-focus]").forEach((link) => link.addEventListener("click", () => {
    window.setTimeout(() => focus(link.dataset.focus, true), 0);
  }));
  // Formulas that are folded away are printed too.
  window.addEventListener("beforeprint", () => all("details").forEach((d) => { d.open = true; }));
  if ((frame.clientWidth - 4) / size.width > 0.55) { fit(); }
  route();
})();
