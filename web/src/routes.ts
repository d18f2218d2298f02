/** The console's addresses. The API serves its page at just these (src/console/routes.ts). */
export const routes = {
  library: "/",
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
  queue: "/queue",
  failed: "/failed",
  webhooks: "/webhooks",
  webhook: (id: string) => `/webhooks/${encodeURIComponent(id)}`,
  keys: "/keys",
} as const;
