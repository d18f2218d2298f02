/** The console's addresses. The API serves its page at just these (src/console/routes.ts). */
export const routes = {
  library: "/",
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
  animate: (of: { example?: string; from?: string; video?: string | null } = {}) => {
    const query = new URLSearchParams(
      Object.entries(of).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    );
    return query.size === 0 ? "/animate" : `/animate?${query}`;
  },
  queue: "/queue",
  failed: "/failed",
  webhooks: "/webhooks",
  webhook: (id: string) => `/webhooks/${encodeURIComponent(id)}`,
  keys: "/keys",
} as const;
