// View of the page: writes texts and states into its elements; makes no requests.

const STAGES = {
  downscale: "Resizing the picture",
  language_detection: "Detecting the language",
  animal_detection: "Detecting animals",
  subtitles: "Writing the subtitles",
  merger: "Merging video and subtitles",
};
const STATUS_TEXTS = { pending: "waiting", completed: "done", failed: "failed", cancelled: "cancelled" };

const part = (id) => document.getElementById(id);

/** Shows only these sections of the page; pauses a video that gets hidden. */
export function only(...shown) {
  for (const id of ["film", "work", "fault", "door"]) part(id).hidden = !shown.includes(id);
  if (!shown.includes("film")) part("video").pause();
}

export function say(id, text) {
  // Screen readers would read an unchanged text again.
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

/** Shows one line for each stage that is not skipped; reuses the lines, so that bars move smoothly. */
export function stages(states) {
  const wanted = Object.entries(states).filter(([, stage]) => stage.status !== "skipped");
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
    element("span", { className: "status-text" }),
    bar,
    element("p", { className: "reason", hidden: true }),
  );
  return line;
}

function fill(line, stage) {
  const [, text, bar, reason] = line.children;
  line.dataset.status = stage.status;
  const left = stage.eta_seconds === null ? "" : ` · ${clock(stage.eta_seconds)} left`;
  const again = stage.attempt > 1 ? ` · attempt ${stage.attempt}` : "";
  text.textContent = STATUS_TEXTS[stage.status] ?? `${stage.progress} %${left}${again}`;
  bar.value = stage.progress;
  reason.textContent = stage.error?.message ?? "";
  reason.hidden = !stage.error;
}

/** Shows links under the player: `[text, address, file name]`; without a name in a new tab. */
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
