import { GraphQLError, type ValidationRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Viewer } from "../auth/viewer.ts";
import { type Grant, grantNames } from "../tokens/grant.ts";

/**
 * What documents of tokens for browsers may select, by type; everything else is refused before anything runs, so a field that is added to the schema
 * stays closed until it is listed here. Which videos: decided by the resolvers. Command lines, workers, jobs, sources and events are not
 * among these; `externalId` and `metadata` are, for the documents of `@reelay/client`, and hold nothing (`schema/types/video.ts`).
 */
const video = {
  Query: ["video"],
  Subscription: ["videoProgress"],
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
    ],
    ...["createdAt", "playableAt", "readyAt", "durationMs", "width", "height", "frameRate", "upload"],
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
  Playback: ["hlsUrl", "dashUrl", "downloadUrl", "posterUrl", "storyboardUrl"],
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
    `The field ${coordinate} is not for ${grantNames[kind]}s. Leave it out, or use an API key on a server of yours.`,
    { extensions: { code: "FORBIDDEN", http: { status: 403, spec: true } } },
  );

/** Reports the first field that such a token may not select. Yoga keeps results by the rules' names, so each kind's has its own. */
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

/** Refuses documents of tokens that select more than these may, over HTTP, SSE and WebSocket alike. */
export function useTokenFields(): Plugin<object, { viewer?: Viewer | null }> {
  const rules = { UPLOAD: createRule("UPLOAD"), VIEW: createRule("VIEW") };
  return {
    onValidate({ context, addValidationRule }) {
      const kind = (context as { viewer?: Viewer | null }).viewer?.grant?.kind;
      if (kind !== undefined) addValidationRule(rules[kind]);
    },
  };
}
