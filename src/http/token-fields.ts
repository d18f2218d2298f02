import { GraphQLError, type ValidationRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import { type Grant, grantNames, type Viewer } from "../auth/index.ts";

/**
 * The fields that documents of browser tokens may select, by type. Everything else is refused before
 * execution, so a new field of the schema stays closed until it is listed here. The resolvers decide which
 * videos are visible. Command lines, workers, jobs, sources and events are not listed; `externalId` and
 * `metadata` are, for the documents of `@reelay/client`, but stay empty (`schema/types/video.ts`).
 */
const video = {
  Query: ["video"],
  Subscription: ["videoProgress", "videosProgress"],
  Video: [
    ...[
      "id",
      "title",
      "externalId",
      "metadata",
      "status",
      "error",
      "progress",
      "cursor",
      "playback",
      "variants",
      "step",
    ],
    ...[
      "createdAt",
      "playableAt",
      "readyAt",
      "durationMs",
      "width",
      "height",
      "frameRate",
      "upload",
      "download",
    ],
  ],
  Variant: [
    ...[
      "id",
      "name",
      "tier",
      "width",
      "height",
      "frameRate",
      "codec",
      "bitrateBps",
      "status",
      "skipReason",
      "error",
    ],
    ...["fraction", "frames", "fps", "speed", "etaMs", "sizeBytes", "readyAt"],
  ],
  Failure: ["code", "message", "scope", "retriable"],
  JobStep: ["kind", "index", "count", "name", "fraction"],
  Playback: ["hlsUrl", "dashUrl", "posterUrl", "storyboardUrl"],
  Download: ["url", "sizeBytes", "variantName"],
  Upload: ["url", "protocol", "expiresAt"],
};

const allowed: Record<Grant["kind"], Readonly<Record<string, readonly string[]>>> = {
  VIEW: video,
  UPLOAD: {
    ...video,
    Mutation: ["createVideo", "completeUpload"],
    Error: ["code", "message"],
    NotFoundError: ["code", "message"],
    StoreFullError: ["code", "message", "retryAfterMs"],
    InvalidInputError: ["code", "message", "field"],
    ConflictError: ["code", "message"],
    ForbiddenError: ["code", "message"],
    QuotaExceededError: ["code", "message", "quota", "limit", "used", "retryAfterMs"],
  },
};

const refuse = (coordinate: string, kind: Grant["kind"]): GraphQLError =>
  new GraphQLError(
    `The field ${coordinate} is not available to ${grantNames[kind]}s. Leave it out, or use an API key on your server.`,
    { extensions: { code: "FORBIDDEN", http: { status: 403, spec: true } } },
  );

/**
 * Reports the first field that a token may not select. Yoga caches results by rule name, so each kind has its
 * own rule.
 */
function createRule(kind: Grant["kind"]): ValidationRule {
  const name = `FieldsOf${kind}Token`;
  const rule: ValidationRule = (context) => {
    let isRefused = false;
    return {
      Field(node) {
        const type = context.getParentType()?.name ?? "";
        const field = node.name.value;
        if (isRefused || field === "__typename" || allowed[kind][type]?.includes(field)) return;
        isRefused = true;
        context.reportError(refuse(`${type}.${field}`, kind));
      },
    };
  };
  return Object.defineProperty(rule, "name", { value: name });
}

/** Refuses token documents that select other fields, over HTTP, SSE and WebSocket alike. */
export function useTokenFields(): Plugin<object, { viewer?: Viewer | null }> {
  const rules = { UPLOAD: createRule("UPLOAD"), VIEW: createRule("VIEW") };
  return {
    onValidate({ context, addValidationRule }) {
      const kind = (context as { viewer?: Viewer | null }).viewer?.grant?.kind;
      if (kind !== undefined) addValidationRule(rules[kind]);
    },
  };
}
