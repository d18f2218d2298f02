import type { Payload, Where } from "payload";
import type { VideoDoc } from "../collections/video-doc.ts";

/** The mark of the plugin's own writes, for hooks that want to tell: `req.context.isReelay`. */
const OWN = { isReelay: true };

/** All matching documents, without access control. */
export async function findVideos(payload: Payload, slug: string, where: Where): Promise<VideoDoc[]> {
  const { docs } = await payload.find({ collection: slug, where, depth: 0, limit: 0, pagination: false });
  return docs as unknown as VideoDoc[];
}

/**
 * Writes what the plugin alone writes, through Payload's own operation, so that hooks of the site's hear of
 * it. A document that became invalid meanwhile (a field that is required since) or whose hooks fail is
 * written past them: it must not hold up the others.
 */
export async function writeVideo(
  payload: Payload,
  slug: string,
  id: VideoDoc["id"],
  data: Partial<VideoDoc>,
): Promise<void> {
  try {
    await payload.update({ collection: slug, id, data, depth: 0, context: OWN });
  } catch (error) {
    if (isNotFound(error)) return;
    payload.logger.warn({ err: error, msg: `reelay: ${slug}/${id} is written without its hooks and checks` });
    await payload.db.updateOne({ collection: slug, id, data });
  }
}

const isNotFound = (error: unknown): boolean => (error as { status?: unknown } | null)?.status === 404;
