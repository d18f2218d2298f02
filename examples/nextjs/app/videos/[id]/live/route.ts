import { reelay } from "../../../reelay";

/** The states of a video as server-sent events, until it is READY or FAILED. Who may see it is for your own session to say. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const states = reelay.watch(id, { signal: request.signal });
  const events = new ReadableStream({
    async pull(controller) {
      const { value, done } = await states.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`));
    },
    cancel: () => void states.return(),
  });
  // Without "no-transform" Next.js compresses, and keeps states back until there are enough of them.
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" };
  return new Response(events, { headers });
}
