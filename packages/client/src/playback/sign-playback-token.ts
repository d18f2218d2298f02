/** The content of a token, and the key that signs it. */
export interface SignPlaybackToken {
  /** The signing key's id, from `rotateSigningKey`. */
  keyId: string;
  /** `rpk_…`, from the same answer. Keep it on your server. */
  secret: string;
  /** The video's id from the API. */
  videoId: string;
  /** Default `PLAY`. */
  purpose?: "DOWNLOAD" | "PLAY" | "STATUS";
  /** Lifetime in seconds, 1 to 604800 (7 days). Default 3600. */
  expiresInSeconds?: number;
  /** Sites that may use the token, for example `https://shop.example`; at most 10. Default: any. */
  origins?: readonly string[];
  /** Your own viewer id, at most 128 bytes, readable in the token. */
  viewerId?: string;
  /** Start of validity in milliseconds since 1970. Default: now. */
  startsAt?: number;
}

const MAX_LIFETIME_S = 604_800;
const MAX_ORIGINS = 10;
const MAX_ORIGINS_BYTES = 480;
const MAX_VIEWER_BYTES = 128;
const KEY_ID = /^[a-z2-7]{12}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Signs a playback token without a request to the API. Runs wherever WebCrypto is available: Node, Deno, Bun,
 * edge runtimes. Add the token to a URL with `withPlaybackToken`, or pass it to the player.
 *
 * @throws RangeError or TypeError that names the invalid field.
 */
export async function signPlaybackToken({
  keyId,
  secret,
  videoId,
  purpose = "PLAY",
  expiresInSeconds = 3_600,
  origins = [],
  viewerId = "",
  startsAt = Date.now(),
}: SignPlaybackToken): Promise<string> {
  if (!KEY_ID.test(keyId))
    throw new TypeError("keyId: is not the id of a signing key (12 letters and digits).");
  if (!secret.startsWith("rpk_"))
    throw new TypeError("secret: is not the secret of a signing key, which begins with rpk_.");
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_LIFETIME_S) {
    throw new RangeError(`expiresInSeconds: is ${expiresInSeconds}. Use 1 to ${MAX_LIFETIME_S} seconds.`);
  }
  const viewer = new TextEncoder().encode(viewerId);
  if (viewer.length > MAX_VIEWER_BYTES) {
    throw new RangeError(`viewerId: has ${viewer.length} bytes; the limit is ${MAX_VIEWER_BYTES}.`);
  }
  const sites = new TextEncoder().encode(checkOrigins(origins).join(","));
  if (sites.length > MAX_ORIGINS_BYTES) {
    throw new RangeError(`origins: has ${sites.length} bytes; the limit is ${MAX_ORIGINS_BYTES} in total.`);
  }
  const from = Math.floor(startsAt / 1_000);
  const fields = ["1", keyId, purpose.toLowerCase(), rowKeyOf(videoId), from, from + expiresInSeconds];
  const text = [...fields, toBase64Url(sites) || "-", toBase64Url(viewer) || "-"].join(".");
  return `${text}.${await hmacOf(text, secret)}`;
}

/**
 * Adds a token to a media URL, or replaces it: the URL of a playlist, poster or any other object of the
 * video.
 */
export function withPlaybackToken(url: string, token: string): string {
  const bare = url.replace(/\/~[^/?#]*(?=\/videos\/)/, "");
  const place = (bare.split(/[?#]/, 1)[0] ?? "").lastIndexOf("/videos/");
  if (place === -1) throw new TypeError(`${url} is not the URL of a video's media.`);
  return `${bare.slice(0, place)}/~${token}${bare.slice(place)}`;
}

function checkOrigins(origins: readonly string[]): readonly string[] {
  const distinct = [...new Set(origins)];
  if (distinct.length > MAX_ORIGINS)
    throw new RangeError(`origins: has ${distinct.length} entries; the limit is ${MAX_ORIGINS}.`);
  for (const origin of distinct) {
    const isOrigin =
      URL.canParse(origin) && /^https?:[^,]+$/.test(origin) && new URL(origin).origin === origin;
    if (!isOrigin) throw new TypeError(`origins: ${origin} is not an origin such as https://shop.example.`);
  }
  return distinct;
}

/** The UUID in a global id (`Video:{uuid}` in base64url). A plain UUID is accepted too. */
function rowKeyOf(videoId: string): string {
  if (UUID.test(videoId)) return videoId;
  const text = /^[\w-]+$/.test(videoId) ? atob(videoId.replaceAll("-", "+").replaceAll("_", "/")) : "";
  const key = text.startsWith("Video:") ? text.slice("Video:".length) : "";
  if (!UUID.test(key)) throw new TypeError("videoId: is not the id of a video.");
  return key;
}

async function hmacOf(text: string, secret: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "sign",
  ]);
  return toBase64Url(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))));
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
