/** What a key does. */
type KeyAction =
  | { kind: "GO"; href: string }
  | { kind: "SEARCH" }
  | { kind: "ADD" }
  | { kind: "HELP" }
  | { kind: "STEP"; by: 1 | -1 };

interface KeyPlan {
  action: KeyAction | null;
  /** What the next key comes after: only `g` begins something. */
  before: string | null;
}

const alone: Readonly<Record<string, KeyAction>> = {
  "/": { kind: "SEARCH" },
  u: { kind: "ADD" },
  "?": { kind: "HELP" },
  j: { kind: "STEP", by: 1 },
  k: { kind: "STEP", by: -1 },
};

/** What `key` does after the key `before`. Pure. */
export function planKey(
  before: string | null,
  key: string,
  places: readonly { href: string; shortcut: string }[],
): KeyPlan {
  if (before === "g") {
    const place = places.find(({ shortcut }) => shortcut === key);
    return { action: place ? { kind: "GO", href: place.href } : null, before: null };
  }
  if (key === "g") return { action: null, before: "g" };
  return { action: alone[key] ?? null, before: null };
}
