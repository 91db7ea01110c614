// Client of the API: sends the token of this tab, retries temporary errors.

const TOKEN_KEY = "video-pipeline-token";
const ROOT = new URL("..", location.href);

/** An error response that a retry would not change. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN_KEY) ?? "",
  store: (text) => sessionStorage.setItem(TOKEN_KEY, text),
  forget: () => sessionStorage.removeItem(TOKEN_KEY),
};

/** The URL of an API path, also where the API is below a path of a larger site. */
export function at(path) {
  return new URL(path.replace(/^\//, ""), ROOT).href;
}

export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Returns the response after retrying temporary errors; `waiting(reason)` is called for each of them. */
export async function ask(path, waiting, headers = {}) {
  const bearer = token.get();
  const sent = { ...headers, ...(bearer && { Authorization: `Bearer ${bearer}` }) };
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(at(path), { headers: sent }).catch(() => null);
    if (answer?.ok) {
      waiting("");
      return answer;
    }
    const temporary = !answer || answer.status === 429 || answer.status >= 500;
    const detail = answer && (await answer.json().catch(() => null))?.detail;
    if (!temporary) throw new Refused(answer.status, detail ?? answer.statusText);
    waiting(`${detail ?? "The server does not answer."} Trying again …`);
    await pause(Number(answer?.headers.get("Retry-After")) || Math.min(2 ** tries, 15));
  }
}

/** Returns the targets of a response's Link header, by relation. */
export function linksOf(answer) {
  const header = answer.headers.get("Link") ?? "";
  return Object.fromEntries([...header.matchAll(/<([^>]*)>;\s*rel="([^"]*)"/g)].map(([, to, rel]) => [rel, to]));
}

/** Yields each state of a task until its last one; reconnects after a broken stream. */
export async function* follow(path, waiting) {
  // EventSource can't send a token.
  for (let lastId = ""; ; await pause(2)) {
    const answer = await ask(path, waiting, lastId && { "Last-Event-ID": lastId });
    if (answer.status === 204) return;
    try {
      for await (const event of eventsOf(answer.body)) {
        lastId = event.id || lastId;
        if (event.data) yield JSON.parse(event.data);
      }
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      waiting("The connection was lost. Trying again …");
    }
  }
}

/** Parses server-sent events as this API writes them: one line of data each, LF between lines. */
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
