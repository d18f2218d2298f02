/** What the inputs of all requests share: ids, page sizes and lengths of lists. */

export { boundedList, MAX_LIST_VALUES } from "./bounded-list.ts";
export { encodeGlobalId, keyOf, type NodeType, nodeTypes, parseGlobalId, UUID_PATTERN } from "./global-id.ts";
export { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./page-size.ts";
