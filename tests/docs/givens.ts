/**
 * What the pages' snippets of TypeScript for browsers take for granted, by the names that they use. `docs` is
 * what the test gives the page.
 */
import { readSnippets, type Snippet } from "./snippets.ts";

const GUIDE = "docs/reference/graphql.md";

/**
 * Every operation of the page as the constant that its snippets name it by: `CREATE_VIDEO` for
 * `mutation CreateVideo`.
 */
function documentsOf(page: string): Record<string, string> {
  const documents = readSnippets(page).filter(({ language }) => language === "graphql");
  return Object.fromEntries(
    documents.map(({ code }) => {
      const [, name = ""] = /^\w+ (\w+)/.exec(code) ?? [];
      const constant = name.replaceAll(/(?<=.)(?=[A-Z])/g, "_").toUpperCase();
      return [constant, `const ${constant} = ${JSON.stringify(code)};`];
    }),
  );
}

function askOf(page: string): string {
  const snippet = readSnippets(page).find(({ code }) => code.includes("async function ask"));
  if (snippet === undefined) throw new Error(`${page} has no function to ask.`);
  return snippet.code;
}

export function givensFor(snippet: Snippet): Record<string, string> {
  const ask = askOf(GUIDE);
  const special = SPECIAL.find(({ words }) => snippet.code.includes(words));
  return {
    ...documentsOf(GUIDE),
    ask,
    api: ask,
    apiKey: ask,
    file: `const file = new File([await (await fetch("clip.mp4")).blob()], "video.mp4", { type: "video/mp4" });`,
    createVideo: `const { createVideo } = await ask(CREATE_VIDEO, { input: { title: file.name, source: { upload: { filename: file.name, sizeBytes: file.size } } } });`,
    created: "const created = { upload: { url: docs.uploadUrl, protocol: 'TUS' } };",
    id: "const id = docs.newVideoId;",
    videoId: "const videoId = docs.videoId;",
    play: "const play = () => {};",
    client: `import { createClient } from "graphql-ws"; const client = createClient({ url: api.replace("http", "ws"), connectionParams: { Authorization: "Bearer " + apiKey } });`,
    store: "const store = { loadCursor: async () => null, saveCursor: async () => {} };",
    readAllVideos: "const readAllVideos = async () => {};",
    ...special?.givens,
  };
}

interface Special {
  /** Which snippet it is. */
  words: string;
  givens?: Record<string, string>;
  /** Code that comes after it, to see that it did what it says. */
  after?: string;
}

/** Where the usual is not enough. */
const SPECIAL: readonly Special[] = [
  {
    words: "new Upload(file",
    after: `
      const look = () => ask("query ($id: ID!) { video(id: $id) { status } }", { id: createVideo.id });
      while ((await look()).video.status === "AWAITING_SOURCE") await new Promise((resolve) => setTimeout(resolve, 100));`,
  },
  {
    // There is no Cloud Storage here: the page's own server takes the bytes.
    words: 'method: "PUT", body: file',
    givens: { createVideo: "const createVideo = { id: docs.videoId, upload: { url: 'put' } };" },
  },
  {
    // It goes on for ever: the first event that comes is enough, and something has to happen.
    words: "query: EVENTS",
    givens: {
      handle: `
        const happen = setInterval(() => void ask(CREATE_VIDEO, { input: { title: "x", source: { upload: { filename: "x", sizeBytes: 1 } } } }), 300);
        const handle = async () => { clearInterval(happen); docs.end("done"); };`,
    },
  },
  {
    words: "function play(",
    after: `
      const player = document.querySelector("video");
      play(docs.hlsUrl);
      await new Promise((resolve) => player.addEventListener("canplay", resolve));`,
  },
  {
    words: "SET_CAPTIONS",
    givens: { file: `const file = new File(["WEBVTT\\n\\n00:00.000 --> 00:01.000\\nHello\\n"], "a.vtt");` },
  },
];

export const codeAfter = ({ code }: Snippet): string =>
  SPECIAL.find(({ words }) => code.includes(words))?.after ?? "";
