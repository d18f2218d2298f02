import type { QuotaState } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";

export const Quota = builder.objectRef<QuotaState>("Quota").implement({
  description: "Usage and limit of one resource of a workspace.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description:
        "`ACTIVE_JOBS`: waiting and running jobs. `RUNNING_TASKS`: tasks on workers; further tasks wait. `STORED_BYTES`: sources, announced uploads included, and finished outputs. `SOURCE_MINUTES_PER_DAY`: length of the sources that workers probed since midnight (UTC). `REQUESTS_PER_SECOND`: per key and token. Requests beyond a limit are rejected, except for `RUNNING_TASKS`.",
    }),
    used: t.expose("used", {
      type: "SafeInt",
      nullable: true,
      description: "Current usage. Null for `REQUESTS_PER_SECOND`.",
    }),
    limit: t.expose("limit", {
      type: "SafeInt",
      nullable: true,
      description: "The limit. Null: unlimited.",
    }),
  }),
});
