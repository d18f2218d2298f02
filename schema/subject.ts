/** Objects that mutations refer to by id. */

import type { InputRef } from "@pothos/core";
import { NotFoundError } from "../src/errors/index.ts";
import { keyOf } from "../src/inputs/index.ts";
import { builder } from "./builder.ts";

const subjects = {
  Video: { code: "VIDEO_NOT_FOUND", noun: "video", from: "`videos` or `createVideo`" },
  Variant: { code: "VARIANT_NOT_FOUND", noun: "variant", from: "`Video.variants`" },
  CaptionTrack: { code: "CAPTIONS_NOT_FOUND", noun: "caption track", from: "`Video.captions`" },
  Job: { code: "JOB_NOT_FOUND", noun: "job", from: "`jobs` or `Video.jobs`" },
  ApiKey: { code: "API_KEY_NOT_FOUND", noun: "API key", from: "`apiKeys`" },
  SigningKey: { code: "SIGNING_KEY_NOT_FOUND", noun: "signing key", from: "`signingKeys`" },
  UploadToken: { code: "TOKEN_NOT_FOUND", noun: "upload token", from: "`uploadTokens`" },
  ViewerToken: { code: "TOKEN_NOT_FOUND", noun: "viewer token", from: "`viewerTokens`" },
  JoinToken: { code: "JOIN_TOKEN_NOT_FOUND", noun: "join token", from: "`joinTokens`" },
  WebhookEndpoint: { code: "WEBHOOK_NOT_FOUND", noun: "webhook endpoint", from: "`webhookEndpoints`" },
  WebhookDelivery: {
    code: "WEBHOOK_DELIVERY_NOT_FOUND",
    noun: "webhook delivery",
    from: "`WebhookEndpoint.deliveries`",
  },
  Material: { code: "MATERIAL_NOT_FOUND", noun: "material", from: "`materials` or `createMaterial`" },
  QuestionSet: {
    code: "QUESTION_SET_NOT_FOUND",
    noun: "question set",
    from: "`questionSets`, `generateQuestions` or `importQuestions`",
  },
  Question: { code: "QUESTION_NOT_FOUND", noun: "question", from: "`QuestionSet.questions`" },
  Batch: { code: "BATCH_NOT_FOUND", noun: "batch", from: "`batches` or `createBatch`" },
  Workspace: { code: "WORKSPACE_NOT_FOUND", noun: "workspace", from: "`workspaces`" },
} as const;

type Subject = keyof typeof subjects;

/** Row key of the object that a mutation refers to. Throws `NotFoundError` if the id has another type. */
export function subjectKey(type: Subject, id: string): string {
  const key = keyOf(type, id);
  if (key !== null) return key;
  const { code, noun, from } = subjects[type];
  const shown = JSON.stringify(id.slice(0, 100));
  throw new NotFoundError(
    code,
    `There is no ${noun} ${shown} in this workspace. Use an id that ${from} returned.`,
  );
}

/** Input of a mutation that needs only an object's id. */
export const idInput = (name: string, description: string, subject: Subject) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ id: t.id({ required: true, description: `The ${subjects[subject].noun}'s id.` }) }),
  });

/** The argument `input` of a mutation. */
export const inputOf = <Input extends object>(type: InputRef<Input>) =>
  builder.args((t) => ({
    input: t.field({ type, required: true, description: "The input of the mutation." }),
  }));
