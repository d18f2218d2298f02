/** GPUs and other devices that decode and encode. */
export { blameDevice, DeviceFailure } from "./blame-device.ts";
export { type DevicePlan, describeEncoder } from "./choose-devices.ts";
export { findDeviceNodes } from "./device-nodes.ts";
export { type DecodeChain, deviceTable } from "./device-table.ts";
export { EncoderPool } from "./encoder-pool.ts";
export { type FindDevicesOptions, findDevices } from "./find-devices.ts";
export { openDecoder, openDevice, selectDevice } from "./plan-trials.ts";
export { TRIAL_TIMEOUT_MS, type TryOptions } from "./run-trial.ts";
export { tryCapabilities } from "./try-capabilities.ts";
