import ipaddr from "ipaddr.js";
import { isAllowed, isPublicAddress } from "./is-public-address.ts";

/** The host of a URL as name servers and sockets know it: IPv6 without its brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

/**
 * What can be said of a URL's host without asking anybody: false for private addresses and loopback's names that are not allowed. Whoever connects
 * checks every address that a name resolves to.
 */
export function mayBeAllowed(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (isAllowedByName(url, allowed)) return true;
  return ipaddr.isValid(host) ? isPublicAddress(host) : !/(^|\.)localhost\.?$/i.test(host);
}

/** Whether the list has the host itself, or a range that its literal address is in. */
export function isAllowedByName(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  if (ipaddr.isValid(host)) return isAllowed(allowed, host, host);
  return allowed.some((entry) => entry.toLowerCase() === host.toLowerCase());
}
