/** The state of a video, as in status.json, `/api/video-status/{id}` and GraphQL. */
export interface VideoState {
  status: "AWAITING_SOURCE" | "FAILED" | "PLAYABLE" | "PROCESSING" | "READY";
  /** From 0 to 1. */
  progress: number;
  playbackUrl: string | null;
  posterUrl: string | null;
  storyboardUrl: string | null;
  error: { code: string; message: string } | null;
}

/** The result of `createClient` from @reelay/client, which this package does not import. */
export interface VideoWatcher {
  watch(
    videoId: string,
    options: { signal: AbortSignal },
  ): AsyncIterable<{
    status: VideoState["status"];
    progress: number;
    error?: VideoState["error"] | undefined;
    playback?:
      | { hlsUrl: string; posterUrl?: string | null | undefined; storyboardUrl?: string | null | undefined }
      | null
      | undefined;
  }>;
}

const POLL_MS = 1_500;
/** Polls after settling, because the storyboard may arrive slightly later. */
const LATE_POLLS = 20;

export const isSettled = ({ status }: Pick<VideoState, "status">): boolean =>
  status === "READY" || status === "FAILED";

/** The states from a client's subscription. */
export async function* watchedStates(
  client: VideoWatcher,
  videoId: string,
  signal: AbortSignal,
): AsyncGenerator<VideoState> {
  for await (const { status, progress, playback, error } of client.watch(videoId, { signal })) {
    yield {
      status,
      progress,
      playbackUrl: playback?.hlsUrl ?? null,
      posterUrl: playback?.posterUrl ?? null,
      storyboardUrl: playback?.storyboardUrl ?? null,
      error: error ?? null,
    };
  }
}

/** The reason why a URL yields no state: it does not exist, or the server does not answer. */
export type StateTrouble = "MISSING" | "UNREACHABLE";

/** Polls the public state at a URL until it is settled. Reports and skips answers that are not a state. */
export async function* polledStates(
  url: () => string,
  signal: AbortSignal,
  onTrouble: (trouble: StateTrouble) => void = () => {},
): AsyncGenerator<VideoState> {
  for (let polls = 0; polls < LATE_POLLS && !signal.aborted; ) {
    const state = await fetchState(url(), signal);
    if (signal.aborted) return;
    if (typeof state === "string") onTrouble(state);
    else {
      yield state;
      if (isSettled(state)) {
        if (state.status === "FAILED" || state.storyboardUrl) return;
        polls += 1;
      }
    }
    await pause(POLL_MS, signal);
  }
}

async function fetchState(url: string, signal: AbortSignal): Promise<StateTrouble | VideoState> {
  try {
    const response = await fetch(url, { signal, cache: "no-cache" });
    // Buckets without list permission answer 403 for missing objects.
    if (response.status === 404 || response.status === 403) return "MISSING";
    if (!response.ok) return "UNREACHABLE";
    const state = (await response.json()) as Partial<VideoState>;
    if (state.status === undefined) return "MISSING";
    const {
      status,
      progress = 0,
      playbackUrl = null,
      posterUrl = null,
      storyboardUrl = null,
      error = null,
    } = state;
    // The status file of a SIGNED video refers to its media relatively.
    const address = (given: string | null) => given && new URL(given, response.url).href;
    return {
      status,
      progress,
      error,
      playbackUrl: address(playbackUrl),
      posterUrl: address(posterUrl),
      storyboardUrl: address(storyboardUrl),
    };
  } catch {
    // A network error or invalid JSON: the next answer counts.
    return "UNREACHABLE";
  }
}

/** Resolves early when the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });

/** The URL of status.json beside a Reelay stream (`…/manifest/master.m3u8`); undefined for other streams. */
export function statusUrlBeside(src: string, base: string): string | undefined {
  const url = new URL(src, base);
  if (!url.pathname.endsWith("/manifest/master.m3u8")) return undefined;
  return new URL("../status.json", url).href;
}
