import ipaddr from "ipaddr.js";

/**
 * Whether an address belongs to the public internet. Everything that is not plainly `unicast` is refused: loopback, private,
 * link-local (cloud metadata services), carrier-grade NAT, multicast, reserved, unspecified. Addresses that carry an IPv4 address
 * inside (mapped, 6to4, NAT64, Teredo) are judged as what they carry, or refused where that cannot be told.
 */
export function isPublicAddress(text: string): boolean {
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === "unicast") return address.kind() === "ipv4" || !isSiteLocal(address as ipaddr.IPv6);
  if (address.kind() === "ipv4") return false;
  const embedded = embeddedIPv4(address as ipaddr.IPv6, range);
  return embedded !== null && isPublicAddress(embedded);
}

/** 6to4 (2002:AABB:CCDD::/48) and NAT64 (64:ff9b::/96) carry an IPv4 address where a gateway may deliver to. */
function embeddedIPv4(address: ipaddr.IPv6, range: string): string | null {
  const bytes = address.toByteArray();
  const at = range === "6to4" ? 2 : range === "rfc6052" ? 12 : null;
  return at === null ? null : bytes.slice(at, at + 4).join(".");
}

/** fec0::/10: deprecated, but still routed inside some networks. */
const isSiteLocal = (address: ipaddr.IPv6): boolean => address.match(ipaddr.IPv6.parse("fec0::"), 10);

/** Whether an address or its host name is in the list of what is allowed although it is private: hosts, addresses, CIDR ranges. */
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
