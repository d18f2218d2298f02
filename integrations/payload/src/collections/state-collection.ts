import type { CollectionConfig } from "payload";

export const STATE_SLUG = "reelay-state";

/**
 * What the plugin must remember, a row per key: the cursor, who catches up at the moment, the webhook
 * endpoint, deletions that Reelay has not received yet. Only the plugin reads or writes it.
 */
export const stateCollection: CollectionConfig = {
  slug: STATE_SLUG,
  admin: { hidden: true },
  graphQL: false,
  lockDocuments: false,
  access: { create: denied, read: denied, update: denied, delete: denied },
  fields: [
    // Its own, random: SQLite gives the number of a deleted row to the next one, and a lock must never be
    // taken for another.
    { name: "id", type: "text", required: true },
    { name: "key", type: "text", required: true, unique: true, index: true },
    { name: "value", type: "json" },
  ],
};

function denied(): boolean {
  return false;
}
