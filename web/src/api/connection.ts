/** Whether the live connection is there, for whatever shows it. */
export type ConnectionState =
  /** Being opened for the first time. */
  | "CONNECTING"
  | "ONLINE"
  /** It broke; it is opened again by itself. */
  | "AWAY";

/** A value that components read with `useSyncExternalStore`. */
export interface Store<Value> {
  get: () => Value;
  subscribe: (listener: () => void) => () => void;
}

interface WritableStore<Value> extends Store<Value> {
  set: (value: Value) => void;
}

export function createStore<Value>(initial: Value): WritableStore<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
