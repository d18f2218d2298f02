import type { Client } from "@reelay/client";
import type { Payload } from "payload";
import type { Settings } from "../options.ts";

/** How a catch-up went. */
export interface CaughtUp {
  /** Events that were read. */
  events: number;
  /** Documents that were changed. */
  documents: number;
}

/** What keeps the documents of one Payload right. */
export interface Sync extends Disposable {
  readonly settings: Settings;
  readonly client: Client;
  /** The last catch-up that went well, and what the one after it failed with. */
  readonly health: { caughtUpAt: string | null; error: string | null };
  /** Asks for a catch-up, soon. Many at once are one. */
  ring(): void;
  /**
   * Resolves when everything that had happened before the call is in the documents. Several calls share one
   * catch-up.
   * @throws what stood in its way; it is tried again anyway.
   */
  catchUp(): Promise<CaughtUp>;
  /** The secrets that webhooks are signed with. */
  webhookSecrets(): Promise<readonly string[]>;
}

/**
 * With the instance of Payload: a Next.js server has several copies of each module (pages, routes,
 * instrumentation), and one Payload.
 */
const KEY = Symbol.for("@reelay/payload");
type Holder = { [KEY]?: Sync };

export const findSync = (payload: Payload): Sync | undefined => (payload as Holder)[KEY];

/**
 * Replaces, and ends, the one before: `onInit` comes again when a configuration was changed while it runs.
 */
export function registerSync(payload: Payload, sync: Sync): void {
  findSync(payload)?.[Symbol.dispose]();
  (payload as Holder)[KEY] = sync;
}
