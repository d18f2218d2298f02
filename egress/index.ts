/** Where requests to addresses that others chose may go: to the public internet, and to what an operator allows besides. */
export { checkedLookup, RefusedAddressError, resolveChecked } from "./checked-lookup.ts";
export { isAllowed, isPublicAddress } from "./is-public-address.ts";
export { hostOf, isAllowedByName, mayBeAllowed } from "./may-be-allowed.ts";
