import type { Prisma } from "../../prisma/generated/client.ts";
import { boundedList, keyOf } from "../../src/inputs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { connectionOf, entriesOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";
import { WebhookDeliveryStatus } from "./webhook-enums.ts";

const WebhookDeliveryFilter = builder.inputType("WebhookDeliveryFilter", {
  description: "Selects webhook deliveries that match all conditions.",
  fields: (t) => ({
    status: t.field({
      type: [WebhookDeliveryStatus],
      description: "With one of these statuses. A single value is allowed.",
    }),
    type: t.stringList({
      description: "Of events of these types, e.g. `video.ready`. A single value is allowed.",
    }),
    videoId: t.id({ description: "About this video." }),
  }),
});

type Filter = typeof WebhookDeliveryFilter.$inferInput | null | undefined;

/** Id that matches no delivery. */
const NO_VIDEO = "00000000-0000-0000-0000-000000000000";

function whereOf(filter: Filter): Prisma.WebhookDeliveryWhereInput {
  const { status, type, videoId } = filter ?? {};
  return {
    ...(status != null && { state: { in: boundedList("filter.status", status) } }),
    ...(type != null && {
      type: { in: boundedList("filter.type", type).filter((name) => !name.includes("\0")) },
    }),
    ...(videoId != null && { videoId: keyOf("Video", videoId) ?? NO_VIDEO }),
  };
}

const newest: Order = { by: "webhookDeliveries", column: "createdAt", type: "date", direction: "desc" };

/** Keys are `endpointId filter`. The endpoints of one list share a filter and are counted together. */
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

// Here and not in webhook-endpoint.ts because the two types refer to each other.
builder.prismaObjectField(WebhookEndpoint, "deliveries", (t) =>
  t.connection(
    {
      type: WebhookDelivery,
      description: "Its deliveries, sent and pending, newest first. Kept for `WEBHOOK_RETENTION`.",
      args: { filter: t.arg({ type: WebhookDeliveryFilter, description: "Default: all deliveries." }) },
      select: (args, _ctx, nestedSelection) => {
        const { where, orderBy, take } = planPage(args, newest);
        const page = {
          ...{ orderBy, take },
          where: { AND: [whereOf(args.filter), where] },
          select: { id: true, createdAt: true } as const,
        };
        return { id: true, deliveries: nestedSelection(page, entriesOf(WebhookDelivery)) };
      },
      resolve: (endpoint, args, ctx) =>
        toConnection(
          planPage(args, newest),
          endpoint.deliveries,
          async () => (await counts(ctx, `${endpoint.id} ${JSON.stringify(whereOf(args.filter))}`)) ?? 0,
        ),
    },
    connectionOf(WebhookDelivery, "A webhook delivery", "webhook deliveries"),
  ),
);

builder.prismaObjectField(WebhookDelivery, "endpoint", (t) =>
  t.relation("endpoint", { description: "The receiving endpoint." }),
);
