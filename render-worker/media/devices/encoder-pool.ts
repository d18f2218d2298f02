import type { Capabilities } from "@reelay/contracts";
import { encoderKey } from "../ffmpeg/index.ts";
import {
  type ChooseRequest,
  chooseDevices,
  type DevicePlan,
  type DeviceState,
  decoderKey,
} from "./choose-devices.ts";
import { deviceKey, deviceTable, type KnownDevice } from "./device-table.ts";

/** After this many failures an encoder is considered broken, e.g. because the driver lost its device. */
const MOST_FAILURES = 2;

interface EncoderPoolOptions {
  capabilities: Capabilities;
  /** Maximum number of concurrent sessions per NVIDIA device. Default: unlimited. */
  nvencSessions?: number;
}

/** Tracks a worker's encoders and decoders: which work, which are in use, and which have failed too often. */
export class EncoderPool {
  readonly #options: EncoderPoolOptions;
  readonly #states = new Map<string, { sessions: number; processes: number }>();
  readonly #failures = new Map<string, number>();

  constructor(options: EncoderPoolOptions) {
    this.#options = options;
  }

  /** Those that have not been given up. */
  get capabilities(): Capabilities {
    const { devices, encoders, decoders } = this.#options.capabilities;
    const isUp = (key: string) => (this.#failures.get(key) ?? 0) < MOST_FAILURES;
    const left = {
      encoders: encoders.filter((encoder) => isUp(encoderKey(encoder))),
      decoders: decoders.filter(({ codec, name, device: id }) => {
        const device = devices.find((one) => one.id === id && kindOf(one)?.decode?.hwaccel === name);
        return device === undefined || isUp(decoderKey(codec, device as KnownDevice));
      }),
    };
    const used = new Set([...left.encoders, ...left.decoders].map(({ device }) => device));
    return { ...left, devices: devices.filter(({ id }) => used.has(id)) };
  }

  /** Chooses for one ffmpeg process, and counts its usage until disposed. */
  take(request: Pick<ChooseRequest, "video" | "rungs" | "excluded">): Disposable & { plan: DevicePlan } {
    const plan = chooseDevices({
      ...request,
      capabilities: this.capabilities,
      stateOf: (device) => this.#stateOf(device),
    });
    const used = [...plan.encoders.values()].flatMap(({ device }) => (device ? [device] : []));
    const device = used[0] ?? plan.decodeOn;
    this.#count(device, used.length, 1);
    return { plan, [Symbol.dispose]: () => this.#count(device, -used.length, -1) };
  }

  /**
   * Counts a failure that another encoder or decoder has fixed.
   *
   * @returns whether it is now given up until the worker restarts
   */
  failed(key: string): boolean {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return failures === MOST_FAILURES;
  }

  #stateOf(device: KnownDevice): DeviceState {
    const { nvencSessions = Number.POSITIVE_INFINITY } = this.#options;
    const state = this.#states.get(deviceKey(device)) ?? { sessions: 0, processes: 0 };
    return { ...state, mostSessions: device.kind === "CUDA" ? nvencSessions : Number.POSITIVE_INFINITY };
  }

  #count(device: KnownDevice | null, sessions: number, processes: number): void {
    if (device === null) return;
    const state = this.#states.get(deviceKey(device)) ?? { sessions: 0, processes: 0 };
    this.#states.set(deviceKey(device), {
      sessions: state.sessions + sessions,
      processes: state.processes + processes,
    });
  }
}

const kindOf = ({ kind }: { kind: string }) =>
  (deviceTable as Record<string, (typeof deviceTable)["CUDA"]>)[kind];
