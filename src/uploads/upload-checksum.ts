/**
 * tus's extension `checksum`: the digest of a PATCH body. A body that does not match is dropped, so that its
 * client sends it again.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, type Hash } from "node:crypto";

/** SHA-1 is the one that the extension demands. */
export const checksumAlgorithms = ["sha1", "sha256"] as const;

interface Checksum {
  algorithm: (typeof checksumAlgorithms)[number];
  digest: Buffer;
}

const digestBytes = { sha1: 20, sha256: 32 } as const;

/** The header `Upload-Checksum: sha256 {base64}`. Null: it cannot be checked. */
export function parseChecksum(header: string): Checksum | null {
  const [, name, base64 = ""] = /^(\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(header.trim()) ?? [];
  const algorithm = checksumAlgorithms.find((each) => each === name);
  const digest = Buffer.from(base64, "base64");
  return algorithm !== undefined && digest.length === digestBytes[algorithm] ? { algorithm, digest } : null;
}

/** The checksum of the current request: the tus server does not pass its headers to the store. */
const current = new AsyncLocalStorage<Checksum>();

export const withChecksum = <T>(checksum: Checksum, work: () => T): T => current.run(checksum, work);

/** The verifier for the bytes of this request; null if its client sent no checksum. */
export function openVerifier(): { hash: Hash; isMet: () => boolean } | null {
  const checksum = current.getStore();
  if (checksum === undefined) return null;
  const hash = createHash(checksum.algorithm);
  return { hash, isMet: () => hash.digest().equals(checksum.digest) };
}
