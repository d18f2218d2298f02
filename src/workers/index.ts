/** Which workers are alive, what they offer, and which tasks they can do. */
export { aliveSince, WORKER_SILENCE_MS } from "./alive.ts";
export { countIdle } from "./count-idle.ts";
export { readExpectedMs } from "./expected-ms.ts";
export { choosePool, explainMismatch, inPool, type OfferGroup } from "./match.ts";
export { readWorkerMemory, tooLarge } from "./memory.ts";
export { readOffers, readPool } from "./offers.ts";
export { readSlots } from "./read-slots.ts";
export { setWorkerRealms } from "./set-worker-realms.ts";
export { readVoices } from "./voices.ts";
