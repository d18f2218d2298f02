/** The addresses of the console's own pages: the page in the browser decides what each shows (web/src/routes.ts). */
const patterns = [
  /^\/$/,
  /^\/videos\/[^/]+\/?$/,
  /^\/webhooks(?:\/[^/]+)?\/?$/,
  /^\/(?:queue|failed|keys)\/?$/,
];

/** Whether the console's page is the answer. Everything else stays with whoever it belongs to, 404 included. Pure. */
export const isConsoleRoute = (path: string): boolean => patterns.some((pattern) => pattern.test(path));
