import { useSyncExternalStore } from "react";
import type { Store } from "../api/connection.ts";

/** A store's value, anew whenever it changes. */
export const useStore = <Value>(store: Store<Value>): Value =>
  useSyncExternalStore(store.subscribe, store.get);
