import { startFakeGcs } from "../../../tests/fake-gcs/fake-gcs.ts";
import { type FaultProxy, startFaultProxy } from "../../../tests/faults/fault-proxy.ts";
import { createGcsObjectStore } from "../gcs-object-store.ts";

export interface FaultyGcs extends AsyncDisposable {
  proxy: FaultProxy;
  /** A store that reaches the server through the proxy. */
  store: ReturnType<typeof createGcsObjectStore>;
}

/** A store behind an unreliable network. */
export async function openFaultyGcs(options: { rate?: number; seed?: number } = {}): Promise<FaultyGcs> {
  await using stack = new AsyncDisposableStack();
  const { endpoint, stop } = await startFakeGcs("media");
  stack.defer(stop);
  const proxy = stack.use(await startFaultProxy(endpoint, options));
  const store = stack.use(
    createGcsObjectStore({
      bucket: "media",
      projectId: "test",
      apiEndpoint: proxy.url,
      // As many retries as usual, in less time.
      retry: { firstDelayMs: 10, maxDelayMs: 200, tries: 30 },
    }),
  );
  const held = stack.move();
  return { proxy, store, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
