// What the page does beyond plain forms: everything works without this file, in more steps.
"use strict";

const byId = (id) => document.getElementById(id);
const HEAD_BYTES = 65536; // of a table, to find the names of its columns
const SHOWN_TRIALS = 12;

function readColumns(file) {
  const chosen = byId("chosen");
  chosen.textContent = `${file.name}, ${(file.size / 1024).toFixed(0)} KiB`;
  const list = byId("columns");
  list.replaceChildren();
  if (!/\.(csv|tsv|txt)$/i.test(file.name)) return;
  file.slice(0, HEAD_BYTES).text().then((text) => {
    const line = text.split(/\r?\n/).find((one) => one.trim()) || "";
    const mark = ["\t", ";", ","].find((one) => line.includes(one)) || ",";
    const names = line.split(mark).map((name) => name.trim().replace(/^"|"$/g, ""));
    for (const name of names) {
      const option = document.createElement("option");
      option.value = name;
      list.append(option);
    }
    const target = byId("target");
    if (!target.value && names.length) target.value = names[names.length - 1];
  });
}

function dropZone(form) {
  const zone = form.querySelector(".drop");
  const input = byId("file");
  input.addEventListener("change", () => input.files[0] && readColumns(input.files[0]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        readColumns(input.files[0]);
      }
    });
  }
}

// Advice comes below the form, so that the table stays chosen for a search.
function adviseInPlace(form) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button && button.hasAttribute("formaction")) return;
    event.preventDefault();
    const answer = byId("answer");
    button.disabled = true;
    answer.textContent = "Reading and describing the table …";
    try {
      const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      answer.replaceChildren(document.importNode(page.getElementById("advice"), true));
      answer.focus();
    } catch {
      answer.textContent = "The server did not answer. Is it still running?";
    }
    button.disabled = false;
  });
}

function watch(section) {
  const bests = [];
  const source = new EventSource(section.dataset.events);
  const number = (value) => (value === null ? "–" : Number(value.toPrecision(5)).toString());
  source.addEventListener("stage", (event) => {
    byId("stage").textContent = JSON.parse(event.data).text;
    byId("state").textContent = "running";
    byId("state").className = "state running";
  });
  source.addEventListener("trial", (event) => {
    const trial = JSON.parse(event.data);
    byId("stage").textContent = "searching";
    byId("best").textContent = number(trial.best);
    if (trial.best !== null) bests.push(trial.best);
    byId("count").textContent = String(trial.number + 1);
    const row = document.createElement("tr");
    for (const [text, kind] of [[trial.number, "n"], [trial.algorithm, ""], [number(trial.score), "n"]]) {
      const cell = document.createElement("td");
      cell.textContent = String(text);
      cell.className = kind;
      row.append(cell);
    }
    byId("trials").prepend(row);
    if (byId("trials").rows.length > SHOWN_TRIALS) byId("trials").deleteRow(-1);
    draw(bests);
  });
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
}

function draw(values) {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const step = 400 / Math.max(values.length - 1, 1);
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(82 - (74 * (value - low)) / range).toFixed(1)}`);
  byId("curve").firstElementChild.setAttribute("points", points.join(" "));
}

const ask = byId("ask");
if (ask) {
  dropZone(ask);
  adviseInPlace(ask);
}
if (byId("watch")) watch(byId("watch"));
