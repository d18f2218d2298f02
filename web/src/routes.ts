function withQuery(path: string, of: Record<string, string | null | undefined>): string {
  const query = new URLSearchParams(
    Object.entries(of).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The console's addresses. The API serves its page at just these (src/console/routes.ts). */
export const routes = {
  library: "/",
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
  animate: (of: { example?: string; from?: string; video?: string | null } = {}) => withQuery("/animate", of),
  templates: "/templates",
  template: (name: string, of: { from?: string | null; set?: string | null; video?: string | null } = {}) =>
    withQuery(`/templates/${encodeURIComponent(name)}`, of),
  questions: "/questions",
  questionSet: (id: string) => `/questions/${encodeURIComponent(id)}`,
  batches: "/batches",
  batchOfSet: (set: string, topic: string) => withQuery("/batches", { set, topic }),
  batch: (id: string) => `/batches/${encodeURIComponent(id)}`,
  queue: "/queue",
  launches: "/launches",
  failed: "/failed",
  webhooks: "/webhooks",
  webhook: (id: string) => `/webhooks/${encodeURIComponent(id)}`,
  keys: "/keys",
} as const;
