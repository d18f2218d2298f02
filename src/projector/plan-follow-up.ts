import type { FollowUpKind, Preview, RenderState } from "@reelay/contracts";
import type { Change } from "../events/record-change.ts";

/** What a follow-up changes of its video. */
export interface FollowUpPlan {
  video: {
    posterKey?: string;
    posterAtMs?: number;
    preview?: Preview;
    download?: NonNullable<RenderState["download"]>;
  };
  changes: Change[];
}

/** What becomes of a video by what a follow-up's worker has made; null when that is nothing. Whatever was there before is replaced. Pure. */
export function planFollowUp(kind: FollowUpKind, atMs: number, state: RenderState): FollowUpPlan | null {
  const { posterKey, preview, download } = state;
  switch (kind) {
    case "POSTER":
      return posterKey === null
        ? null
        : {
            video: { posterKey, posterAtMs: atMs },
            changes: [{ type: "video.poster-stored", data: { atMs } }],
          };
    case "PREVIEW":
      return preview ? { video: { preview }, changes: [{ type: "video.preview-stored" }] } : null;
    default:
      return download
        ? {
            video: { download },
            changes: [{ type: "video.download-stored", data: { variant: download.variant } }],
          }
        : null;
  }
}
