/** Global ids: `Type:key` in base64url without padding. Opaque to clients. */

/** Types that `node` finds. */
export const nodeTypes = [
  "Video",
  "Variant",
  "CaptionTrack",
  "Edition",
  "Job",
  "Task",
  "Attempt",
  "Worker",
  "Workspace",
  "ApiKey",
  "SigningKey",
  "UploadToken",
  "ViewerToken",
  "JoinToken",
  "Launch",
  "WebhookEndpoint",
  "WebhookDelivery",
  "SourceCheck",
  "Material",
  "QuestionSet",
  "Question",
  "Batch",
  "BatchRow",
] as const;
export type NodeType = (typeof nodeTypes)[number];

/** As our database writes them. */
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const encodeGlobalId = (typename: string, key: string | number | bigint): string =>
  Buffer.from(`${typename}:${key}`, "utf8").toString("base64url");

/**
 * Null for whatever is not one of our ids: such an id belongs to nothing, and is answered like an unknown
 * one.
 */
export function parseGlobalId(id: string): { typename: NodeType; key: string } | null {
  const text = Buffer.from(id, "base64url").toString("utf8");
  const colon = text.indexOf(":");
  const typename = nodeTypes.find((name) => name === text.slice(0, colon));
  const key = text.slice(colon + 1);
  if (colon < 1 || !typename || encodeGlobalId(typename, key) !== id) return null;
  // Postgres refuses text with a NUL and uuids that are none: both would be errors further in.
  const isKey =
    typename === "Worker" ? key !== "" && key.length <= 200 && !key.includes("\0") : UUID_PATTERN.test(key);
  return isKey ? { typename, key } : null;
}

/** The row key in a global id of this type, or null. */
export function keyOf(typename: NodeType, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.typename === typename ? parsed.key : null;
}
