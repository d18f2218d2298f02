import type { Payload } from "payload";
import { STATE_SLUG } from "../collections/state-collection.ts";

interface Row {
  id: string;
  key: string;
  /** An object: Payload takes no bare text for JSON. */
  value: object;
}

export async function readState(payload: Payload, key: string): Promise<Row | undefined> {
  const { docs } = await payload.find({
    collection: STATE_SLUG,
    where: { key: { equals: key } },
    limit: 1,
    pagination: false,
    depth: 0,
  });
  return docs[0] as Row | undefined;
}

export async function readStates(payload: Payload, prefix: string): Promise<Row[]> {
  const { docs } = await payload.find({
    collection: STATE_SLUG,
    where: { key: { like: prefix } },
    limit: 1_000,
    pagination: false,
    depth: 0,
  });
  return (docs as unknown as Row[]).filter(({ key }) => key.startsWith(prefix));
}

export async function writeState(payload: Payload, key: string, value: object): Promise<void> {
  const row = await readState(payload, key);
  if (row) await payload.update({ collection: STATE_SLUG, id: row.id, data: { value }, depth: 0 });
  else await createState(payload, key, value);
}

/**
 * @throws where there is a row of this key already: the database's unique index says so to all but one of
 * several that come at once.
 */
export async function createState(payload: Payload, key: string, value: object): Promise<string> {
  const id = crypto.randomUUID();
  await payload.create({ collection: STATE_SLUG, data: { id, key, value }, depth: 0 });
  return id;
}

export async function deleteState(payload: Payload, id: string): Promise<void> {
  await payload.db.deleteOne({ collection: STATE_SLUG, where: { id: { equals: id } } });
}
