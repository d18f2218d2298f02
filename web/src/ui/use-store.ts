import { useSyncExternalStore } from "react";
import type { Store } from "../api/index.ts";

/** A store's value, updated with each change. */
export const useStore = <Value>(store: Store<Value>): Value =>
  useSyncExternalStore(store.subscribe, store.get);
