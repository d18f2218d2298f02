import type { QuotaState } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";

export const Quota = builder.objectRef<QuotaState>("Quota").implement({
  description: "Something of which a workspace may have so much.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description:
        "`ACTIVE_JOBS`: jobs that wait or run. `RUNNING_TASKS`: tasks with workers; more wait. `STORED_BYTES`: sources, announced uploads included, and finished outputs. `SOURCE_MINUTES_PER_DAY`: lengths of sources that workers probed since midnight (UTC). `REQUESTS_PER_SECOND`: of each key and token. Beyond a limit requests are refused, but for `RUNNING_TASKS`.",
    }),
    used: t.expose("used", {
      type: "SafeInt",
      nullable: true,
      description: "What it has; null for `REQUESTS_PER_SECOND`.",
    }),
    limit: t.expose("limit", {
      type: "SafeInt",
      nullable: true,
      description: "What it may have; null for any number.",
    }),
  }),
});
