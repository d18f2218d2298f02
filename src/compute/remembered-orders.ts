import { LRUCache } from "lru-cache";

const MOST_REMEMBERED = 1_000;

/**
 * The `ref`s of started machines by the names of their orders, for providers that start a repeated order
 * again.
 */
export const createRememberedOrders = (): LRUCache<string, string> => new LRUCache({ max: MOST_REMEMBERED });
