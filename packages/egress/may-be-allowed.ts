import ipaddr from "ipaddr.js";
import { isAllowed, isPublicAddress } from "./is-public-address.ts";

/** The host of a URL as name servers and sockets expect it: IPv6 without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

/**
 * A check without a name lookup: false for private addresses and loopback names that are not allowed. The
 * connection still checks every address that a name resolves to.
 */
export function mayBeAllowed(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (isAllowedByName(url, allowed)) return true;
  return ipaddr.isValid(host) ? isPublicAddress(host) : !/(^|\.)localhost\.?$/i.test(host);
}

/** True if the list contains the host itself, or a range that contains its literal address. */
export function isAllowedByName(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (ipaddr.isValid(host)) return isAllowed(allowed, host, host);
  return allowed.some((entry) => entry.toLowerCase() === host.toLowerCase());
}
