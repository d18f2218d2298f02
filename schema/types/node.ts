import { queryFromInfo } from "@pothos/plugin-prisma";
import type { GraphQLResolveInfo } from "graphql";
import { hasScope, type Viewer } from "../../src/auth/index.ts";
import { InvalidInputError } from "../../src/errors/index.ts";
import { MAX_PAGE_SIZE, type NodeType, nodeTypes, parseGlobalId } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";

type Query = { select: { id: true } };
type Row = { id: string };

/** How each type's rows are found, in the viewer's workspace only. */
const finders: Record<
  NodeType,
  (ctx: Context, viewer: Viewer, query: Query, ids: string[]) => Promise<Row[]>
> = {
  Video: ({ db }, { workspaceId }, query, ids) =>
    db.video.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  Variant: ({ db }, { workspaceId }, query, ids) =>
    db.variant.findMany({ ...query, where: { id: { in: ids }, video: { workspaceId } } }),
  CaptionTrack: ({ db }, { workspaceId }, query, ids) =>
    db.captionTrack.findMany({ ...query, where: { id: { in: ids }, video: { workspaceId } } }),
  Edition: ({ db }, { workspaceId }, query, ids) =>
    db.edition.findMany({ ...query, where: { id: { in: ids }, video: { workspaceId } } }),
  Job: ({ db }, { workspaceId }, query, ids) =>
    db.job.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  Task: ({ db }, { workspaceId }, query, ids) =>
    db.task.findMany({ ...query, where: { id: { in: ids }, job: { workspaceId } } }),
  Attempt: ({ db }, { workspaceId }, query, ids) =>
    db.attempt.findMany({ ...query, where: { id: { in: ids }, task: { job: { workspaceId } } } }),
  Worker: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "OPERATOR")) return [];
    return db.worker.findMany({ ...query, where: { id: { in: ids } } });
  },
  JoinToken: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "OPERATOR")) return [];
    return db.joinToken.findMany({ ...query, where: { id: { in: ids } } });
  },
  Launch: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "OPERATOR")) return [];
    return db.launch.findMany({ ...query, where: { id: { in: ids } } });
  },
  Workspace: ({ db }, viewer, query, ids) => {
    const own = hasScope(viewer, "OPERATOR") ? {} : { id: viewer.workspaceId };
    return db.workspace.findMany({ ...query, where: { id: { in: ids }, AND: own } });
  },
  SigningKey: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "ADMIN")) return [];
    return db.signingKey.findMany({ ...query, where: { id: { in: ids }, workspaceId: viewer.workspaceId } });
  },
  UploadToken: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "WRITE")) return [];
    return db.uploadToken.findMany({ ...query, where: { id: { in: ids }, workspaceId: viewer.workspaceId } });
  },
  ViewerToken: ({ db }, { workspaceId }, query, ids) =>
    db.viewerToken.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  ApiKey: async ({ db }, viewer, query, ids) => {
    // Without ADMIN, a key sees only itself.
    const own = hasScope(viewer, "ADMIN") ? {} : { id: viewer.apiKeyId };
    return db.apiKey.findMany({
      ...query,
      where: { id: { in: ids }, workspaceId: viewer.workspaceId, AND: own },
    });
  },
  WebhookEndpoint: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "ADMIN")) return [];
    return db.webhookEndpoint.findMany({
      ...query,
      where: { id: { in: ids }, workspaceId: viewer.workspaceId },
    });
  },
  WebhookDelivery: async ({ db }, viewer, query, ids) => {
    if (!hasScope(viewer, "ADMIN")) return [];
    const { workspaceId } = viewer;
    return db.webhookDelivery.findMany({ ...query, where: { id: { in: ids }, endpoint: { workspaceId } } });
  },
  SourceCheck: ({ db }, { workspaceId }, query, ids) =>
    db.sourceCheck.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  Material: ({ db }, { workspaceId }, query, ids) =>
    db.material.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  QuestionSet: ({ db }, { workspaceId }, query, ids) =>
    db.questionSet.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  Question: ({ db }, { workspaceId }, query, ids) =>
    db.question.findMany({ ...query, where: { id: { in: ids }, set: { workspaceId } } }),
  Batch: ({ db }, { workspaceId }, query, ids) =>
    db.batch.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
  BatchRow: ({ db }, { workspaceId }, query, ids) =>
    db.batchRow.findMany({ ...query, where: { id: { in: ids }, workspaceId } }),
};

/** One query per type (and per nested list) for any number of ids. Unknown ids give null. */
async function findNodes(ids: readonly string[], ctx: Context, info: GraphQLResolveInfo) {
  const viewer = viewerWith(ctx, "READ");
  const parsed = ids.map(parseGlobalId);
  const found = new Map<string, Row & { __typename: NodeType }>();
  for (const typename of nodeTypes) {
    const keys = new Set(parsed.flatMap((id) => (id?.typename === typename ? [id.key] : [])));
    if (keys.size === 0) continue;
    const query: Query = queryFromInfo({ context: ctx, info, typeName: typename, select: { id: true } });
    for (const row of await finders[typename](ctx, viewer, query, [...keys])) {
      found.set(`${typename}:${row.id}`, { ...row, __typename: typename });
    }
  }
  return parsed.map((id) => (id && found.get(`${id.typename}:${id.key}`)) ?? null);
}

builder.queryField("node", (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: "The object with this id, of any type. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "Any object's id." }) },
    resolve: async (_root, { id }, ctx, info) => (await findNodes([id], ctx, info))[0],
  }),
);

builder.queryField("nodes", (t) =>
  t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      "The objects with these ids, in the same order. Null for those that do not exist in this workspace.",
    args: { ids: t.arg.idList({ required: true, description: "Ids of any type, at most 100." }) },
    resolve: (_root, { ids }, ctx, info) => {
      if (ids.length <= MAX_PAGE_SIZE) return findNodes(ids, ctx, info);
      throw new InvalidInputError(
        "PAGE_SIZE_INVALID",
        "ids",
        `ids: ${ids.length} ids were given. Request at most ${MAX_PAGE_SIZE} at a time.`,
      );
    },
  }),
);
