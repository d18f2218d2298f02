import type { JobPriority } from "../../prisma/generated/enums.ts";

/** What an upload token allows: to create videos by uploads, and to read how far these are. */
export interface UploadGrant {
  kind: "UPLOAD";
  tokenId: string;
  /** Largest file, in bytes. */
  maxBytes: number;
  /** What every video gets, regardless of the token holder's request; null where the token leaves it open. */
  profile: string | null;
  title: string | null;
  externalId: string | null;
  metadata: object;
  priority: JobPriority;
}

/** What a viewer token allows: to read how far the videos with these ids are. */
interface ViewingGrant {
  kind: "VIEW";
  tokenId: string;
  videoIds: readonly string[];
}

/** What the holder of a token may do, who has no scope. */
export type Grant = UploadGrant | ViewingGrant;

export const grantNames: Record<Grant["kind"], string> = { UPLOAD: "upload token", VIEW: "viewer token" };
