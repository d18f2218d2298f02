import { createRetry } from "./backoff.ts";
import { ChangesDocument, type EventFragment, EventsDocument } from "./generated.ts";
import type { Ask } from "./http.ts";
import type { Live } from "./live.ts";
import { ended } from "./watch.ts";

export interface ChangesOptions {
  /** Ends the iteration: the loop throws its reason. */
  signal?: AbortSignal;
  /** Only events of these types, for example `["video.ready", "video.failed"]`; 50 at most. */
  types?: readonly string[];
  /** Only events of this video. */
  videoId?: string;
  /**
   * Continue with live events after catching up. Default true; false: the loop ends after the last past
   * event.
   */
  live?: boolean;
  /** Events per page while catching up, 1 to 1,000. Default 500. */
  pageSize?: number;
}

/** Live events buffered for a slow reader. Beyond that, the reader gets the rest page by page. */
const MAX_WAITING = 1_000;

/**
 * Iterates over every event of the workspace after a cursor, each once and in order: past events page by
 * page, then live events. Resumes where it stopped after a lost connection. Save `event.cursor` together with
 * your handling of the event and continue from it next time.
 *
 * @param after a saved cursor; `beginning` (also undefined, null): the oldest stored event; `now`: only new
 * events.
 * @throws ReelayError with `CURSOR_EXPIRED` or `CURSOR_UNKNOWN` if events are gone: read the current state
 * and
 *    continue with `now`.
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
