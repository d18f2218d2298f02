import { InvalidInputError } from "../../src/errors/index.ts";
import { encodeGlobalId, MAX_PAGE_SIZE } from "../../src/inputs/index.ts";
import type { Context } from "../context.ts";
import { encodeCursor, planPage } from "../paging.ts";
import { type VideoFilter, videoWhere } from "./video-filter.ts";
import { newestVideos } from "./video-queries.ts";

type Filter = typeof VideoFilter.$inferInput;

interface Choice {
  ids?: readonly string[] | null | undefined;
  filter?: Filter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

export interface ChosenVideos {
  /** As the client wrote them, or of the filter's videos; without repetitions. */
  ids: string[];
  /** Position of the last of the filter's videos; null for `ids`, and when none matched. */
  endCursor: string | null;
  /** Whether the filter matches more. */
  hasMore: boolean;
}

/** The videos that a request names by ids or by a filter, the newest first. Throws `InvalidInputError`. */
export async function chooseVideos(
  { db }: Pick<Context, "db">,
  workspaceId: string,
  { ids, filter, first, after }: Choice,
): Promise<ChosenVideos> {
  const invalid = (message: string) => new InvalidInputError("VIDEO_IDS_INVALID", "ids", message);
  if ((ids == null) === (filter == null)) throw invalid("ids, filter: use exactly one of them.");
  if (ids != null) {
    if (ids.length <= MAX_PAGE_SIZE) return { ids: [...new Set(ids)], endCursor: null, hasMore: false };
    throw invalid(`ids: ${ids.length} were given; at most ${MAX_PAGE_SIZE} are allowed.`);
  }
  const { where, orderBy, take, size } = planPage({ first: first ?? MAX_PAGE_SIZE, after }, newestVideos);
  const rows = await db.video.findMany({
    where: { AND: [await videoWhere(db, workspaceId, filter), where] },
    orderBy,
    take,
    select: { id: true, createdAt: true },
  });
  const chosen = rows.slice(0, size);
  const last = chosen.at(-1);
  return {
    ids: chosen.map(({ id }) => encodeGlobalId("Video", id)),
    endCursor: last ? encodeCursor(newestVideos, last) : null,
    hasMore: rows.length > size,
  };
}
