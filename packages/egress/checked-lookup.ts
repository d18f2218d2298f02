import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { isAllowed, isPublicAddress } from "./is-public-address.ts";

const refusedAddress = (host: string, address: string): RefusedTargetError =>
  new RefusedTargetError(
    "REFUSED_ADDRESS",
    `${host} has the address ${address}, which is not on the public internet`,
    "Use a public address",
  );

/**
 * Resolves a host and checks every address. One refused address refuses the whole host, so that none can hide
 * behind another.
 */
export async function resolveChecked(
  host: string,
  allowed: readonly string[],
): Promise<{ address: string; family: 4 | 6 }[]> {
  const found = ipaddr.isValid(host)
    ? [{ address: host }]
    : await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => {
    if (!isPublicAddress(address) && !isAllowed(allowed, host, address)) throw refusedAddress(host, address);
    return { address, family: ipaddr.parse(address).kind() === "ipv4" ? 4 : 6 };
  });
}

/**
 * The name lookup of the connection itself. The connection uses exactly the addresses that were checked, so a
 * name server that answers differently the second time gains nothing.
 */
export const checkedLookup =
  (allowed: readonly string[]): LookupFunction =>
  (host, options, callback) => {
    const answer = async () => {
      const addresses = await resolveChecked(host, allowed).catch((error: NodeJS.ErrnoException) => error);
      if (addresses instanceof Error) return callback(addresses, "", 4);
      const [first] = addresses;
      if (options.all || !first) return callback(null, addresses);
      return callback(null, first.address, first.family);
    };
    void answer();
  };

/** A request to an address supplied from outside was refused before it was sent. */
export class RefusedTargetError extends Error {
  readonly code: string;
  /** What to do instead: the beginning of a sentence that may end with an allow-list setting. */
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
