/** The console's addresses. The API serves its page at just these (src/console/routes.ts). */
export const routes = {
  library: "/",
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
  queue: "/queue",
  failed: "/failed",
  keys: "/keys",
} as const;
