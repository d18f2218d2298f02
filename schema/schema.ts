import { builder } from "./builder.ts";
import "./scalars.ts";
import "./types/video-queries.ts";
import "./types/video-subscription.ts";
import "./types/video-mutations.ts";

/** The whole GraphQL surface. */
export const schema = builder.toSchema({});
