import type { ObjectStore } from "./object-store.ts";

/** Rejects when the store cannot be read: there is no such bucket, or it is not ours. */
export async function assertReachable(store: ObjectStore): Promise<void> {
  for await (const _ of store.list("videos/00000000-")) break;
}
