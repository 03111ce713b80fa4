// Keeps the page live: asks once a second for the pieces that change, and sends forms without leaving the page.
const pieces = new Map([...document.querySelectorAll("[data-live]")].map((node) => [node.dataset.live, node]));
const shown = new Map();
const log = pieces.get("log");
const problem = document.getElementById("problem");

function address() {
  const { phone, tab, mail } = document.body.dataset;
  return "/handset/live?" + new URLSearchParams({ phone, tab, mail });
}

function toBottom() {
  if (document.body.dataset.tab !== "mail") log.scrollTop = log.scrollHeight;
}

function put(name, html) {
  const node = pieces.get(name);
  if (!node || shown.get(name) === html) return;
  if (shown.has(name) && name !== "log" && name !== "call" && node.contains(document.activeElement)) return;
  const atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  node.innerHTML = html;
  shown.set(name, html);
  if (name === "log" && atBottom) toBottom();
  if (name === "call") speak(node.querySelector("[data-turn]"));
}

// What a call says is heard once for each turn, in order: sentences by the browser's own voice, recordings as they are.
let heard = "";
let playing = null;

async function speak(words) {
  const turn = words ? words.dataset.turn : "";
  if (turn === heard) return;
  heard = turn;
  window.speechSynthesis?.cancel();
  playing?.pause();
  for (const piece of words ? words.querySelectorAll("p, audio") : []) {
    if (heard !== turn || !piece.isConnected) return;
    await (piece.tagName === "AUDIO" ? play(piece) : read(piece.textContent, words.lang));
  }
}

function read(sentence, language) {
  if (!("speechSynthesis" in window)) return Promise.resolve();
  return new Promise((done) => {
    const aloud = new SpeechSynthesisUtterance(sentence);
    if (language) aloud.lang = language;
    aloud.onend = aloud.onerror = done;
    speechSynthesis.speak(aloud);
  });
}

// A browser that plays nothing by itself leaves the player's own button.
function play(sound) {
  return new Promise((done) => {
    playing = sound;
    sound.onended = sound.onerror = sound.onpause = done;
    sound.play().catch(done);
  });
}

async function refresh() {
  const answer = await fetch(address(), { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  for (const [name, html] of Object.entries(await answer.json())) put(name, html);
}

function say(words) {
  problem.textContent = words;
  problem.hidden = words === "";
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const content = new URLSearchParams(new FormData(form, event.submitter));
  if (event.submitter) event.submitter.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: content, headers: { Accept: "application/json" } });
    say((await answer.json()).problem ?? "");
    form.reset();
    await refresh();
    toBottom();
  } catch {
    say("The sandbox does not answer. Is it still running?");
  } finally {
    if (event.submitter) event.submitter.disabled = false;
  }
}

async function live() {
  if (!document.hidden) {
    try {
      await refresh();
    } catch {
      // the next second asks again; a stopped sandbox leaves the page as it was
    }
  }
  setTimeout(live, 1000);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-quiet]")) send(event);
});
toBottom();
live();
