/** The paths of the console's pages. The page in the browser decides what each shows (web/src/routes.ts). */
const patterns = [
  /^\/$/,
  /^\/videos\/[^/]+\/?$/,
  /^\/(?:batches|questions|templates|webhooks)(?:\/[^/]+)?\/?$/,
  /^\/(?:animate|queue|failed|keys|launches)\/?$/,
];

/** True if the console's page is the answer. Other paths keep their handlers, 404 included. Pure. */
export const isConsoleRoute = (path: string): boolean => patterns.some((pattern) => pattern.test(path));
