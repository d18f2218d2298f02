import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";

/** Where a virtual machine of Compute Engine asks about itself. */
const METADATA_HOST = "metadata.google.internal";
/** Google ends a longer wait. */
const WAIT_SECONDS = 300;

/** What the metadata server says when the machine is about to end. */
const notices = {
  "instance/preempted": "TRUE",
  "instance/maintenance-event": "TERMINATE_ON_HOST_MAINTENANCE",
} as const;
type Notice = keyof typeof notices;

interface WatchOptions {
  /** Host and port of the metadata server. Default: Google's. */
  host?: string | undefined;
  signal: AbortSignal;
  log: Logger;
}

/**
 * Resolves with the reason when Compute Engine announces that it will preempt or stop this machine. Waits at
 * the metadata server (`wait_for_change`), so the notice arrives without polling. Rejects when the signal
 * aborts.
 */
export async function untilPreempted({ host = METADATA_HOST, signal, log }: WatchOptions): Promise<Notice> {
  const found = new AbortController();
  const until = AbortSignal.any([signal, found.signal]);
  try {
    return await Promise.race(
      (Object.keys(notices) as Notice[]).map(async (notice) => {
        await untilAnnounced({ host, signal: until, log }, notice);
        return notice;
      }),
    );
  } finally {
    found.abort();
  }
}

async function untilAnnounced(
  { host, signal, log }: WatchOptions & { host: string },
  notice: Notice,
): Promise<void> {
  let etag = "";
  for (let failures = 0; ; ) {
    try {
      // The first request returns immediately with the current value.
      const wait = etag ? `?wait_for_change=true&timeout_sec=${WAIT_SECONDS}&last_etag=${etag}` : "";
      const response = await fetch(`http://${host}/computeMetadata/v1/${notice}${wait}`, {
        headers: { "Metadata-Flavor": "Google" },
        signal,
      });
      if (!response.ok) throw new Error(`${host} answered ${response.status} for ${notice}.`);
      if ((await response.text()).trim() === notices[notice]) return;
      etag = response.headers.get("etag") ?? "";
      failures = 0;
      // Without it there is nothing to wait with.
      if (etag === "") await sleep(1_000, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (failures === 0) log.warn({ err: error }, "notice.unreadable");
      await sleep(backoffMs(failures++, 1_000, 30_000), undefined, { signal });
    }
  }
}
