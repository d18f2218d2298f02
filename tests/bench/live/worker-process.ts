/**
 * What is elsewhere in a deployment, in a process of its own: the broker, and a worker that reports. Told a
 * report over IPC, it publishes it and answers with the moment before.
 */
import type { Message } from "@reelay/contracts";
import { createPubSubMessaging } from "@reelay/messaging";
import { createBroker } from "../../../embedded/broker/index.ts";

const broker = await createBroker();
const messaging = createPubSubMessaging({ projectId: "bench", emulatorHost: broker.address });
await messaging.provision();

process.on("message", (message: Message) => {
  const at = String(process.hrtime.bigint());
  messaging.publish(message).then(
    () => process.send?.({ at }),
    (error: unknown) => process.send?.({ at, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.({ address: broker.address });
