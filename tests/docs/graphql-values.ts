/**
 * Values for the variables of the documents that the pages show, each made when it is asked for, so that
 * documents do not lean on each other.
 */
import { type DocumentNode, Kind, type OperationDefinitionNode } from "graphql";
import { Prisma } from "../../prisma/generated/client.ts";
import { documents, eventually, type System } from "../kit/index.ts";

export interface DocsWorld {
  system: System;
  clip: string;
  /** A READY video with the external id `cms-4711`. */
  videoId: string;
  /** An endpoint with a delivery, and where it leads to. */
  endpointId: string;
  receiverUrl: string;
}

type Make = (world: DocsWorld) => unknown;

const source = { upload: { filename: "video.mp4", sizeBytes: 5 } };
/** Of the painter of tests. */
const script = { script: JSON.stringify([{ step: "Wait" }]) };
const captions = { language: "en", content: "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n" };

const QUESTIONS = "question,a,b,c,d,answer\nWhich planet is called the red one?,Mars,Venus,Saturn,Uranus,A\n";
async function questionSet({ system }: DocsWorld): Promise<{ id: string; questionId: string }> {
  const { data } = await system.client.ask(
    `mutation { importQuestions(input: { topic: "Planets", source: { csv: ${JSON.stringify(QUESTIONS)} } }) { ... on QuestionSet { id questions { nodes { id } } } } }`,
  );
  const { id, questions } = data.importQuestions;
  return { id, questionId: questions.nodes[0].id };
}

/** A batch whose rows are checked. */
async function batch(world: DocsWorld): Promise<string> {
  const { db } = world.system;
  const source = `{ csv: "quote\\nKnow yourself\\n" }`;
  const { id } = await createdBy(
    world,
    `createBatch(input: { template: "quote", source: ${source} }) { ... on Batch { id } }`,
  );
  await eventually(async () => {
    if ((await db.batch.count({ where: { status: "CHECKING" } })) > 0)
      throw new Error("It is being checked.");
  }, "the batch is checked");
  return id;
}

const greeting = {
  ...{ name: "greeting", version: 1, title: "Greeting", size: [1920, 1080], frameRate: 30 },
  ...{ styles: ["style.css"], data: { type: "object" }, example: { name: "Ada" } },
  scenes: [{ html: "scene.html", timeline: [{ mark: "greet", speak: "Hello {{ name }}!" }] }],
};

/** By the field that takes the variable and its name; `*`: whatever the field. */
const VALUES: Record<string, Record<string, Make>> = {
  "*": {
    id: ({ videoId }) => videoId,
    first: () => 10,
    key: () => crypto.randomUUID(),
    externalId: () => "cms-4711",
    atMs: () => 1_000,
  },
  createVideo: {
    input: () => ({ title: "Docs", source }),
    questionSet: async (world) => (await questionSet(world)).id,
  },
  checkSource: {
    input: () => ({ source: { manim: script }, waitMs: 0 }),
    data: () => ({
      questions: [{ question: "Which one is red?", options: ["Mars", "Venus"], answerIndex: 0 }],
    }),
  },
  sourceCheck: {
    id: async (world) =>
      (
        await createdBy(
          world,
          `checkSource(input: { source: { manim: { script: ${JSON.stringify(script.script)} } }, waitMs: 0 }) { ... on SourceCheck { id } }`,
        )
      ).id,
  },
  createTemplate: {
    manifest: () => JSON.stringify(greeting),
    scene: () => "<div>{{ name }}</div>",
    style: () => "div { color: white; }",
  },
  deleteTemplate: {
    async name({ system }) {
      const files = [
        { path: "template.json", text: JSON.stringify({ ...greeting, name: "farewell", styles: [] }) },
        { path: "scene.html", text: "<div>{{ name }}</div>" },
      ];
      await system.client.ask(
        "mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { __typename } }",
        { input: { files } },
      );
      return "farewell";
    },
  },
  createMaterial: { input: () => ({ upload: { filename: "logo.png", sizeBytes: 5 } }) },
  deleteMaterial: {
    id: async (world) =>
      (
        await createdBy(
          world,
          `createMaterial(input: { upload: { filename: "x.png", sizeBytes: 1 } }) { ... on Material { id } }`,
        )
      ).id,
  },
  importQuestions: { csv: () => QUESTIONS },
  updateQuestion: { id: async (world) => (await questionSet(world)).questionId },
  exportQuestions: { id: async (world) => (await questionSet(world)).id },
  deleteQuestionSet: { id: async (world) => (await questionSet(world)).id },
  batch: { id: batch },
  startBatch: { id: batch },
  batchProgress: { id: batch },
  setQuotas: {
    workspaceId: async ({ system }) =>
      (await system.client.ask("{ viewer { workspace { id } } }")).data.viewer.workspace.id,
  },
  createUploadToken: { metadata: () => ({ userId: 7 }) },
  // The log from its beginning on: nothing else need happen meanwhile.
  events: { after: () => "beginning" },
  updateVideo: {
    input: ({ videoId }) => ({ id: videoId, title: "Another title", metadata: { author: "Ada" } }),
  },
  updateVideoSource: { id: quizVideo, source: () => ({ template: quizOf("Which planet is blue?") }) },
  deleteVideo: {
    id: async (world) =>
      (
        await createdBy(
          world,
          `createVideo(input: { title: "x", source: { upload: { filename: "x", sizeBytes: 1 } } }) { ... on Video { id } }`,
        )
      ).id,
  },
  cancelJob: { id: queuedJob },
  cancelVideo: { id: queuedVideo },
  videosProgress: { ids: ({ videoId }) => [videoId] },
  tagVideos: { ids: ({ videoId }) => [videoId] },
  prioritizeJob: { id: queuedJob },
  retryJob: {
    async id(world) {
      const id = await queuedJob(world);
      await createdBy(world, `cancelJob(id: "${id}") { ... on Job { id } }`);
      return id;
    },
  },
  retryVariant: { id: failedVariant },
  createProfile: { input: () => ({ name: "docs", rungs: [{ height: 360, bitrateBps: 700_000 }] }) },
  updateProfile: { input: async (world) => ({ name: await profile(world), download: { height: 360 } }) },
  deleteProfile: { name: profile },
  setCaptions: { input: ({ videoId }) => ({ videoId, ...captions }) },
  removeCaptions: {
    id: async (world) =>
      (
        await createdBy(
          world,
          `setCaptions(input: { videoId: "${world.videoId}", language: "de", content: ${JSON.stringify(captions.content)} }) { ... on CaptionTrack { id } }`,
        )
      ).id,
  },
  registerTrustedDocuments: { manifest: () => ({ scopes: "{ viewer { scopes } }" }) },
  deleteTrustedDocuments: { documentIds: () => ["scopes"] },
  createWebhookEndpoint: { url: ({ receiverUrl }) => receiverUrl },
  redeliverWebhook: {
    id: async ({ system, endpointId }) => {
      const { data } = await system.client.ask(
        `{ webhookEndpoints(first: 20) { nodes { id deliveries(first: 1) { nodes { id } } } } }`,
      );
      const endpoint = data.webhookEndpoints.nodes.find(({ id }: { id: string }) => id === endpointId);
      return endpoint.deliveries.nodes[0].id;
    },
  },
  rotateWebhookSecret: { id: ({ endpointId }) => endpointId },
  redeliverFailedWebhooks: {
    endpointId: ({ endpointId }) => endpointId,
    since: () => new Date(0).toISOString(),
  },
};

/** @throws when a document wants something that is not known here: say above what it is. */
export async function valuesFor(document: DocumentNode, world: DocsWorld): Promise<Record<string, unknown>> {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [field] = operation?.selectionSet.selections ?? [];
  const name = field?.kind === Kind.FIELD ? field.name.value : "";
  const values: Record<string, unknown> = {};
  for (const { variable, type } of operation?.variableDefinitions ?? []) {
    const wanted = variable.name.value;
    const make = VALUES[name]?.[wanted] ?? VALUES["*"]?.[wanted];
    if (make === undefined && type.kind !== Kind.NON_NULL_TYPE) continue;
    if (make === undefined)
      throw new Error(`No value for $${wanted} of ${name}: give one in tests/docs/graphql-values.ts.`);
    values[wanted] = await make(world);
  }
  return values;
}

/** The result of a mutation that must not fail. */
async function createdBy({ system }: DocsWorld, field: string): Promise<{ id: string; name: string }> {
  const { data, errors } = await system.client.ask(`mutation { made: ${field} }`);
  if (!data?.made || Object.keys(data.made).length === 0)
    throw new Error(`${field}: ${JSON.stringify(errors ?? data)}`);
  return data.made;
}

/** Of a video of its own. It waits: the queue stands still while documents are run. */
async function queuedVideo({ system, clip }: DocsWorld): Promise<string> {
  await system.client.ask("mutation { pauseQueue { __typename } }");
  return await system.client.upload(clip);
}

const quizOf = (question: string) => ({
  template: "quiz-classic",
  data: { questions: [{ question, options: ["Mars", "Venus"], answerIndex: 0 }] },
});

/** A video from data, marked as if it were READY. */
async function quizVideo({ system }: DocsWorld): Promise<string> {
  await system.client.ask("mutation { pauseQueue { __typename } }");
  const input = { title: "Quiz", source: { template: quizOf("Which planet is red?") } };
  const { data } = await system.client.ask(documents.createVideo, { input });
  const { id } = data.createVideo;
  await system.client.ask("mutation ($id: ID!) { cancelVideo(input: { id: $id }) { __typename } }", { id });
  const now = new Date();
  const [, videoId = ""] = Buffer.from(id, "base64url").toString().split(":");
  await system.db.video.update({
    where: { id: videoId },
    data: { status: "READY", playableAt: now, readyAt: now, error: Prisma.DbNull },
  });
  return id;
}

async function queuedJob(world: DocsWorld): Promise<string> {
  const video = await world.system.client.video(await queuedVideo(world));
  return video.jobs.edges[0].node.id;
}

/** One of the READY video's, marked as if it had failed. */
async function failedVariant({ system, videoId }: DocsWorld): Promise<string> {
  const { variants } = await system.client.video(videoId);
  const { id } = variants.find(({ status }: { status: string }) => status === "READY");
  const failed = {
    status: "FAILED",
    error: { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER", retriable: true },
    playlist: Prisma.DbNull,
    readyAt: null,
  } as const;
  const [, variantId = ""] = Buffer.from(id, "base64url").toString().split(":");
  await system.db.variant.update({ where: { id: variantId }, data: failed });
  return id;
}

async function profile(world: DocsWorld): Promise<string> {
  const name = `docs-${crypto.randomUUID().slice(0, 8)}`;
  await createdBy(
    world,
    `createProfile(input: { name: "${name}", rungs: [{ height: 360, bitrateBps: 700000 }] }) { ... on Profile { name } }`,
  );
  return name;
}
