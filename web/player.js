// The story of the page: find the video, show how it is made, play it, or say why not.

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
    status = await watchWork(found);
    // The library hears of the end a moment after the task's followers.
    while ((found = await look()).video.status === "processing") await pause(1);
  }
  status ??= await (await ask(`status/${found.task}`, view.notice)).json();
  if (found.video.status === "saved") await play(found, status);
  else tellFailure(status);
}

/** Shows how the work goes; the last state that it came to. */
async function watchWork(found) {
  view.state("processing", "Processing");
  let last = null;
  for await (const status of follow(found.events, view.notice)) {
    last = status;
    const steps = view.stages(status.stages);
    if (status.parked_until === null) {
      view.state("processing", status.status === "queued" ? "Waiting to begin" : steps);
      view.only("work");
    } else {
      const until = new Date(status.parked_until).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
      view.state("failed", "Waiting for help");
      view.fault("A step has failed", `Until ${until} the operator can have it tried again.`, "work");
    }
  }
  return last;
}

function tellFailure(status) {
  const cancelled = status.status === "cancelled";
  view.state("failed", cancelled ? "Cancelled" : "Failed");
  const reason = status.error?.message ?? (cancelled ? "Somebody stopped it before it had a result." : "No reason is known.");
  view.fault(cancelled ? "The work was cancelled" : "The video could not be made", reason);
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
    // By the same way as all else, since neither a track nor a link can send a token.
    const address = URL.createObjectURL(await (await ask(vtt, view.notice)).blob());
    if (found.captions) player.replaceChildren(trackOf(address, status.result.language));
    view.downloads([...links, ["Download the subtitles", address, `${name}.vtt`]]);
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    view.notice(`The subtitles are missing: ${fault.message}`);
  }
}

/** A player can't send a token: where one is needed it is given the link that needs none. */
function sourceOf(video) {
  return token.get() ? video.link : at(`api/stream/${video.id}`);
}

function trackOf(src, language) {
  const label = language ? view.languageName(language) : "Subtitles";
  return view.element("track", { kind: "captions", src, srclang: language ?? "", label });
}

/** A link grows old and a connection breaks: go on at the same place. */
let renewals = 0;
let brokeAt = 0;
player.addEventListener("timeupdate", () => {
  // Past the place: the next break is another one.
  if (player.currentTime > brokeAt + 10) renewals = 0;
});
player.addEventListener("error", () => attempt(renew));

async function renew() {
  renewals += 1;
  if (renewals > MOST_RENEWALS) {
    const where = new URL(player.src).host;
    view.notice(`The video can't be played: ${where} does not send it, or this browser does not know its format.`);
    return;
  }
  await pause(2 ** renewals - 1);
  const { video } = await look();
  brokeAt = player.currentTime;
  const { paused } = player;
  player.src = sourceOf(video);
  player.currentTime = brokeAt;
  // What goes wrong with it comes as an event, too; and a browser may want somebody to press the key.
  if (!paused) player.play().catch(() => {});
}

function askForToken(refused) {
  const known = token.get();
  token.forget();
  view.state("", "Locked");
  view.only("door");
  view.say("door-fault", known ? refused.message : "");
  document.getElementById("token").focus();
}

door.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("token");
  token.keep(field.value.trim());
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
      view.fault("This page has a fault", String(fault));
      throw fault;
    }
    if (fault.status === 401 || fault.status === 403) askForToken(fault);
    else {
      // Somebody else's video is not there; another token may find it.
      const reason = token.get() ? "It may have been removed, or be somebody else's." : "It may have been removed.";
      view.state("failed", "Not found");
      view.fault("There is no such video here", reason, ...(token.get() ? ["door"] : []));
    }
  }
}

attempt(show);
