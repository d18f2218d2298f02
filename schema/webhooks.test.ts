/** Webhooks as clients of the API see them. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  api.queries.length = 0;
});

const ask = (query: string, variables: Record<string, unknown> = {}, token = api.ours.admin) =>
  api.ask(query, variables, token);

const createDocument = `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
  __typename
  ... on CreatedWebhookEndpoint { secret endpoint { id url description eventTypes status secrets { ending expiresAt } } }
  ... on Error { code message } ... on InvalidInputError { field } } }`;

async function create(input: object = {}, token?: string) {
  const answer = await ask(createDocument, { input: { url: "https://example.com/hook", ...input } }, token);
  return answer.data.createWebhookEndpoint;
}

/** Rows as delivering leaves them. */
async function seedDeliveries(endpointId: string, states: ("SUCCEEDED" | "FAILED" | "PENDING")[]) {
  for (const [index, state] of states.entries()) {
    const at = new Date(1_000_000 + index);
    await api.db.webhookDelivery.create({
      data: {
        ...{
          endpointId,
          type: "video.ready",
          body: '{"type":"video.ready"}',
          state,
          createdAt: at,
          eventAt: at,
        },
        ...{ nextAttemptAt: at, settledAt: state === "PENDING" ? null : at, attemptCount: 1 },
        attempts: {
          create: {
            ...{ number: 1, startedAt: at, durationMs: 7, requestUrl: "https://example.com/hook" },
            requestHeaders: { "webhook-id": "msg_1" },
            ...(state === "SUCCEEDED"
              ? { responseStatus: 204, responseHeaders: { server: "x" }, responseBody: "" }
              : { errorCode: "UNREACHABLE", errorMessage: "example.com could not be reached." }),
          },
        },
      },
    });
  }
}

test("a new endpoint's secret is returned once, and not to a repeat of the request", async () => {
  const idempotencyKey = "create-1";
  const first = await create({ eventTypes: ["video.*", "video.*"], description: " CMS ", idempotencyKey });
  expect(first).toEqual({
    __typename: "CreatedWebhookEndpoint",
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    endpoint: {
      id: expect.any(String),
      url: "https://example.com/hook",
      description: "CMS",
      eventTypes: ["video.*"],
      status: "ENABLED",
      secrets: [{ ending: first.secret.slice(-5, -1), expiresAt: null }],
    },
  });
  const repeat = await create({ eventTypes: ["video.*", "video.*"], description: " CMS ", idempotencyKey });
  expect([repeat.endpoint.id, repeat.secret]).toEqual([first.endpoint.id, null]);
});

test("invalid URLs, filters and descriptions are refused with the field at fault", async () => {
  expect(await create({ url: "https://127.0.0.1/" })).toMatchObject({
    code: "WEBHOOK_URL_REFUSED",
    field: "url",
  });
  expect(await create({ url: "http://example.com/" })).toMatchObject({ code: "WEBHOOK_URL_REFUSED" });
  expect(await create({ eventTypes: ["video.done"] })).toMatchObject({
    code: "EVENT_TYPE_INVALID",
    field: "eventTypes",
  });
  expect(await create({ description: "x".repeat(501) })).toMatchObject({ code: "DESCRIPTION_INVALID" });
});

test("every webhook operation needs ADMIN and cannot reach another workspace", async () => {
  const { endpoint } = await create();
  await seedDeliveries(keyOf("WebhookEndpoint", endpoint.id) ?? "", ["FAILED"]);
  const found = await ask("query ($id: ID!) { webhookEndpoint(id: $id) { deliveries { nodes { id } } } }", {
    id: endpoint.id,
  });
  const deliveryId = found.data.webhookEndpoint.deliveries.nodes[0].id;
  const mutations = [
    `updateWebhookEndpoint(input: { id: "${endpoint.id}", description: "ours" })`,
    `deleteWebhookEndpoint(input: { id: "${endpoint.id}" })`,
    `rotateWebhookSecret(input: { endpointId: "${endpoint.id}" })`,
    `disableWebhookEndpoint(input: { id: "${endpoint.id}" })`,
    `enableWebhookEndpoint(input: { id: "${endpoint.id}" })`,
    `sendTestWebhook(input: { endpointId: "${endpoint.id}" })`,
    `redeliverFailedWebhooks(input: { endpointId: "${endpoint.id}", since: "2026-01-01T00:00:00Z" })`,
    `redeliverWebhook(input: { deliveryId: "${deliveryId}" })`,
  ];
  for (const mutation of mutations) {
    const document = `mutation { it: ${mutation} { ... on Error { code } } }`;
    const codes = [];
    for (const token of [api.ours.write, api.theirs.admin]) {
      codes.push((await ask(document, {}, token)).data.it.code);
    }
    const missing = mutation.startsWith("redeliverWebhook(")
      ? "WEBHOOK_DELIVERY_NOT_FOUND"
      : "WEBHOOK_NOT_FOUND";
    expect(codes, mutation).toEqual(["FORBIDDEN", missing]);
  }
  for (const token of [api.ours.write, api.theirs.admin]) {
    const nodes = await ask(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      { ids: [endpoint.id, deliveryId] },
      token,
    );
    expect(nodes.data.nodes).toEqual([null, null]);
  }
  const list = await ask("{ webhookEndpoints { totalCount } }", {}, api.theirs.admin);
  expect(list.data.webhookEndpoints.totalCount).toBe(0);
  const refused = await ask("{ webhookEndpoints { totalCount } }", {}, api.ours.write);
  expect(refused.errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
});

test("a rotation lists both secrets until the old one expires", async () => {
  const { endpoint, secret } = await create();
  const document = `mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) {
    ... on RotatedWebhookSecret { secret endpoint { secrets { ending createdAt expiresAt } } } ... on Error { code } } }`;
  const { data } = await ask(document, { input: { endpointId: endpoint.id, overlapMs: 60_000 } });
  const rotated = data.rotateWebhookSecret;
  expect(rotated.secret).not.toBe(secret);
  expect(rotated.endpoint.secrets).toEqual([
    { ending: rotated.secret.slice(-5, -1), createdAt: expect.any(String), expiresAt: null },
    { ending: secret.slice(-5, -1), createdAt: null, expiresAt: expect.any(String) },
  ]);
  api.advance(60_000);
  const later = await ask("query ($id: ID!) { webhookEndpoint(id: $id) { secrets { ending } } }", {
    id: endpoint.id,
  });
  expect(later.data.webhookEndpoint.secrets).toHaveLength(1);
  const tooLong = await ask(document, { input: { endpointId: endpoint.id, overlapMs: 604_800_001 } });
  expect(tooLong.data.rotateWebhookSecret.code).toBe("OVERLAP_INVALID");
});

test("an endpoint can be disabled and enabled; failed deliveries can be sent again only while it is enabled", async () => {
  const { endpoint } = await create();
  await seedDeliveries(keyOf("WebhookEndpoint", endpoint.id) ?? "", ["FAILED", "FAILED", "SUCCEEDED"]);
  const set = async (field: string) =>
    (
      await ask(
        `mutation ($id: ID!) { it: ${field}(input: { id: $id }) { ... on WebhookEndpoint {
      status disabledReason disabledMessage disabledAt } ... on Error { code } } }`,
        { id: endpoint.id },
      )
    ).data.it;
  const again = async () =>
    (
      await ask(
        `mutation ($id: ID!) { redeliverFailedWebhooks(input: { endpointId: $id, since: "1970-01-01T00:00:00Z" }) {
      ... on RedeliveredWebhooks { count } ... on Error { code } } }`,
        { id: endpoint.id },
      )
    ).data.redeliverFailedWebhooks;
  expect(await set("disableWebhookEndpoint")).toEqual({
    status: "DISABLED",
    disabledReason: "REQUESTED",
    disabledMessage: "It was disabled on request.",
    disabledAt: expect.any(String),
  });
  expect(await again()).toEqual({ code: "WEBHOOK_DISABLED" });
  expect(await set("enableWebhookEndpoint")).toMatchObject({ status: "ENABLED", disabledAt: null });
  expect(await again()).toEqual({ count: 2 });
});

test("a delivery contains its requests and responses; lists are filtered, paged and counted", async () => {
  const { endpoint } = await create();
  await seedDeliveries(keyOf("WebhookEndpoint", endpoint.id) ?? "", ["SUCCEEDED", "FAILED", "PENDING"]);
  const list = async (args: string) =>
    (
      await ask(
        `query ($id: ID!) { webhookEndpoint(id: $id) { deliveries(${args}) { totalCount pageInfo { hasNextPage }
      nodes { status messageId nextAttemptAt payload attempts { number durationMs request { url headers }
        response { status headers body isCut } error { code message } } } } } }`,
        { id: endpoint.id },
      )
    ).data.webhookEndpoint.deliveries;
  const newest = await list("first: 1");
  expect(newest).toMatchObject({
    totalCount: 3,
    pageInfo: { hasNextPage: true },
    nodes: [{ status: "PENDING", nextAttemptAt: expect.any(String), payload: { type: "video.ready" } }],
  });
  const settled = await list("first: 5, filter: { status: [SUCCEEDED, FAILED] }");
  expect(settled.totalCount).toBe(2);
  expect(settled.nodes).toMatchObject([
    { status: "FAILED", nextAttemptAt: null, attempts: [{ response: null, error: { code: "UNREACHABLE" } }] },
    {
      messageId: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      attempts: [
        {
          request: { url: "https://example.com/hook", headers: { "webhook-id": "msg_1" } },
          response: { status: 204, headers: { server: "x" }, body: "", isCut: false },
          error: null,
        },
      ],
    },
  ]);
  expect((await list('filter: { type: "video.failed" }')).totalCount).toBe(0);
  expect((await list('filter: { videoId: "nonsense" }')).totalCount).toBe(0);
});

test("a full list takes the same queries for 1 endpoint as for 4", async () => {
  for (let index = 0; index < 4; index += 1) {
    const { endpoint } = await create();
    await seedDeliveries(keyOf("WebhookEndpoint", endpoint.id) ?? "", ["SUCCEEDED", "FAILED"]);
  }
  const tablesFor = async (first: number) => {
    api.queries.length = 0;
    const { data } =
      await ask(`{ webhookEndpoints(first: ${first}) { totalCount nodes { id url secrets { ending }
      deliveries(first: 5, filter: { status: FAILED }) { totalCount nodes { id status endpoint { url } attempts { number response { status } } } } } } }`);
    expect(data.webhookEndpoints.nodes).toHaveLength(first);
    return api.queries.map((sql) => /FROM "public"."(\w+)"/.exec(sql)?.[1] ?? sql).sort();
  };
  const forOne = await tablesFor(1);
  expect(await tablesFor(4)).toEqual(forOne);
  expect(forOne).toMatchInlineSnapshot(`
    [
      "webhook_attempts",
      "webhook_deliveries",
      "webhook_deliveries",
      "webhook_endpoints",
      "webhook_endpoints",
      "webhook_endpoints",
    ]
  `);
});
