import { z } from "zod";
import { InvalidInputError } from "../errors/index.ts";

/** Documents in one manifest. Larger manifests are registered in parts. */
const MAX_DOCUMENTS = 1_000;

const ID_PATTERN = /^[\x21-\x7e]{1,200}$/;
const Text = z.string().max(65_536);
/** GraphQL Code Generator and Relay write texts by id, Apollo a list of operations. */
const ById = z.record(z.string(), Text);
const Apollo = z.object({
  format: z.literal("apollo-persisted-query-manifest"),
  operations: z.array(z.object({ id: z.string(), body: Text })),
});

/** The texts of a manifest by their ids. Throws `InvalidInputError` (`MANIFEST_INVALID`). */
export function readManifest(manifest: unknown): Map<string, string> {
  const apollo = Apollo.safeParse(manifest).data;
  const texts = new Map(
    apollo
      ? apollo.operations.map(({ id, body }) => [id, body])
      : Object.entries(ById.safeParse(manifest).data ?? {}),
  );
  if (texts.size === 0 || texts.size > MAX_DOCUMENTS) {
    throw invalid(
      `holds ${texts.size} documents; give 1 to ${MAX_DOCUMENTS}, as { "id": "text" } or as Apollo's manifest.`,
    );
  }
  for (const id of texts.keys()) {
    if (ID_PATTERN.test(id)) continue;
    throw invalid(
      `${JSON.stringify(id.slice(0, 100))} is not an id; give 1 to 200 visible ASCII characters.`,
    );
  }
  return texts;
}

const invalid = (problem: string) =>
  new InvalidInputError("MANIFEST_INVALID", "manifest", `manifest: ${problem}`);
