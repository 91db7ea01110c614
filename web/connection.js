// Asks the API as this tab's user, and has patience with what passes.

const KEPT_AS = "video-pipeline-token";
const ROOT = new URL("..", location.href);

/** An answer that asking again would not change. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEPT_AS) ?? "",
  keep: (text) => sessionStorage.setItem(KEPT_AS, text),
  forget: () => sessionStorage.removeItem(KEPT_AS),
};

/** An address of the API, also where it stands under a path of a larger site. */
export function at(path) {
  return new URL(path.replace(/^\//, ""), ROOT).href;
}

export function pause(seconds) {
  return new Promise((go) => setTimeout(go, seconds * 1000));
}

/** The answer, once there is one that is not about the moment; `waiting(why)` hears of each that is. */
export async function ask(path, waiting, headers = {}) {
  const bearer = token.get();
  const sent = { ...headers, ...(bearer && { Authorization: `Bearer ${bearer}` }) };
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(at(path), { headers: sent }).catch(() => null);
    if (answer?.ok) {
      waiting("");
      return answer;
    }
    const passing = !answer || answer.status === 429 || answer.status >= 500;
    const said = answer && (await answer.json().catch(() => null))?.detail;
    if (!passing) throw new Refused(answer.status, said ?? answer.statusText);
    waiting(`${said ?? "The server does not answer."} Trying again …`);
    await pause(Number(answer?.headers.get("Retry-After")) || Math.min(2 ** tries, 15));
  }
}

/** The targets of an answer's Link header, by their relation. */
export function linksOf(answer) {
  const header = answer.headers.get("Link") ?? "";
  return Object.fromEntries([...header.matchAll(/<([^>]*)>;\s*rel="([^"]*)"/g)].map(([, to, rel]) => [rel, to]));
}

/** Each state of a task as it comes, to its last one; a stream that breaks is taken up where it was. */
export async function* follow(path, waiting) {
  // EventSource can't send a token.
  for (let seen = ""; ; await pause(2)) {
    const answer = await ask(path, waiting, seen && { "Last-Event-ID": seen });
    if (answer.status === 204) return;
    try {
      for await (const event of eventsOf(answer.body)) {
        seen = event.id || seen;
        if (event.data) yield JSON.parse(event.data);
      }
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      waiting("The connection was lost. Trying again …");
    }
  }
}

/** Server-sent events as this API writes them: one line of data each, LF between lines. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      yield Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
    }
  }
}
