import ipaddr from "ipaddr.js";

/**
 * True if an address belongs to the public internet. Anything but plain `unicast` is refused: loopback,
 * private, link-local (cloud metadata services), carrier-grade NAT, multicast, reserved, unspecified. An
 * address that embeds an IPv4 address (mapped, 6to4, NAT64, Teredo) is judged by the embedded one, or refused
 * if it cannot be extracted.
 */
export function isPublicAddress(text: string): boolean {
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === "unicast") {
    if (address.kind() === "ipv4") return !cloudHostServices.has(address.toString());
    return !deprecatedRanges.some(([network, bits]) => address.match(network, bits));
  }
  if (address.kind() === "ipv4") return false;
  const embedded = embeddedIPv4(address as ipaddr.IPv6, range);
  return embedded !== null && isPublicAddress(embedded);
}

/**
 * 6to4 (2002:AABB:CCDD::/48) and NAT64 (64:ff9b::/96) embed the IPv4 address that a gateway may deliver to.
 */
function embeddedIPv4(address: ipaddr.IPv6, range: string): string | null {
  const bytes = address.toByteArray();
  const at = range === "6to4" ? 2 : range === "rfc6052" ? 12 : null;
  return at === null ? null : bytes.slice(at, at + 4).join(".");
}

/**
 * Deprecated but still routed inside some networks: site-local addresses (RFC 3879) and IPv4-compatible ones
 * (RFC 4291, 2.5.5.1).
 */
const deprecatedRanges = ["fec0::/10", "::/96"].map((range) => ipaddr.IPv6.parseCIDR(range));

/** Public addresses that the cloud's own host answers (Azure's platform address). */
const cloudHostServices = new Set(["168.63.129.16"]);

/**
 * True if the list of allowed private targets (hosts, addresses, CIDR ranges) contains the address or its
 * host name.
 */
export function isAllowed(allowed: readonly string[], host: string, address: string): boolean {
  const parsed = ipaddr.process(address);
  return allowed.some((entry) => {
    if (entry.toLowerCase() === host.toLowerCase()) return true;
    if (ipaddr.isValidCIDR(entry)) {
      const [network, bits] = ipaddr.parseCIDR(entry);
      return network.kind() === parsed.kind() && parsed.match(network, bits);
    }
    return ipaddr.isValid(entry) && ipaddr.process(entry).toString() === parsed.toString();
  });
}
