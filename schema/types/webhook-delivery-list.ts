import type { Prisma } from "../../prisma/generated/client.ts";
import { boundedList } from "../../src/bounded-list.ts";
import { keyOf } from "../../src/global-id.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";
import { WebhookDeliveryStatus } from "./webhook-enums.ts";

const WebhookDeliveryConnection = builder.connectionObject(
  {
    type: WebhookDelivery,
    name: "WebhookDeliveryConnection",
    description: "A page of a list of webhook deliveries.",
  },
  { name: "WebhookDeliveryEdge", description: "A webhook delivery and its position in a list." },
);

const WebhookDeliveryFilter = builder.inputType("WebhookDeliveryFilter", {
  description: "Which webhook deliveries: those to which all given conditions apply.",
  fields: (t) => ({
    status: t.field({
      type: [WebhookDeliveryStatus],
      description: "In one of these states; one value may stand alone.",
    }),
    type: t.stringList({ description: "Of events of these types, e.g. `video.ready`; one may stand alone." }),
    videoId: t.id({ description: "About this video." }),
  }),
});

type Filter = typeof WebhookDeliveryFilter.$inferInput | null | undefined;

/** Of nothing: what no delivery is about. */
const noVideo = "00000000-0000-0000-0000-000000000000";

function whereOf(filter: Filter): Prisma.WebhookDeliveryWhereInput {
  const { status, type, videoId } = filter ?? {};
  return {
    ...(status != null && { state: { in: boundedList("filter.status", status) } }),
    ...(type != null && {
      type: { in: boundedList("filter.type", type).filter((name) => !name.includes("\0")) },
    }),
    ...(videoId != null && { videoId: keyOf("Video", videoId) ?? noVideo }),
  };
}

const newest: Order = { by: "webhookDeliveries", column: "createdAt", type: "date", direction: "desc" };

/** Keys are `endpointId filter`: endpoints of one list have one filter, and are counted together. */
const counts = createBatch(async (ctx, keys) => {
  const found = new Map<string, number>();
  for (const filter of new Set(keys.map((key) => key.slice(37)))) {
    const endpointIds = keys.filter((key) => key.slice(37) === filter).map((key) => key.slice(0, 36));
    const groups = await ctx.db.webhookDelivery.groupBy({
      by: ["endpointId"],
      where: {
        AND: [JSON.parse(filter) as Prisma.WebhookDeliveryWhereInput],
        endpointId: { in: endpointIds },
      },
      _count: true,
    });
    for (const { endpointId, _count } of groups) found.set(`${endpointId} ${filter}`, _count);
  }
  return found;
});

/** Both ways to a page's entries: the public type of `nestedSelection` knows one path alone, its code takes several. */
const selectedUnder = {
  getType: () => "WebhookDelivery",
  paths: [[{ name: "edges" }, { name: "node" }], [{ name: "nodes" }]],
};

// Here and not in webhook-endpoint.ts, because the two types name each other.
builder.prismaObjectField(WebhookEndpoint, "deliveries", (t) =>
  t.connection(
    {
      type: WebhookDelivery,
      description:
        "What it was and is to be sent, newest first, as long as it is kept (`WEBHOOK_RETENTION`).",
      args: { filter: t.arg({ type: WebhookDeliveryFilter, description: "Which ones; all by default." }) },
      select: (args, _ctx, nestedSelection) => {
        const { where, orderBy, take } = planPage(args, newest);
        const page = {
          ...{ orderBy, take },
          where: { AND: [whereOf(args.filter), where] },
          select: { id: true, createdAt: true } as const,
        };
        return { id: true, deliveries: nestedSelection(page, selectedUnder as never) };
      },
      resolve: (endpoint, args, ctx) =>
        toConnection(
          planPage(args, newest),
          endpoint.deliveries,
          async () => (await counts(ctx, `${endpoint.id} ${JSON.stringify(whereOf(args.filter))}`)) ?? 0,
        ),
    },
    WebhookDeliveryConnection,
  ),
);

builder.prismaObjectField(WebhookDelivery, "endpoint", (t) =>
  t.relation("endpoint", { description: "Where it is sent to." }),
);
