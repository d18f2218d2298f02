import type { Endpoint } from "payload";
import { answering, Refusal, requireUser, syncOf } from "./request.ts";

/** `POST /api/reelay/catch-up`: brings the documents up to date now. What the button of the list does. */
export const catchUpEndpoint: Endpoint = {
  path: "/reelay/catch-up",
  method: "post",
  handler: answering(async (req) => {
    requireUser(req);
    const sync = syncOf(req);
    const result = await sync.catchUp().catch((error: unknown) => {
      throw new Refusal(502, "NOT_CAUGHT_UP", error instanceof Error ? error.message : String(error));
    });
    return Response.json({ ...result, ...sync.health });
  }),
};

/** `GET /api/reelay/health`: when the documents were right last, and what stands in the way since. */
export const healthEndpoint: Endpoint = {
  path: "/reelay/health",
  method: "get",
  handler: answering(async (req) => {
    requireUser(req);
    return Response.json(syncOf(req).health);
  }),
};
