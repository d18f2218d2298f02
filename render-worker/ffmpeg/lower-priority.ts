import { constants, setPriority } from "node:os";

/** Lets a program run behind others, by default only with what nobody else needs. Where it has ended already, or the system does not allow it, it competes. */
export function lowerPriority(pid: number, to: number = constants.priority.PRIORITY_LOW): void {
  try {
    setPriority(pid, to);
  } catch {
    // Whatever it does is done all the same.
  }
}
