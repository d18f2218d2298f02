/** A worker says that it lives every five seconds; after this long without a word, in milliseconds, it counts as gone. */
export const workerSilenceMs = 15_000;

/** Workers last seen after this moment are there. */
export const aliveSince = (now: Date): Date => new Date(now.getTime() - workerSilenceMs);
