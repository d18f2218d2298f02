/** Entries on a page of a list, in GraphQL and in the cost of a document. */
export const maxPageSize = 100;
export const defaultPageSize = 20;
