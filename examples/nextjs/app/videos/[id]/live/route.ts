import { reelay } from "../../../reelay";

/**
 * The states of a video as server-sent events, until it is READY or FAILED. Who may see it is for your own
 * session to say.
 */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const states = reelay.watch((await params).id, { signal: request.signal });
  const events = new ReadableStream<string>({
    async pull(controller) {
      const { value, done } = await states.next();
      controller.enqueue(done ? "event: end\ndata: 0\n\n" : `data: ${JSON.stringify(value)}\n\n`);
      if (done) controller.close();
    },
  });
  // Without "no-transform" Next.js compresses, and keeps states back until there are enough of them.
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" };
  return new Response(events.pipeThrough(new TextEncoderStream()), { headers });
}
