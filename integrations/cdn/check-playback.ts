/**
 * Decides at a CDN whether a request may read an object of a private bucket, by the rules of the API's own
 * media handler and without asking it. Needs WebCrypto only: runs in Cloudflare Workers, Fastly Compute,
 * Deno, Bun and Node. See docs/how-to/playback-access.md.
 */

export interface EdgeKey {
  /** `rpk_…` of `rotateSigningKey`. */
  secret: string;
  /**
   * Global id of the workspace that the key belongs to. Leave it out only where the bucket has one workspace.
   */
  workspaceId?: string;
}

/** Signing keys by `keyId`: both live ones while a rotation is under way. */
export type EdgeKeys = Readonly<Record<string, EdgeKey>>;

/** What this needs of a video's `status.json`. */
export interface EdgeStatus {
  /** Absent in files of before signed playback: PUBLIC. */
  playbackPolicy?: string;
  workspaceId?: string;
}

export interface EdgeRequest {
  /** As it was sent, e.g. `/~1.…/videos/{id}/manifest/master.m3u8`. */
  path: string;
  /** `Origin`, else that of `Referer`; null without either. */
  origin: string | null;
  nowS: number;
  /** Origins of the API's own pages, whatever a token names: `/embed` plays there. */
  ownOrigins?: readonly string[];
}

export type EdgeVerdict =
  /** `key` is the object's, without the token: the cache's key, too. `leftS` null: the video is PUBLIC. */
  | { isAllowed: true; key: string; leftS: number | null; isForSites: boolean }
  | { isAllowed: false; status: 403 | 404; code: string };

const ADDRESS = /^\/(?:~([^/]*)\/)?(videos\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([^?#]+))$/;
const TOKEN =
  /^1\.([a-z2-7]{12})\.(play|download|status)\.([0-9a-f-]{36})\.([1-9]\d{9})\.([1-9]\d{9})\.(-|[A-Za-z0-9_-]{2,})\.(-|[A-Za-z0-9_-]{2,})\.([A-Za-z0-9_-]{43})$/;
const MAX_TOKEN_LENGTH = 1_024;
const MAX_LIFETIME_S = 604_800;
const CLOCK_SKEW_S = 60;
/** Originals and the operator's own notes are never served. */
const HIDDEN = /^source\/|^attempts\/[^/]+\/manifest\.json$/i;
/** Dot segments, empty ones, and slashes in disguise. */
const UNCLEAN = /(?:^|\/)\.{0,2}(?:\/|$)|\\|\0/;

const missing = { isAllowed: false, status: 404, code: "NOT_FOUND" } as const;
const refuse = (code: string) => ({ isAllowed: false, status: 403, code: `PLAYBACK_TOKEN_${code}` }) as const;

/**
 * `readStatus` reads `videos/{id}/status.json` from the bucket, null without one; let it reuse an answer for
 * half a minute.
 */
export async function checkPlayback(
  { path, origin, nowS, ownOrigins = [] }: EdgeRequest,
  keys: EdgeKeys,
  readStatus: (videoId: string) => Promise<EdgeStatus | null>,
): Promise<EdgeVerdict> {
  const match = ADDRESS.exec(path);
  if (match === null) return path.startsWith("/~") ? refuse("INVALID") : missing;
  const [, token, key = "", videoId = "", rest = ""] = match;
  const name = nameOf(rest);
  const isServed = name !== null && !HIDDEN.test(name) && !UNCLEAN.test(name);
  if (token === undefined) {
    const status = await readStatus(videoId);
    const isPublic = status !== null && (status.playbackPolicy ?? "PUBLIC") === "PUBLIC";
    return isPublic && isServed ? { isAllowed: true, key, leftS: null, isForSites: false } : missing;
  }
  const parsed = token.length > MAX_TOKEN_LENGTH ? null : TOKEN.exec(token);
  const [, keyId = "", purpose = "", tokenVideo = "", from, until, sites = ""] = parsed ?? [];
  const signingKey = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (parsed === null || !signingKey || !(await isSigned(token, signingKey.secret))) return refuse("INVALID");
  const [fromS, untilS] = [Number(from), Number(until)];
  const lifeS = untilS - fromS;
  if (tokenVideo !== videoId || lifeS < 1 || lifeS > MAX_LIFETIME_S) return refuse("INVALID");
  if (fromS > nowS + CLOCK_SKEW_S) return refuse("NOT_YET_VALID");
  if (untilS <= nowS) return refuse("EXPIRED");
  if (!purposesOf(name ?? rest).includes(purpose)) return refuse("PURPOSE");
  const origins = sites === "-" ? [] : fromBase64Url(sites).split(",");
  const isAllowed = origin === null || origins.includes(origin) || ownOrigins.includes(origin);
  if (origins.length > 0 && !isAllowed) return refuse("ORIGIN");
  // Last: who reads this far has a good signature, though it may be another workspace's.
  const status = await readStatus(videoId);
  const isTheirs =
    status !== null &&
    (status.playbackPolicy !== "SIGNED" ||
      (signingKey.workspaceId ?? status.workspaceId) === status.workspaceId);
  if (!isTheirs) return refuse("INVALID");
  return isServed ? { isAllowed: true, key, leftS: untilS - nowS, isForSites: origins.length > 0 } : missing;
}

/**
 * What the bucket makes of it; null for what is no name. A bucket decodes "%73ource/" to "source/", and so
 * must who looks for it.
 */
function nameOf(rest: string): string | null {
  try {
    const name = decodeURIComponent(rest);
    return name.split("/").length === rest.split("/").length ? name : null;
  } catch {
    return null;
  }
}

function purposesOf(rest: string): readonly string[] {
  if (/^attempts\/[^/]+\/download\//i.test(rest)) return ["download"];
  return rest === "status.json" ? ["play", "status"] : ["play"];
}

/** Compares the texts of the signatures, in a time that does not depend on how much is right. */
async function isSigned(token: string, secret: string): Promise<boolean> {
  const dot = token.lastIndexOf(".");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(token.slice(0, dot))));
  const expected = btoa(String.fromCharCode(...mac))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const given = token.slice(dot + 1);
  let difference = given.length ^ expected.length;
  for (let place = 0; place < expected.length; place += 1) {
    difference |= expected.charCodeAt(place) ^ given.charCodeAt(place);
  }
  return difference === 0;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

const fromBase64Url = (text: string): string =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)),
  );
