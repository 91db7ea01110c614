// Main script of the page: finds the video, shows its progress, plays it or shows the error.

import { Refused, ask, at, follow, linksOf, pause, token } from "./connection.js";
import * as view from "./view.js";

const ID = location.pathname.split("/").pop();
const MOST_RENEWALS = 4;

const player = document.getElementById("video");
const door = document.getElementById("door");

async function look() {
  const answer = await ask(`api/videos/${ID}`, view.notice);
  const video = await answer.json();
  const { monitor, alternate } = linksOf(answer);
  view.about(video);
  return { video, events: monitor, captions: alternate, task: monitor.split("/").at(-2) };
}

async function show() {
  let found = await look();
  let status = null;
  if (found.video.status === "processing") {
    status = await showProgress(found);
    // The library is updated a moment after the task has ended.
    while ((found = await look()).video.status === "processing") await pause(1);
  }
  status ??= await (await ask(`status/${found.task}`, view.notice)).json();
  if (found.video.status === "saved") await play(found, status);
  else showFailure(status);
}

/** Shows the progress until the task has ended; returns its last status. */
async function showProgress(found) {
  view.state("processing", "Processing");
  let last = null;
  for await (const status of follow(found.events, view.notice)) {
    last = status;
    const steps = view.stages(status.stages);
    if (status.parked_until === null) {
      view.state("processing", status.status === "queued" ? "Waiting to start" : steps);
      view.only("work");
    } else {
      const until = new Date(status.parked_until).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
      view.state("failed", "Waiting for a retry");
      view.fault("A step has failed", `The operator can retry it until ${until}.`, "work");
    }
  }
  return last;
}

function showFailure(status) {
  const cancelled = status.status === "cancelled";
  view.state("failed", cancelled ? "Cancelled" : "Failed");
  const reason = status.error?.message ?? (cancelled ? "It was cancelled before it had a result." : "The reason is unknown.");
  view.fault(cancelled ? "The processing was cancelled" : "The processing failed", reason);
}

async function play(found, status) {
  view.state("saved", "Ready");
  view.only("film");
  const name = found.video.filename.replace(/\.[^.]*$/, "");
  const file = status.links["final.mp4"];
  const links = [["Download the video", token.get() || !file ? found.video.link : at(file), !token.get() && `${name}.mp4`]];
  player.setAttribute("aria-label", found.video.filename);
  player.src = sourceOf(found.video);
  view.downloads(links);
  const vtt = found.captions ?? status.links["subtitles.vtt"];
  if (!vtt) return;
  try {
    // Fetched here, because neither a track nor a link can send a token.
    const address = URL.createObjectURL(await (await ask(vtt, view.notice)).blob());
    if (found.captions) player.replaceChildren(trackOf(address, status.result.language));
    view.downloads([...links, ["Download the subtitles", address, `${name}.vtt`]]);
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    view.notice(`The subtitles can't be loaded: ${fault.message}`);
  }
}

/** The video's address: the API, or with a token the signed link, because a player can't send a token. */
function sourceOf(video) {
  return token.get() ? video.link : at(`api/stream/${video.id}`);
}

function trackOf(src, language) {
  const label = language ? view.languageName(language) : "Subtitles";
  return view.element("track", { kind: "captions", src, srclang: language ?? "", label });
}

/** After an expired link or a broken connection: continue at the same position. */
let renewals = 0;
let brokeAt = 0;
player.addEventListener("timeupdate", () => {
  // The break is past: the next one has renewals of its own.
  if (player.currentTime > brokeAt + 10) renewals = 0;
});
player.addEventListener("error", () => attempt(renew));

async function renew() {
  renewals += 1;
  if (renewals > MOST_RENEWALS) {
    const where = new URL(player.src).host;
    view.notice(`The video can't be played: ${where} does not answer, or this browser does not support its format.`);
    return;
  }
  await pause(2 ** renewals - 1);
  const { video } = await look();
  brokeAt = player.currentTime;
  const { paused } = player;
  player.src = sourceOf(video);
  player.currentTime = brokeAt;
  // Errors also arrive as an event, and a browser may refuse to play without a click.
  if (!paused) player.play().catch(() => {});
}

function askForToken(refused) {
  const refusedToken = token.get();
  token.forget();
  view.state("", "Sign-in required");
  view.only("door");
  view.say("door-fault", refusedToken ? refused.message : "");
  document.getElementById("token").focus();
}

door.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("token");
  token.store(field.value.trim());
  field.value = "";
  view.state("", "Loading …");
  attempt(show);
});

async function attempt(step) {
  try {
    await step();
  } catch (fault) {
    if (!(fault instanceof Refused)) {
      view.state("failed", "Failed");
      view.fault("This page has an error", String(fault));
      throw fault;
    }
    if (fault.status === 401 || fault.status === 403) askForToken(fault);
    else {
      // The API answers 404 for another owner's video; another token may find it.
      const reason = token.get() ? "It was removed, or it belongs to another user." : "It was removed, or the address is wrong.";
      view.state("failed", "Not found");
      view.fault("Video not found", reason, ...(token.get() ? ["door"] : []));
    }
  }
}

attempt(show);
