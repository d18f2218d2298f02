/** The playback token of a SIGNED video: part of every URL, and refreshed before it expires. */

/** Returns a fresh token for the current video. Called with the current token before it expires. */
export type RefreshToken = (current: string | null) => Promise<string>;

export interface TokenKeeper {
  readonly token: string | null;
  /** Puts the current token into a media or status URL. Other URLs stay unchanged. */
  address(url: string): string;
  /** Sets a newer token. */
  set(token: string): void;
}

interface TokenKeeperOptions {
  token: string | null;
  /** Undefined: the token is not refreshed. */
  refresh: () => RefreshToken | undefined;
  /** Called when a newer token is in use. */
  onChange: () => void;
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

const STATUS = /^[^?#]*\/api\/video-status\/[^?#]*/;
/** A token is refreshed when a quarter of its life remains, but at most a minute ahead. */
const MOST_AHEAD_MS = 60_000;
const RETRY_MS = 5_000;

/** The token in a media URL; null without one. */
export const tokenIn = (url: string): string | null => /\/~([^/?#]*)\/videos\//.exec(url)?.[1] ?? null;

/** The URL without its token, for comparison. */
export const withoutToken = (url: string): string => url.replace(/\/~[^/?#]*(?=\/videos\/)/, "");

export function withToken(url: string, token: string): string {
  const bare = withoutToken(url);
  const place = (bare.split(/[?#]/, 1)[0] ?? "").lastIndexOf("/videos/");
  if (place !== -1) return `${bare.slice(0, place)}/~${token}${bare.slice(place)}`;
  const status = STATUS.exec(url);
  return status ? `${status[0]}?token=${token}` : url;
}

/** The expiry of a token in milliseconds since 1970; null if it is not a token. */
export function expiryOf(token: string): number | null {
  const untilS = Number(token.split(".")[5]);
  return Number.isInteger(untilS) ? untilS * 1_000 : null;
}

export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { refresh, onChange, onError, signal } = options;
  let { token } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan() {
    clearTimeout(timer);
    const until = token === null ? null : expiryOf(token);
    if (until === null || signal.aborted) return;
    const leftMs = until - Date.now();
    timer = setTimeout(() => void renew(), Math.max(0, leftMs - Math.min(MOST_AHEAD_MS, leftMs / 4)));
  }

  async function renew() {
    const ask = refresh();
    if (!ask || signal.aborted) return;
    try {
      const next = await ask(token);
      if (signal.aborted) return;
      if (next !== token) set(next);
      // The same token again, from an API that returns equal tokens for a while.
      else timer = setTimeout(() => void renew(), RETRY_MS);
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      timer = setTimeout(() => void renew(), RETRY_MS);
    }
  }

  function set(next: string) {
    if (next === token) return;
    token = next;
    plan();
    onChange();
  }

  // A machine that slept has missed its timer.
  const onShow = () => {
    if (document.visibilityState === "visible") plan();
  };
  document.addEventListener("visibilitychange", onShow, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  plan();
  return {
    get token() {
      return token;
    },
    address: (url) => (token === null ? url : withToken(url, token)),
    set,
  };
}

/**
 * Requests tokens from a URL, which answers with JSON `{ "token": "…" }` or plain text. Sends the cookies of
 * its site.
 */
export const refreshFrom =
  (url: string): RefreshToken =>
  async () => {
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const text = (await response.text()).trim();
    const token: unknown = text.startsWith("{") ? (JSON.parse(text) as { token?: unknown }).token : text;
    if (typeof token !== "string" || token === "") throw new Error(`${url} answered without a token`);
    return token;
  };
