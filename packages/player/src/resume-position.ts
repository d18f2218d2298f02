/** The viewer's last position, stored in this browser. */
export interface ResumePosition {
  /** Seconds; null if there is nothing to resume. */
  read(): number | null;
  /** `durationS` may grow while the video is being processed. */
  write(timeS: number, durationS: number, isGrowing: boolean): void;
}

/** An earlier position restarts the video; a position nearer to the end counts as finished. */
const WORTH_S = 10;
const NEAR_END = 0.95;

export function createResumePosition(
  key: string,
  storage: Pick<Storage, "getItem" | "removeItem" | "setItem"> | undefined,
): ResumePosition {
  const name = `reelay-position:${key}`;
  return {
    read() {
      try {
        const seconds = Number(storage?.getItem(name) ?? Number.NaN);
        return Number.isFinite(seconds) && seconds >= WORTH_S ? seconds : null;
      } catch {
        return null;
      }
    },
    write(timeS, durationS, isGrowing) {
      const isSeen = !isGrowing && timeS > durationS * NEAR_END;
      try {
        if (timeS < WORTH_S || isSeen) storage?.removeItem(name);
        else storage?.setItem(name, timeS.toFixed(1));
      } catch {
        // Storage is full or forbidden: the position is not kept.
      }
    },
  };
}
