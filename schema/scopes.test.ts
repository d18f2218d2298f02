/** Who may ask for what: a field without a decision fails here. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { schema } from "./index.ts";
import { minimalDocument } from "./testing/minimal-document.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

const actors = ["READ", "WRITE", "ADMIN", "OPERATOR", "UPLOAD_TOKEN", "VIEWER_TOKEN", "ANONYMOUS"] as const;
type Actor = (typeof actors)[number];

const read: readonly Actor[] = ["READ", "WRITE", "ADMIN"];
const write: readonly Actor[] = ["WRITE", "ADMIN"];
const admin: readonly Actor[] = ["ADMIN"];
const operator: readonly Actor[] = ["OPERATOR"];

const allowed: Readonly<Record<string, readonly Actor[]>> = {
  "Query.apiKeys": admin,
  "Query.batch": read,
  "Query.batches": read,
  "Query.changes": read,
  "Query.estimateRender": write,
  "Query.computeOffers": read,
  "Query.events": read,
  "Query.job": read,
  "Query.jobs": read,
  "Query.material": read,
  "Query.materials": read,
  "Query.node": read,
  "Query.nodes": read,
  "Query.profile": read,
  "Query.profiles": read,
  "Query.queue": read,
  "Query.trustedDocuments": admin,
  "Query.uploadTokens": write,
  "Query.video": [...read, "UPLOAD_TOKEN", "VIEWER_TOKEN"],
  "Query.signingKeys": admin,
  "Query.exportBatchRows": read,
  "Query.exportQuestions": read,
  "Query.previewBatch": write,
  "Query.questionSet": read,
  "Query.questionSets": read,
  "Query.sourceCheck": read,
  "Query.template": read,
  "Query.templates": read,
  "Query.ownTemplates": read,
  "Query.videoByExternalId": read,
  "Query.videos": read,
  "Query.viewer": [...read, "OPERATOR"],
  "Query.viewerTokens": read,
  "Query.voices": read,
  "Query.webhookEndpoint": admin,
  "Query.webhookEndpoints": admin,
  "Query.workers": operator,
  "Query.workspaces": operator,
  "Mutation.cancelBatch": write,
  "Mutation.createBatch": write,
  "Mutation.deleteBatch": write,
  "Mutation.pauseBatch": write,
  "Mutation.replaceBatchRows": write,
  "Mutation.resumeBatch": write,
  "Mutation.retryBatch": write,
  "Mutation.startBatch": write,
  "Mutation.cancelJob": write,
  "Mutation.cancelVideo": write,
  "Mutation.acceptQuestion": write,
  "Mutation.checkSource": write,
  "Mutation.completeMaterial": write,
  "Mutation.completeUpload": [...write, "UPLOAD_TOKEN"],
  "Mutation.createApiKey": admin,
  "Mutation.createJoinToken": operator,
  "Mutation.revokeJoinToken": operator,
  "Query.joinTokens": operator,
  "Query.launches": operator,
  "Query.launchSpend": operator,
  "Query.launchTargets": operator,
  "Query.launchWaits": operator,
  "Mutation.createMaterial": write,
  "Mutation.createTemplate": write,
  "Mutation.createPlaybackToken": write,
  "Mutation.createProfile": write,
  "Mutation.createUploadToken": write,
  "Mutation.createVideo": [...write, "UPLOAD_TOKEN"],
  "Mutation.createViewerToken": read,
  "Mutation.createWebhookEndpoint": admin,
  "Mutation.deleteMaterial": write,
  "Mutation.deleteTemplate": write,
  "Mutation.deleteQuestionSet": write,
  "Mutation.generateQuestions": write,
  "Mutation.importQuestions": write,
  "Mutation.rejectQuestion": write,
  "Mutation.updateQuestion": write,
  "Mutation.verifyQuestion": write,
  "Mutation.deleteProfile": write,
  "Mutation.deleteTrustedDocuments": admin,
  "Mutation.deleteVideo": write,
  "Mutation.deleteVideos": write,
  "Mutation.deleteWebhookEndpoint": admin,
  "Mutation.disableWebhookEndpoint": admin,
  "Mutation.enableWebhookEndpoint": admin,
  "Mutation.pauseQueue": admin,
  "Mutation.prioritizeJob": write,
  "Mutation.redeliverFailedWebhooks": admin,
  "Mutation.redeliverWebhook": admin,
  "Mutation.registerTrustedDocuments": admin,
  "Mutation.removeCaptions": write,
  "Mutation.repairVideo": write,
  "Mutation.requestDownload": write,
  "Mutation.requestPreview": write,
  "Mutation.resumeQueue": admin,
  "Mutation.retryJob": write,
  "Mutation.retryJobs": write,
  "Mutation.retryVariant": write,
  "Mutation.retryVideo": write,
  "Mutation.retryVideos": write,
  "Mutation.revokeApiKey": admin,
  "Mutation.revokeUploadToken": write,
  "Mutation.revokeViewerToken": read,
  "Mutation.revokeSigningKey": admin,
  "Mutation.rotateSigningKey": admin,
  "Mutation.rotateWebhookSecret": admin,
  "Mutation.sendTestWebhook": admin,
  "Mutation.setCaptions": write,
  "Mutation.setPoster": write,
  "Mutation.setBudgets": operator,
  "Mutation.setQuotas": operator,
  "Mutation.tagVideos": write,
  "Mutation.updateProfile": write,
  "Mutation.updateVideo": write,
  "Mutation.updateVideoSource": write,
  "Mutation.updateWebhookEndpoint": admin,
  "Mutation.updateWorkspace": admin,
  "Subscription.batchProgress": read,
  "Subscription.events": read,
  "Subscription.videosProgress": [...read, "UPLOAD_TOKEN", "VIEWER_TOKEN"],
  "Subscription.videoProgress": [...read, "UPLOAD_TOKEN", "VIEWER_TOKEN"],
};

let api: TestApi;
let videoId: string;
let tokens: Record<Actor, string | null>;
beforeAll(async () => {
  api = await createTestApi();
  videoId = encodeGlobalId("Video", (await seedVideo(api.db, api.ours.id)).id);
  // An event, for the subscription that begins with it.
  const source = { url: { url: "https://example.com/a.mp4" } };
  const create = "mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename } }";
  await api.ask(create, { input: { title: "A", source } });
  const { read: READ, write: WRITE, admin: ADMIN, operator: OPERATOR } = api.ours;
  tokens = { READ, WRITE, ADMIN, OPERATOR, ANONYMOUS: null, ...(await tokensFor(videoId)) };
});
afterAll(() => api[Symbol.asyncDispose]());

async function tokensFor(id: string) {
  const { data } = await api.ask(
    `mutation ($id: ID!) {
      u: createUploadToken(input: { maxVideos: 100 }) { ... on CreatedUploadToken { token } }
      v: createViewerToken(input: { videoIds: [$id] }) { ... on CreatedViewerToken { token } } }`,
    { id },
  );
  return { UPLOAD_TOKEN: data.u.token, VIEWER_TOKEN: data.v.token };
}

const roots = [
  ["query", schema.getQueryType()],
  ["mutation", schema.getMutationType()],
  ["subscription", schema.getSubscriptionType()],
] as const;
const fields = roots.flatMap(([operation, type]) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({
    coordinate: `${type?.name}.${field.name}`,
    operation,
    field,
  })),
);

/** What nonsense would hide: a subscription begins with a video that is there, and with an event that was. */
const given: Readonly<Record<string, () => Record<string, unknown>>> = {
  "Subscription.videoProgress": () => ({ id: videoId }),
  "Subscription.videosProgress": () => ({ ids: [videoId] }),
  "Subscription.events": () => ({ after: "beginning" }),
};

test("every root field has a list of permitted callers, and no list is for a removed field", () => {
  expect(fields.map(({ coordinate }) => coordinate).toSorted()).toEqual(Object.keys(allowed).toSorted());
});

describe.each(fields)("$coordinate", ({ coordinate, operation, field }) => {
  test(`permits ${allowed[coordinate]?.join(", ")} only`, async () => {
    const { query, variables } = minimalDocument(operation, field, given[coordinate]?.());
    const answered: Actor[] = [];
    for (const actor of actors) {
      const code = await refusalOf(query, variables, tokens[actor]);
      if (code === null) answered.push(actor);
      else expect([actor, code]).toEqual([actor, actor === "ANONYMOUS" ? "UNAUTHENTICATED" : "FORBIDDEN"]);
    }
    expect(answered).toEqual(allowed[coordinate]);
  });
});

/** The code of a refusal, from either of its places; null for every other answer. */
async function refusalOf(query: string, variables: Record<string, unknown>, token: string | null) {
  const text = await firstAnswer(query, variables, token);
  return /"code":"(FORBIDDEN|UNAUTHENTICATED)"/.exec(text)?.[1] ?? null;
}

/** The whole answer, of a stream its first message. */
async function firstAnswer(query: string, variables: Record<string, unknown>, token: string | null) {
  const isStream = query.startsWith("subscription");
  const left = new AbortController();
  const response = await fetch(api.graphql, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: isStream ? "text/event-stream" : "application/json",
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: left.signal,
  });
  if (!isStream || response.body === null) return await response.text();
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/"(?:data|errors)"/.test(text)) break;
  }
  left.abort();
  return text;
}
