/** Workers report every five seconds; after this much silence, in milliseconds, a worker counts as gone. */
export const WORKER_SILENCE_MS = 15_000;

/** Workers that reported after this moment are alive. */
export const aliveSince = (now: Date): Date => new Date(now.getTime() - WORKER_SILENCE_MS);
