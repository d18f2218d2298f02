/**
 * Encrypts the places and ids of events for clients, because both count the events of all workspaces
 * together.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Db } from "../database/index.ts";
import { InvalidInputError } from "../errors/index.ts";

/** A place in a workspace's log: after the event with this position. */
export interface EventPlace {
  position: bigint;
  /** When that event happened, in ms: after a restore from a backup its position belongs to another one. */
  atMs: number;
}

export interface EventCodec {
  encodeCursor(place: EventPlace): string;
  /** Undefined when the text is not a cursor of this installation. */
  decodeCursor(cursor: string): EventPlace | undefined;
  /** Throws `InvalidInputError` (`CURSOR_INVALID`). */
  parseCursor(cursor: string): EventPlace;
  /** Equal for equal ids, and without an order. */
  encodeId(eventId: bigint): string;
}

const kinds = { cursor: 1, id: 2 } as const;
type Kind = (typeof kinds)[keyof typeof kinds];
/** A byte for the kind, 7 for the number, 2 that stay 0, 6 for the time. */
const NUMBER_BITS = 56n;
const TIME_AT = 10;
const PATTERN = /^[\w-]{22}$/;

/**
 * One block of AES-128 per text: a permutation of 128 bits that clients cannot tell from a random one. Equal
 * places give equal cursors, so clients may compare them for equality; they can read nothing else from them.
 * The zero bytes expose a text from elsewhere. An authentication tag is unnecessary: a forged cursor is a
 * place in the caller's own log.
 *
 * Positions per workspace were considered: `sequence_events` would update a row of each workspace, behind its
 * writers, and event ids would still count all workspaces.
 */
export function createEventCodec(key: Uint8Array): EventCodec {
  const transform = (create: typeof createCipheriv | typeof createDecipheriv, block: Buffer): Buffer => {
    const cipher = create("aes-128-ecb", key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
  };

  function encode(kind: Kind, number: bigint, atMs = 0): string {
    const block = Buffer.alloc(16);
    block.writeBigUInt64BE((BigInt(kind) << NUMBER_BITS) | number);
    block.writeUIntBE(atMs, TIME_AT, 6);
    return transform(createCipheriv, block).toString("base64url");
  }

  function decodeCursor(cursor: string): EventPlace | undefined {
    if (!PATTERN.test(cursor)) return undefined;
    const block = transform(createDecipheriv, Buffer.from(cursor, "base64url"));
    if (block[0] !== kinds.cursor || block.readUInt16BE(8) !== 0) return undefined;
    return {
      position: BigInt.asUintN(Number(NUMBER_BITS), block.readBigUInt64BE()),
      atMs: block.readUIntBE(TIME_AT, 6),
    };
  }

  return {
    encodeCursor: ({ position, atMs }) => encode(kinds.cursor, position, atMs),
    decodeCursor,
    parseCursor(cursor) {
      const place = decodeCursor(cursor);
      if (place !== undefined) return place;
      throw new InvalidInputError(
        "CURSOR_INVALID",
        "after",
        `after: ${JSON.stringify(cursor.slice(0, 80))} is not a cursor of the event log. Send a "cursor" from "changes" or an event, or "beginning" or "now".`,
      );
    },
    encodeId: (eventId) => encode(kinds.id, eventId),
  };
}

/** All API processes share the key, which a migration created. */
export async function readEventKey(db: Db): Promise<Uint8Array> {
  const { eventKey } = await db.installation.findUniqueOrThrow({ where: { id: 1 } });
  return eventKey;
}
