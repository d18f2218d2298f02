import { createRetry } from "./backoff.ts";
import { ChangesDocument, type EventFragment, EventsDocument } from "./generated.ts";
import type { Ask } from "./http.ts";
import type { Live } from "./live.ts";
import { ended } from "./watch.ts";

export interface ChangesOptions {
  /** Ends it: the loop throws its reason. */
  signal?: AbortSignal;
  /** Events of these types only, e.g. `["video.ready", "video.failed"]`; 50 at most. */
  types?: readonly string[];
  /** Events of this video only. */
  videoId?: string;
  /** Whether to stay for what happens from now on. Default true; false: the loop ends when everything that happened was given. */
  live?: boolean;
  /** Events of one page while catching up, 1 to 1,000. Default 500. */
  pageSize?: number;
}

/** Live events that wait for a slow reader; beyond, the rest is read page by page when he comes to it. */
const MAX_WAITING = 1_000;

/**
 * Every event of the workspace after a cursor, each once, in order: first what happened, page by page, then what happens. Goes on
 * after lost connections where it stopped. Keep `event.cursor` together with what you did about the event, and begin there next time.
 *
 * @param after a kept cursor; `beginning` (also undefined, null): the oldest event that is kept; `now`: only what happens from now on.
 * @throws ReelayError: `CURSOR_EXPIRED` and `CURSOR_UNKNOWN` say that events are gone: read the present state and begin with `now`.
 */
export async function* readChanges(
  { ask, live }: { ask: Ask; live: Live },
  after: string | null | undefined,
  { signal, types, videoId, live: isLive = true, pageSize = 500 }: ChangesOptions = {},
): AsyncGenerator<EventFragment, void, undefined> {
  const filter = { types: types ? [...types] : null, videoId: videoId ?? null };
  let cursor = after ?? null;

  const retry = createRetry(signal);
  for (;;) {
    for (let hasMore = true; hasMore; ) {
      const variables = { ...filter, after: cursor, first: pageSize };
      const { changes } = await ask(ChangesDocument, variables, {
        signal,
        tries: isLive ? Number.POSITIVE_INFINITY : 5,
      });
      yield* changes.events;
      ({ cursor, hasMore } = changes);
    }
    if (!isLive) return;
    const events = live.listen(EventsDocument, { ...filter, after: cursor }, { signal, keep: MAX_WAITING });
    try {
      for await (const { events: event } of events) {
        retry.reset();
        cursor = event.cursor;
        yield event;
      }
      throw ended();
    } catch (error) {
      await retry.after(error);
    }
  }
}
