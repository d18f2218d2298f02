import type { Client } from "@reelay/client";
import type { Payload } from "payload";
import type { Settings } from "../options.ts";
import {
  CreateWebhookEndpointDocument,
  EnableWebhookEndpointDocument,
  RotateWebhookSecretDocument,
  WebhookEndpointsDocument,
} from "./documents.ts";
import { readState, writeState } from "./state.ts";

const KEY = "webhook";
const EVENT_TYPES = ["video.*", "job.*"];

interface Kept {
  endpointId: string;
  url: string;
  secret: string;
}

/**
 * With `webhookUrl`: the endpoint that leads here, made when it is missing, enabled when it was given up,
 * with a new secret when ours was lost. Without: the secrets of the options.
 */
export function createWebhookKeeper(payload: Payload, client: Client, settings: Settings) {
  const { webhookUrl, webhookSecrets } = settings;
  const readKept = async () => (await readState(payload, KEY))?.value as Kept | undefined;
  let warned = false;

  async function find(url: string, signal: AbortSignal) {
    for (let after: string | null = null; ; ) {
      const page: { webhookEndpoints: WebhookEndpoints } = await client.query(
        WebhookEndpointsDocument,
        { after },
        { signal },
      );
      const { nodes, pageInfo } = page.webhookEndpoints;
      const found = nodes.find((endpoint) => endpoint.url === url);
      if (found || !pageInfo.hasNextPage) return found;
      after = pageInfo.endCursor;
    }
  }

  async function ensureUrl(url: string, signal: AbortSignal): Promise<void> {
    const endpoint = await find(url, signal);
    const kept = await readKept();
    if (!endpoint) {
      const variables = { url, eventTypes: EVENT_TYPES };
      const { createWebhookEndpoint: made } = await client.mutate(CreateWebhookEndpointDocument, variables, {
        signal,
      });
      if (!made.endpoint || !made.secret) throw refused("createWebhookEndpoint", made);
      await writeState(payload, KEY, { endpointId: made.endpoint.id, url, secret: made.secret });
      return;
    }
    if (kept?.endpointId !== endpoint.id) {
      const { id } = endpoint;
      const { rotateWebhookSecret: rotated } = await client.mutate(
        RotateWebhookSecretDocument,
        { id },
        { signal },
      );
      if (!rotated.secret) throw refused("rotateWebhookSecret", rotated);
      await writeState(payload, KEY, { endpointId: id, url, secret: rotated.secret });
    }
    // A user's choice stays.
    if (endpoint.status === "DISABLED" && endpoint.disabledReason !== "REQUESTED")
      await client.mutate(EnableWebhookEndpointDocument, { id: endpoint.id }, { signal });
  }

  return {
    /** What stands in its way is said once and left: documents are caught up without webhooks, too. */
    ensure: async (signal: AbortSignal): Promise<void> => {
      if (webhookUrl === null) return;
      try {
        await ensureUrl(webhookUrl, signal);
        warned = false;
      } catch (error) {
        if (warned) return;
        warned = true;
        payload.logger.error({ err: error, msg: `reelay: no webhook endpoint for ${webhookUrl}` });
      }
    },
    async secrets(): Promise<readonly string[]> {
      if (webhookUrl === null) return webhookSecrets;
      const kept = await readKept();
      return kept ? [kept.secret] : [];
    },
  };
}

type WebhookEndpoints = {
  nodes: { id: string; url: string; status: string; disabledReason: string | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

const refused = (
  what: string,
  { code, message, __typename }: { code?: string; message?: string; __typename: string },
) => new Error(`${what}: ${message ?? `no secret came with ${__typename}`} (${code ?? "unknown"})`);
