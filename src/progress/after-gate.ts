import { isNewer, type Position } from "./cursor.ts";

/** How long a newer state waits for progress that the viewer has already seen elsewhere. */
const patienceMs = 1_000;

/**
 * Decides what a viewer who comes back with a cursor may see: nothing that is not newer. A newer state whose
 * progress is behind what the viewer saw at another process is held for a moment too (this process hears the
 * same reports, a little later), so that a reconnect does not make bars jump back. Once something has passed,
 * everything passes: one process never goes backwards.
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
      if (now() - heldSince < patienceMs) return false;
    }
    isOpen = true;
    return true;
  };
}
