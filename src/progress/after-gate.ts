import { isNewer, type Position } from "./cursor.ts";

/** How long a newer state waits for progress that the viewer has already seen elsewhere. */
const PATIENCE_MS = 1_000;

/**
 * Decides what a viewer that reconnects with a cursor sees: only newer states. A newer state whose progress
 * is behind what another process showed is also held for a moment, because this process receives the same
 * reports a little later; so bars do not jump back after a reconnect. After the first passed state all states
 * pass, since one process never goes backwards.
 */
export function createAfterGate(
  after: Position | undefined,
  now: () => number,
): (position: Position) => boolean {
  let isOpen = after === undefined;
  let heldSince: number | undefined;
  return (position) => {
    if (isOpen || after === undefined) return true;
    if (!isNewer(position, after)) return false;
    const isBehind =
      position.attempt !== "" && position.attempt === after.attempt && position.sequence < after.sequence;
    if (isBehind) {
      heldSince ??= now();
      if (now() - heldSince < PATIENCE_MS) return false;
    }
    isOpen = true;
    return true;
  };
}
