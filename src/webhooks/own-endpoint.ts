import type { WebhookEndpoint } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import { NotFoundError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

/**
 * The endpoint, if it belongs to the viewer's workspace, locked until the transaction ends: its changes and
 * reads of its log are serialized. Throws `NotFoundError`.
 */
export async function lockOwnEndpoint(
  tx: Tx,
  { workspaceId }: Viewer,
  endpointId: string,
): Promise<WebhookEndpoint> {
  await tx.$queryRaw`SELECT 1 FROM webhook_endpoints WHERE id = ${endpointId}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
  const endpoint = await tx.webhookEndpoint.findUnique({ where: { id: endpointId, workspaceId } });
  if (endpoint === null) throw endpointNotFound();
  return endpoint;
}

const endpointNotFound = (): NotFoundError =>
  new NotFoundError(
    "WEBHOOK_NOT_FOUND",
    "There is no such webhook endpoint in this workspace; `webhookEndpoints` lists those that exist.",
  );
