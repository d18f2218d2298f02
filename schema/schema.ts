import { builder } from "./builder.ts";
import "./scalars.ts";
import "./types/api-key-mutations.ts";
import "./types/caption-mutations.ts";
import "./types/event-changes.ts";
import "./types/event-list.ts";
import "./types/follow-up-mutations.ts";
import "./types/follow-ups.ts";
import "./types/job-mutations.ts";
import "./types/job-plan.ts";
import "./types/job-queries.ts";
import "./types/node.ts";
import "./types/profile.ts";
import "./types/profile-mutations.ts";
import "./types/queue.ts";
import "./types/retry-jobs.ts";
import "./types/token-mutations.ts";
import "./types/video-jobs.ts";
import "./types/video-mutations.ts";
import "./types/video-queries.ts";
import "./types/video-subscription.ts";
import "./types/viewer.ts";
import "./types/webhook-endpoint-list.ts";
import "./types/webhook-mutations.ts";
import "./types/worker.ts";
import "./types/workspace-list.ts";

/** The whole GraphQL surface. */
export const schema = builder.toSchema({});
