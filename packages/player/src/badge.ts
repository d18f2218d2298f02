import type { StateTrouble, VideoState } from "./video-state.ts";
import { describeState, type Words } from "./words.ts";

export interface Badge {
  show(state: VideoState): void;
  showProblem(reason: string): void;
  showTrouble(trouble: StateTrouble): void;
  clear(): void;
}

/** Screen readers announce progress in steps of this size; announcing every percent would be a nuisance. */
const SPOKEN_STEP = 0.1;

/** The status line above the picture, also for screen readers. */
export function createBadge(root: ShadowRoot, words: () => Words): Badge {
  const seen = root.querySelector<HTMLElement>(".badge");
  const spoken = root.querySelector<HTMLElement>(".spoken");

  function say(text: string, spokenText: string, isProblem: boolean) {
    if (!seen || !spoken) return;
    seen.textContent = text;
    seen.classList.toggle("problem", isProblem);
    if (spoken.textContent !== spokenText) spoken.textContent = spokenText;
  }

  return {
    show(state) {
      const progress = Math.floor(state.progress / SPOKEN_STEP) * SPOKEN_STEP;
      say(
        describeState(state, words()),
        describeState({ ...state, progress }, words()),
        state.status === "FAILED",
      );
    },
    showProblem(reason) {
      const text = words().cannotPlay(reason);
      say(text, text, true);
    },
    showTrouble(trouble) {
      const { missing, unreachable } = words();
      const text = trouble === "MISSING" ? missing : unreachable;
      say(text, text, false);
    },
    clear: () => say("", "", false),
  };
}
