// What the page shows; it asks nobody.

const STAGES = {
  downscale: "Resizing the picture",
  language_detection: "Finding the language",
  animal_detection: "Looking for animals",
  subtitles: "Writing the subtitles",
  merger: "Putting it together",
};
const TOLD = { pending: "waiting", completed: "done", failed: "failed", cancelled: "cancelled" };

const part = (id) => document.getElementById(id);

/** Show these parts of the page and no other; a video that is hidden does not play on. */
export function only(...shown) {
  for (const id of ["film", "work", "fault", "door"]) part(id).hidden = !shown.includes(id);
  if (!shown.includes("film")) part("video").pause();
}

export function say(id, text) {
  // Writing the same again would be read out again.
  if (part(id).textContent !== text) part(id).textContent = text;
}

export const notice = (text) => say("notice", text);

export function state(kind, text) {
  part("state").dataset.kind = kind;
  say("state", text);
}

export function about(video) {
  say("name", video.filename);
  document.title = video.filename;
  const facts = [
    video.duration === null ? null : clock(video.duration),
    video.resolution?.replace("x", " × "),
    video.file_size === null ? null : bytes(video.file_size),
    new Date(video.created_at).toLocaleDateString(undefined, { dateStyle: "medium" }),
  ];
  part("facts").replaceChildren(...facts.filter(Boolean).map((fact) => element("li", { textContent: fact })));
}

export function fault(title, reason, ...besides) {
  only("fault", ...besides);
  say("fault-title", title);
  say("fault-reason", reason);
}

/** One line for each stage that is asked for; lines stay, so that a bar moves and is not drawn anew. */
export function stages(told) {
  const wanted = Object.entries(told).filter(([, stage]) => stage.status !== "skipped");
  const lines = wanted.map(([name]) => part(`stage-${name}`) ?? newLine(name));
  part("stages").replaceChildren(...lines);
  wanted.forEach(([, stage], index) => fill(lines[index], stage));
  const done = wanted.filter(([, stage]) => stage.status === "completed").length;
  return `${done} of ${wanted.length} steps done`;
}

function newLine(name) {
  const title = STAGES[name] ?? name.replaceAll("_", " ");
  const line = element("li", { id: `stage-${name}` });
  const bar = element("progress", { max: 100 });
  bar.setAttribute("aria-label", title);
  line.append(
    element("span", { className: "stage", textContent: title }),
    element("span", { className: "told" }),
    bar,
    element("p", { className: "why", hidden: true }),
  );
  return line;
}

function fill(line, stage) {
  const [, told, bar, why] = line.children;
  line.dataset.status = stage.status;
  const left = stage.eta_seconds === null ? "" : ` · ${clock(stage.eta_seconds)} left`;
  const again = stage.attempt > 1 ? ` · try ${stage.attempt}` : "";
  told.textContent = TOLD[stage.status] ?? `${stage.progress} %${left}${again}`;
  bar.value = stage.progress;
  why.textContent = stage.error?.message ?? "";
  why.hidden = !stage.error;
}

/** Links under the player: `[text, address, file name]`; without a name it opens beside the page. */
export function downloads(links) {
  part("downloads").replaceChildren(
    ...links.map(([textContent, href, download]) =>
      element("a", download ? { textContent, href, download } : { textContent, href, target: "_blank", rel: "noopener" }),
    ),
  );
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames(undefined, { type: "language" }).of(code);
  } catch {
    return code;
  }
}

export function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function clock(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const options = { style: "unit", unit: units[step], maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(undefined, options).format(count / 1000 ** step);
}
