/**
 * The embedded broker in its own process, on the port given as its argument. When killed, it loses
 * everything.
 */
import { createBroker } from "../../../embedded/broker/index.ts";

const [port] = process.argv.slice(2);
const broker = await createBroker({ port: Number(port) });
console.log(`listening on ${broker.address}`);
