// Beside what the pages do by themselves: they follow a run, keep to the keyboard and open attempts in place.
// Nothing here makes markup of text: documents come parsed from the server, and the policy of the pages forbids the rest.
"use strict";

const EVERY_MS = 1500;

function fetchDocument(address, version, then) {
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  if (version) request.setRequestHeader("If-None-Match", version);
  request.onloadend = () => then(request.status === 200 ? request.response : null, request.getResponseHeader("ETag"));
  request.send();
}

// -- following a run ---------------------------------------------------------------------------------------------

function markOf(element) {
  if (!element || element === document.body) return null;
  const path = element.id ? `#${CSS.escape(element.id)}` : element.name && element.value
    ? `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`
    : element.getAttribute("href") && `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  return path || null;
}

function replaceParts(fresh) {
  const focused = markOf(document.activeElement);
  const ticked = [...document.querySelectorAll(".compare input:checked")].map(markOf);
  const open = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  for (const part of document.querySelectorAll("[id^=part-]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === part.dataset.was) continue;
    part.dataset.was = other.innerHTML;
    part.replaceChildren(...document.importNode(other, true).childNodes);
  }
  for (const mark of ticked) { const box = document.querySelector(mark); if (box) box.checked = true; }
  for (const id of open) { const one = document.getElementById(id); if (one) one.open = true; }
  if (focused && document.activeElement === document.body) document.querySelector(focused)?.focus({ preventScroll: true });
}

function follow(version) {
  setTimeout(() => {
    if (document.hidden) return follow(version);
    fetchDocument(location.href, version, (fresh, newer) => {
      if (fresh) replaceParts(fresh);
      if (!fresh || fresh.querySelector("[data-live]")) follow(newer || version);
    });
  }, EVERY_MS);
}

if (document.querySelector("[data-live]")) {
  for (const part of document.querySelectorAll("[id^=part-]")) part.dataset.was = part.innerHTML;
  follow(null);
}

// -- opening in place --------------------------------------------------------------------------------------------

document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.open || !details.dataset?.load) return;
  const address = details.dataset.load;
  delete details.dataset.load;
  fetchDocument(address, null, (fresh) => {
    const content = fresh?.getElementById("content");
    if (content) details.append(...document.importNode(content, true).childNodes);
  });
}, true);

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target?.closest("details");
  if (details && !details.open) { details.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", reveal);
reveal();

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches?.("[data-all]"))
    for (const one of box.form.querySelectorAll("input[name=item]")) one.checked = box.checked;
  const compare = box.closest?.(".compare");
  if (compare && compare.querySelectorAll("input:checked").length > Number(compare.dataset.most)) box.checked = false;
});

// -- keys --------------------------------------------------------------------------------------------------------

const off = document.getElementById("keys-off");
off.checked = localStorage.getItem("keys") === "off";
off.addEventListener("change", () => localStorage.setItem("keys", off.checked ? "off" : "on"));

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.classList.contains("here") || row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  for (const row of rows) row.classList.toggle("here", row === next);
  next.querySelector("a[href]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "x") return document.querySelector(".here input[type=checkbox]")?.click();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  // A verdict is never given by one key: the key leads to its button.
  if (target.matches("a[href], summary")) target.click();
  if (target.matches("input, button, summary")) target.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && typing) return event.target.blur();
  if (typing || off.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) event.preventDefault();
  press(event.key);
});
