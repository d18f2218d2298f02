import type { AnimationRenderer, AspectRatio, ManimQuality } from "../api/index.ts";
import type { BaseDraft } from "../drafts/index.ts";

/** What a user writes and chooses on the page. */
export interface Draft extends BaseDraft {
  script: string;
  title: string;
  /** Empty: the script's only scene. */
  scene: string;
  quality: ManimQuality;
  aspectRatio: AspectRatio;
  renderer: AnimationRenderer;
  seed: number;
  /** Fonts, pictures and audio files that the script uses by their names. */
  materials: readonly { materialId: string; filename: string }[];
}
