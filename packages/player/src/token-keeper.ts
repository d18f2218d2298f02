/** The playback token of a SIGNED video: in every address, and refreshed before it expires. */

/** Gives a fresh token for the video that plays. Called before the one that it gets expires. */
export type RefreshToken = (current: string | null) => Promise<string>;

export interface TokenKeeper {
  readonly token: string | null;
  /** A media address with the present token in the place of its own; the status address likewise. Others stay as they are. */
  address(url: string): string;
  /** Takes a newer token. */
  set(token: string): void;
}

interface TokenKeeperOptions {
  token: string | null;
  /** Undefined: the token is not refreshed. */
  refresh: () => RefreshToken | undefined;
  /** A newer token is in use. */
  onChange: () => void;
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

const STATUS = /^[^?#]*\/api\/video-status\/[^?#]*/;
/** Refreshed when a quarter of its life is left, or a minute. */
const MOST_AHEAD_MS = 60_000;
const RETRY_MS = 5_000;

/** The token in a media address; null without one. */
export const tokenIn = (url: string): string | null => /\/~([^/?#]*)\/videos\//.exec(url)?.[1] ?? null;

/** The address without its token, to compare it. */
export const withoutToken = (url: string): string => url.replace(/\/~[^/?#]*(?=\/videos\/)/, "");

export function withToken(url: string, token: string): string {
  const bare = withoutToken(url);
  const place = (bare.split(/[?#]/, 1)[0] ?? "").lastIndexOf("/videos/");
  if (place !== -1) return `${bare.slice(0, place)}/~${token}${bare.slice(place)}`;
  const status = STATUS.exec(url);
  return status ? `${status[0]}?token=${token}` : url;
}

/** When a token expires, in milliseconds since 1970; null for what is no token. */
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
      // The same again, as of an API that gives equal tokens for a while.
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

/** Asks an address for tokens: it answers with JSON `{ "token": "…" }`, or with the token as text. Cookies of its site go along. */
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
