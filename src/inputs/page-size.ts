/** Entries on a page of a list, in GraphQL and in the cost of a document. */
export const MAX_PAGE_SIZE = 100;
export const DEFAULT_PAGE_SIZE = 20;
