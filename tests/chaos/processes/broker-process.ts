/** The embedded broker as a process of its own, at the port that is its argument: killed, it forgets everything. */
import { createBroker } from "../../../embedded/broker/index.ts";

const [port] = process.argv.slice(2);
const broker = await createBroker({ port: Number(port) });
console.log(`listening on ${broker.address}`);
