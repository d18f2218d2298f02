/**
 * What the plugin for Cloud CDN (integrations/cdn/cloud-cdn, in Go) is tested with: requests with our own
 * tokens, and the answers of the rule for other CDNs.
 */
import { expect, test } from "vitest";
import { createEdge } from "../../integrations/cdn/serve-playback.ts";
import type { PlaybackClaims, Purpose } from "../../src/playback-access/claims.ts";
import { signClaims } from "../../src/playback-access/signature.ts";

/** The time of the emulator that the plugin is tested in, whose clock stands nearly still: 2022-01-01. */
const nowS = 1_640_995_200;
const keyId = "abcdefgh2345";
const secret = "rpk_c2VjcmV0LW9mLXRoZS10ZXN0LXZlY3RvcnM";
const keys = { [keyId]: { secret, workspaceId: "ours" } };
const ownOrigins = ["https://api.example"];
const video = "019a0000-0000-7000-8000-000000000001";
const other = "019a0000-0000-7000-8000-000000000002";
const open = "019a0000-0000-7000-8000-00000000000a";
const [segment, download] = ["attempts/a1/720p/00000.m4s", "attempts/a1/download/film.mp4"];

interface Asked {
  name: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
}

const claims: PlaybackClaims = {
  keyId,
  purpose: "PLAY",
  videoId: video,
  fromS: nowS - 10,
  untilS: nowS + 3_600,
  origins: [],
  viewerId: "",
};
const tokenOf = (change: Partial<PlaybackClaims> = {}) => signClaims({ ...claims, ...change }, secret);
const below = (token: string, rest = segment, id = video) => `/~${token}/videos/${id}/${rest}`;
const plays = (name: string, change: Partial<PlaybackClaims>, rest?: string): Asked => ({
  name,
  path: below(tokenOf(change), rest),
});

function* requests(): Generator<Asked> {
  yield plays("a token", {});
  yield plays("a token with a viewer", { viewerId: "Kim Ö" });
  yield { name: "a query", path: `${below(tokenOf())}?generation=1` };
  yield { name: "a look ahead", method: "HEAD", path: below(tokenOf()) };
  yield { name: "a preflight", method: "OPTIONS", path: below("nonsense") };
  yield { name: "a write", method: "PUT", path: below(tokenOf()) };
  yield { name: "another video", path: below(tokenOf(), segment, other) };
  yield { name: "another key", path: below(signClaims({ ...claims, keyId: "zzzzzzzzzzzz" }, secret)) };
  yield { name: "another secret", path: below(signClaims(claims, "rpk_other")) };
  yield plays("its last seconds", { untilS: nowS + 10 });
  yield plays("its end", { untilS: nowS });
  yield plays("a start within the tolerance", { fromS: nowS + 60 });
  yield plays("a start beyond it", { fromS: nowS + 70 });
  yield plays("the longest life", { fromS: nowS, untilS: nowS + 604_800 });
  yield plays("a longer one", { fromS: nowS, untilS: nowS + 604_801 });
  yield plays("a life that ends before it begins", { fromS: nowS + 30, untilS: nowS + 20 });
  const purposes = ["PLAY", "DOWNLOAD", "STATUS"] as const satisfies Purpose[];
  const files = [segment, download, "status.json", "manifest/master.m3u8", "source/film.mp4"];
  for (const purpose of purposes)
    for (const file of files) yield plays(`${purpose}: ${file}`, { purpose }, file);
  for (const file of ["%73ource/film.mp4", "attempts/a1/manifest.json", "attempts/a1/MANIFEST.json"])
    yield plays(`hidden: ${file}`, {}, file);
  for (const file of ["attempts/a1/%64ownload/film.mp4", "attempts//x", "a%2fb", "a%5Cb", "a%00", "a%zz"])
    yield plays(`odd: ${file}`, {}, file);
  const sites = { origins: ["https://shop.example", "http://localhost:3000"] };
  for (const origin of [...sites.origins, ...ownOrigins, "https://thief.example", "null"])
    yield { ...plays(`origin ${origin}`, sites), headers: { origin } };
  yield plays("no origin", sites);
  for (const referer of [
    "https://shop.example/page?a=b",
    "https://shop.example:443/",
    "http://localhost:3000/",
    "https://thief.example/https://shop.example/",
    "https://shop.example@thief.example/",
    "about:blank",
    "nonsense",
  ])
    yield { ...plays(`referer ${referer}`, sites), headers: { referer } };
  yield {
    ...plays("an origin before a referer", sites),
    headers: { origin: "https://thief.example", referer: "https://shop.example/" },
  };
  yield { name: "no token", path: `/videos/${video}/${segment}` };
  yield { name: "no token, an exception", path: `/videos/${open}/${segment}` };
  yield { name: "no token, an original of an exception", path: `/videos/${open}/source/film.mp4` };
  for (const path of [
    "/",
    "/videos/",
    `/videos/${video}`,
    `/videos/${video}/`,
    "/other",
    "/~",
    "/~/",
    "/~abc/other",
  ])
    yield { name: `path ${path}`, path };
  const whole = tokenOf();
  // Every third letter, so that each field is damaged; a signature's last letter has several valid forms.
  for (let place = 0; place < whole.length; place += 3)
    yield { name: `damage at ${place}`, path: below(`${whole.slice(0, place)}_${whole.slice(place + 1)}`) };
  for (const cut of [0, 1, 40, whole.length - 1])
    yield { name: `cut at ${cut}`, path: below(whole.slice(0, cut)) };
  yield { name: "a letter too many", path: below(`${whole}A`) };
  yield { name: "a very long token", path: below(`${whole}${"A".repeat(1_024)}`) };
}

const edge = createEdge({
  keys,
  ownOrigins,
  now: () => nowS * 1_000,
  readObject: (key) => {
    if (!key.endsWith("/status.json")) return Promise.resolve(new Response(key));
    const playbackPolicy = key.includes(open) ? "PUBLIC" : "SIGNED";
    return Promise.resolve(Response.json({ playbackPolicy, workspaceId: "ours" }));
  },
});

async function answerTo({ path, method = "GET", headers = {} }: Asked): Promise<string> {
  const response = await edge(new Request(`https://cdn.example${path}`, { method, headers }));
  if (response.status === 200) return new URL(`https://cdn.example${path}`).pathname.replace(/^\/~[^/]*/, "");
  const text = await response.text();
  return text === "" ? `${response.status}` : `${response.status} ${JSON.parse(text).code}`;
}

test("the Cloud CDN plugin is tested with the API's signatures and the decisions of the rule for other CDNs", async () => {
  const cases = [];
  for (const request of requests())
    cases.push({ method: "GET", headers: {}, ...request, answer: await answerTo(request) });
  const config = { keys, ownOrigins, unsigned: "refuse", exceptions: [`videos/${open}/`] };
  await expect(`${JSON.stringify({ nowS, config, cases }, null, 2)}\n`).toMatchFileSnapshot(
    "../../integrations/cdn/cloud-cdn/fixtures/vectors.json",
  );
});
