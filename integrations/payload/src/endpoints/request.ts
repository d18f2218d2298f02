import type { PayloadRequest } from "payload";
import type { VideoDoc } from "../collections/video-doc.ts";
import { findSync, type Sync } from "../sync/registry.ts";

/** What an endpoint answers that does not do what was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** An endpoint whose refusals are answers. */
export function answering(handle: (req: PayloadRequest) => Promise<Response>) {
  return async (req: PayloadRequest): Promise<Response> => {
    try {
      return await handle(req);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message } = error;
      return Response.json({ error: { code, message } }, { status });
    }
  };
}

/** @throws Refusal before `onInit` has run, and where the plugin is not enabled. */
export function syncOf(req: PayloadRequest): Sync {
  const sync = findSync(req.payload);
  if (sync) return sync;
  throw new Refusal(503, "NOT_STARTED", "Payload has not started the plugin yet; try again in a moment.");
}

/** @throws Refusal for who is not logged in. */
export function requireUser(req: PayloadRequest): void {
  if (!req.user) throw new Refusal(401, "UNAUTHENTICATED", "Log in first.");
}

/** The documents among these that the request's user may read. */
export async function findReadable(
  req: PayloadRequest,
  slug: string,
  ids: readonly string[],
): Promise<VideoDoc[]> {
  const { docs } = await req.payload.find({
    collection: slug,
    where: { id: { in: [...ids] } },
    limit: ids.length,
    pagination: false,
    depth: 0,
    overrideAccess: false,
    req,
  });
  return docs as unknown as VideoDoc[];
}

/** The document, if the request's user may read and change it. @throws Refusal */
export async function findWritable(req: PayloadRequest, slug: string, id: string): Promise<VideoDoc> {
  const [doc] = await findReadable(req, slug, [id]);
  if (!doc) throw new Refusal(404, "NOT_FOUND", `There is no ${slug}/${id} that you may see.`);
  const access = req.payload.collections[slug]?.config.access.update;
  const allowed = await access?.({ req, id: doc.id });
  const { totalDocs } =
    typeof allowed === "object"
      ? await req.payload.count({ collection: slug, where: { and: [{ id: { equals: doc.id } }, allowed] } })
      : { totalDocs: allowed === false ? 0 : 1 };
  if (totalDocs === 0) throw new Refusal(403, "FORBIDDEN", `You may not change ${slug}/${id}.`);
  return doc;
}
