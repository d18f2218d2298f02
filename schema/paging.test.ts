import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
const count = 7;
beforeAll(async () => {
  api = await createTestApi();
  for (let index = 0; index < count; index += 1) {
    // Pairs share a moment and a title, so that only their ids tell them apart.
    const at = new Date(1_000 * Math.floor(index / 2));
    await api.db.video.create({
      data: {
        workspaceId: api.ours.id,
        title: `title ${Math.floor(index / 3)}`,
        externalId: `cms-${index}`,
        profile: "default",
        createdAt: at,
        updatedAt: at,
      },
    });
  }
});
afterAll(() => api[Symbol.asyncDispose]());

interface Page {
  edges: Array<{ cursor: string; node: { externalId: string } }>;
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const fields =
  "edges { cursor node { externalId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
const names = (page: Page) => page.edges.map(({ node }) => node.externalId);

async function page(orderBy: object, args: string, cursor: string | null = null): Promise<Page> {
  const query = `query ($orderBy: VideoOrder!, $cursor: String) { videos(orderBy: $orderBy, ${args}) { ${fields} } }`;
  const { data, errors } = await api.ask(query, { orderBy, cursor });
  expect(errors).toBeUndefined();
  return data.videos;
}

const orders = ["CREATED_AT", "UPDATED_AT", "TITLE"].flatMap((field) =>
  ["ASC", "DESC"].map((direction) => ({ field, direction })),
);

test.each(orders)(
  "$field $direction: pages of any size return every video once, forwards and backwards",
  async (order) => {
    const all = names(await page(order, "first: 100, after: $cursor"));
    expect(new Set(all).size).toBe(count);
    for (const size of [1, 2, 3, 7, 8]) {
      const forwards: string[] = [];
      for (let at: Page | undefined; at === undefined || at.pageInfo.hasNextPage; ) {
        at = await page(order, `first: ${size}, after: $cursor`, at?.pageInfo.endCursor);
        forwards.push(...names(at));
      }
      expect(forwards).toEqual(all);
      const backwards: string[] = [];
      for (let at: Page | undefined; at === undefined || at.pageInfo.hasPreviousPage; ) {
        at = await page(order, `last: ${size}, before: $cursor`, at?.pageInfo.startCursor);
        backwards.unshift(...names(at));
      }
      expect(backwards).toEqual(all);
    }
  },
);

test("a page continues after a video that was deleted in the meantime", async () => {
  const order = { field: "CREATED_AT", direction: "ASC" };
  const doomed = await api.db.video.create({
    data: { workspaceId: api.ours.id, title: "x", profile: "default", createdAt: new Date(500) },
  });
  const { edges } = await page(order, "first: 3, after: $cursor");
  await api.db.video.delete({ where: { id: doomed.id } });
  const rest = names(await page(order, "first: 100, after: $cursor", edges[2]?.cursor));
  expect(rest).toHaveLength(count - 2);
});

test("a list can be filtered by state, external ids, time and text, and its count matches the filter", async () => {
  const filtered = async (filter: object) =>
    (
      await api.ask("query ($filter: VideoFilter) { videos(filter: $filter, first: 1) { totalCount } }", {
        filter,
      })
    ).data.videos.totalCount;
  expect(await filtered({})).toBe(count);
  expect(await filtered({ status: "AWAITING_SOURCE" })).toBe(count);
  expect(await filtered({ status: ["READY", "FAILED"] })).toBe(0);
  expect(await filtered({ externalIds: ["cms-1", "cms-2", "unknown"] })).toBe(2);
  expect(await filtered({ search: "TITLE 1" })).toBe(3);
  expect(await filtered({ search: "CMS-6" })).toBe(1);
  expect(await filtered({ createdFrom: "1970-01-01T00:00:01Z", createdBefore: "1970-01-01T00:00:03Z" })).toBe(
    4,
  );
});

test("a video's events are returned in the order in which they occurred", async () => {
  const { id } = await api.db.video.create({
    data: { workspaceId: api.ours.id, title: "x", profile: "default" },
  });
  for (const type of ["video.created", "job.queued", "video.playable"]) {
    await api.db.event.create({ data: { workspaceId: api.ours.id, videoId: id, type, data: { of: type } } });
  }
  await api.db.event.create({ data: { workspaceId: api.theirs.id, videoId: id, type: "video.secret" } });
  const ask = async (args: string) =>
    (
      await api.ask(
        `query ($id: ID) { events(videoId: $id, ${args}) { nodes { type data } pageInfo { endCursor hasNextPage } totalCount } }`,
        {
          id: encodeGlobalId("Video", id),
        },
      )
    ).data.events;
  const first = await ask("first: 2");
  expect(first.nodes).toEqual([
    { type: "video.created", data: { of: "video.created" } },
    { type: "job.queued", data: { of: "job.queued" } },
  ]);
  expect(first.totalCount).toBe(3);
  const second = await ask(`first: 2, after: "${first.pageInfo.endCursor}"`);
  expect(second).toMatchObject({ nodes: [{ type: "video.playable" }], pageInfo: { hasNextPage: false } });
  expect((await ask("last: 1")).nodes).toMatchObject([{ type: "video.playable" }]);
});
