// SPDX-License-Identifier: Apache-2.0
// The matrix: rows are who connects, columns whom they may connect to.  Only what is in sight is
// drawn, so a thousand workloads are no more work than twenty.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("ward-data").textContent);
  const places = data.places;
  const sets = data.sets.map(parsePorts);
  const byId = (id) => document.getElementById("ward-" + id);
  const box = byId("matrix"), canvas = byId("canvas"), details = byId("details");
  const inputs = { from: byId("from"), to: byId("to"), port: byId("port"), ns: byId("ns"),
                   external: byId("external"), empty: byId("empty") };
  const CELL = places.length > 60 ? 18 : 24, HEAD = 150, SIDE_MAX = 260, LIST_MAX = 300;
  const BORDERS = 2, SCROLLBAR = 16;
  let rows = [], columns = [], side = SIDE_MAX;
  let hover = null, chosen = null, wanted = null, waiting = false;

  // "TCP 80,8000-9000 UDP 53 other" or "all"
  function parsePorts(text) {
    const ranges = [];
    let proto = "";
    if (text === "all")
      return { text, all: true, other: true,
               ranges: ["TCP", "UDP", "SCTP"].map((p) => [p, 1, 65535]) };
    for (const word of text.split(/[ ,]/)) {
      const ends = word.split("-").map(Number);
      if (Number.isNaN(ends[0])) proto = word;
      else ranges.push([proto, ends[0], ends[ends.length - 1]]);
    }
    return { text, all: false, other: / ?other$/.test(text), ranges };
  }

  // data.rows[from] is [distance, set, distance, set, ...]; a place's links, made when needed.
  const links = new Array(places.length);
  function linksOf(from) {
    if (!links[from]) {
      const map = new Map(), row = data.rows[from];
      for (let i = 0, to = -1; i < row.length; i += 2) map.set(to += row[i], row[i + 1]);
      links[from] = map;
    }
    return links[from];
  }

  // The set that a pair may use, if it is one that is asked for.
  function setOf(from, to) {
    const set = linksOf(from).get(to);
    return set === undefined || (wanted && !wanted.has(set)) ? undefined : set;
  }

  // "443", "udp 53", "icmp": the numbers of the sets that have it; null: all; undefined: unclear.
  function setsWith(text) {
    const query = text.trim();
    if (!query) return null;
    if (/^(other|icmp)$/i.test(query))
      return new Set([...sets.keys()].filter((i) => sets[i].other));
    const match = /^(tcp|udp|sctp)?[ /]*(\d+)?$/i.exec(query) || /^(\d+)\/(tcp|udp|sctp)$/i.exec(query);
    if (!match) return undefined;
    const number = match.slice(1).find((m) => /^\d/.test(m || ""));
    const proto = match.slice(1).find((m) => /^[a-z]/i.test(m || ""));
    const has = (set) => set.ranges.some(([p, low, high]) =>
      (!proto || p === proto.toUpperCase()) &&
      (number === undefined || (low <= +number && +number <= high)));
    return new Set([...sets.keys()].filter((i) => has(sets[i])));
  }

  function isNamed(place, text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const name = [place.name, place.kind, ...place.groups.map((g) => "group:" + g)]
      .join(" ").toLowerCase();
    return words.every((word) => name.includes(word));
  }

  function isShown(place) {
    return place.external ? inputs.external.checked : !inputs.ns.value || place.ns === inputs.ns.value;
  }

  function filter() {
    const asked = setsWith(inputs.port.value);
    inputs.port.setCustomValidity(asked === undefined ? "such as 443, udp 53 or icmp" : "");
    inputs.port.setAttribute("aria-invalid", String(asked === undefined));
    wanted = asked === undefined ? null : asked;
    const all = [...places.keys()].filter((i) => isShown(places[i]));
    rows = all.filter((i) => isNamed(places[i], inputs.from.value));
    columns = all.filter((i) => isNamed(places[i], inputs.to.value));
    if (inputs.empty.checked) dropEmpty();
    byId("count").textContent = rows.length + " from, " + columns.length + " to";
    measure();
    draw();
  }

  function dropEmpty() {
    const inColumns = new Set(columns), used = new Set();
    rows = rows.filter((from) => {
      let any = false;
      for (const [to, set] of linksOf(from))
        if (inColumns.has(to) && (!wanted || wanted.has(set))) {
          used.add(to);
          any = true;
        }
      return any;
    });
    columns = columns.filter((to) => used.has(to));
  }

  function measure() {
    const pen = canvas.getContext("2d");
    pen.font = font();
    side = 60;
    for (const i of rows) side = Math.max(side, pen.measureText(places[i].name).width + 16);
    side = Math.min(SIDE_MAX, Math.ceil(side));
    byId("size").style.width = side + columns.length * CELL + "px";
    byId("size").style.height = HEAD + rows.length * CELL + "px";
    box.style.height = HEAD + rows.length * CELL + BORDERS + SCROLLBAR + "px";
  }

  const font = () => "12px " + getComputedStyle(document.body).fontFamily;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name);

  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      paint();
    });
  }

  // The rows and columns in sight.
  function sight() {
    const x = box.scrollLeft, y = box.scrollTop;
    return {
      x, y,
      row: Math.floor(y / CELL),
      rowEnd: Math.min(rows.length, Math.ceil((y + box.clientHeight - HEAD) / CELL)),
      column: Math.floor(x / CELL),
      columnEnd: Math.min(columns.length, Math.ceil((x + box.clientWidth - side) / CELL)),
    };
  }

  function paint() {
    const scale = window.devicePixelRatio || 1, width = box.clientWidth, height = box.clientHeight;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.width = width + "px";
      canvas.style.height = height + "px";
    }
    const pen = canvas.getContext("2d"), view = sight();
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = colour("paper");
    pen.fillRect(0, 0, width, height);
    pen.font = font();
    pen.textBaseline = "middle";
    paintCells(pen, view);
    paintSide(pen, view, height);
    paintHead(pen, view, width);
    pen.fillStyle = colour("shade");
    pen.fillRect(0, 0, side, HEAD);
    pen.fillStyle = colour("muted");
    pen.fillText("from", 8, HEAD - 10);
    pen.textAlign = "right";
    pen.fillText("to", side - 8, HEAD - 10);
    pen.textAlign = "left";
  }

  function paintCells(pen, view) {
    const some = colour("some"), all = colour("all"), line = colour("line"), shade = colour("shade");
    const cross = colour("cross"), mark = colour("mark");
    for (let r = view.row; r < view.rowEnd; r++) {
      for (let c = view.column; c < view.columnEnd; c++) {
        const x = side + c * CELL - view.x, y = HEAD + r * CELL - view.y;
        const set = setOf(rows[r], columns[c]);
        if (rows[r] === columns[c]) pen.fillStyle = line;
        else if (set === undefined) pen.fillStyle = shade;
        else pen.fillStyle = sets[set].all ? all : some;
        pen.fillRect(x, y, CELL - 1, CELL - 1);
        if (hover && (hover.from === rows[r] || hover.to === columns[c])) {
          pen.fillStyle = cross;
          pen.fillRect(x, y, CELL, CELL);
        }
        if (chosen && chosen.from === rows[r] && chosen.to === columns[c]) {
          pen.strokeStyle = mark;
          pen.lineWidth = 2;
          pen.strokeRect(x, y, CELL - 1, CELL - 1);
        }
      }
    }
  }

  // As much of the text as there is room for.
  function fitted(pen, text, room) {
    if (pen.measureText(text).width <= room) return text;
    let low = 0, high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pen.measureText("\u2026" + text.slice(text.length - middle)).width <= room) low = middle;
      else high = middle - 1;
    }
    return "\u2026" + text.slice(text.length - low);
  }

  const ink = (place, on, open) => open ? colour("open") : colour(on ? "mark" : "ink");

  function paintSide(pen, view, height) {
    pen.fillStyle = colour("paper");
    pen.fillRect(0, HEAD, side, height - HEAD);
    for (let r = view.row; r < view.rowEnd; r++) {
      const place = places[rows[r]];
      pen.fillStyle = ink(place, hover && hover.from === rows[r], !place.external && !place.egress);
      pen.fillText(fitted(pen, place.name, side - 12), 8, HEAD + r * CELL - view.y + CELL / 2);
    }
  }

  function paintHead(pen, view, width) {
    pen.fillStyle = colour("paper");
    pen.fillRect(side, 0, width - side, HEAD);
    for (let c = view.column; c < view.columnEnd; c++) {
      const place = places[columns[c]];
      pen.save();
      pen.translate(side + c * CELL - view.x + CELL / 2, HEAD - 6);
      pen.rotate(-Math.PI / 2);
      pen.fillStyle = ink(place, hover && hover.to === columns[c], !place.external && !place.ingress);
      pen.fillText(fitted(pen, place.name, HEAD - 12), 0, 0);
      pen.restore();
    }
  }

  // The row and column under the pointer; either is -1 on the names.
  function at(event) {
    const frame = canvas.getBoundingClientRect();
    const x = event.clientX - frame.left, y = event.clientY - frame.top;
    const column = x < side ? -1 : Math.floor((x - side + box.scrollLeft) / CELL);
    const row = y < HEAD ? -1 : Math.floor((y - HEAD + box.scrollTop) / CELL);
    if (row >= rows.length || column >= columns.length || (row < 0 && column < 0)) return null;
    return { from: row < 0 ? undefined : rows[row], to: column < 0 ? undefined : columns[column] };
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function isolation(place, direction) {
    if (place.external) return element("dd", "outside: not judged");
    return place[direction]
      ? element("dd", "isolated: only what rules allow")
      : element("dd", "open: no policy isolates it", "is-open");
  }

  function describe(list, label, place, direction) {
    list.append(element("dt", label), element("dd", place.name + " (" + place.kind + ")"));
    if (place.groups.length) list.append(element("dd", "groups: " + place.groups.join(", "), "muted"));
    list.append(isolation(place, direction));
  }

  const quoted = (word) => /^[\w./:-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'";

  function question(from, to, set) {
    const range = set === undefined ? undefined : sets[set].ranges[0];
    const port = range && !sets[set].all ? [range[1] + (range[0] === "TCP" ? "" : "/" + range[0].toLowerCase())] : [];
    return ["ward", "can", quoted(places[from].ask), quoted(places[to].ask), ...port, "-f", "..."].join(" ");
  }

  function showPair(from, to) {
    const set = linksOf(from).get(to), list = element("dl");
    describe(list, "From", places[from], "egress");
    describe(list, "To", places[to], "ingress");
    const allowed = from === to ? "a workload's own pods are not on the map"
      : set === undefined ? "nothing" : sets[set].text;
    list.append(element("dt", "Allowed"), element("dd", allowed));
    details.replaceChildren(element("h2", "Connection"), list,
      element("p", "Which lines decide it:", "muted"), element("code", question(from, to, set)));
  }

  function showPlace(index, direction) {
    const place = places[index], outgoing = direction === "egress", list = element("dl");
    describe(list, outgoing ? "From" : "To", place, direction);
    const others = outgoing ? [...linksOf(index)]
      : [...places.keys()].filter((i) => linksOf(i).has(index)).map((i) => [i, linksOf(i).get(index)]);
    const names = element("ul");
    for (const [other, set] of others.slice(0, LIST_MAX))
      names.append(element("li", places[other].name + ": " + sets[set].text));
    if (others.length > LIST_MAX)
      names.append(element("li", "and " + (others.length - LIST_MAX) + " more"));
    details.replaceChildren(element("h2", place.name), list,
      element("p", (outgoing ? "May connect to " : "May be reached from ") + others.length + ":", "muted"), names);
  }

  function choose(pair) {
    if (!pair) return;
    chosen = pair;
    if (pair.to === undefined) showPlace(pair.from, "egress");
    else if (pair.from === undefined) showPlace(pair.to, "ingress");
    else showPair(pair.from, pair.to);
    draw();
  }

  // Arrow keys move the chosen cell and bring it into sight.
  function step(event) {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by || !rows.length || !columns.length) return;
    event.preventDefault();
    const clamp = (value, n) => Math.max(0, Math.min(n - 1, value));
    const row = clamp((chosen ? rows.indexOf(chosen.from) : -1) + by[0], rows.length);
    const column = clamp((chosen ? columns.indexOf(chosen.to) : -1) + by[1], columns.length);
    const view = sight();
    if (row <= view.row) box.scrollTop = row * CELL;
    if (row >= view.rowEnd - 1) box.scrollTop = (row + 1) * CELL + HEAD - box.clientHeight;
    if (column <= view.column) box.scrollLeft = column * CELL;
    if (column >= view.columnEnd - 1) box.scrollLeft = (column + 1) * CELL + side - box.clientWidth;
    choose({ from: rows[row], to: columns[column] });
  }

  for (const ns of new Set(places.filter((p) => !p.external).map((p) => p.ns)))
    inputs.ns.append(element("option", ns));
  for (const input of Object.values(inputs)) input.addEventListener("input", filter);
  box.addEventListener("scroll", draw, { passive: true });
  box.addEventListener("keydown", step);
  canvas.addEventListener("click", (event) => choose(at(event)));
  canvas.addEventListener("mousemove", (event) => {
    hover = at(event);
    const set = hover && hover.from !== undefined && hover.to !== undefined
      ? linksOf(hover.from).get(hover.to) : undefined;
    canvas.title = !hover || hover.from === undefined || hover.to === undefined ? ""
      : places[hover.from].name + " \u2192 " + places[hover.to].name + ": " +
        (set === undefined ? "nothing" : sets[set].text);
    draw();
  });
  canvas.addEventListener("mouseleave", () => {
    hover = null;
    draw();
  });
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  filter();
})();
