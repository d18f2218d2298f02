import { z } from "zod";
import { keyVariable, timeoutSeconds } from "../provider-settings.ts";

/** As Modal's client checks names of objects. */
export const objectName = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{1,64}$/, "give at most 64 letters, digits, dashes, periods and underscores");

/** Settings of every back end on Modal. */
export const modalSettings = {
  app: objectName.default("reelay-workers"),
  /** Environment of the Modal workspace. Default: the workspace's default. */
  modalEnvironment: objectName.optional(),
  /** Environment variables of the API with the two parts of Modal's token. */
  keyVariable: keyVariable.default("MODAL_TOKEN_ID"),
  secretVariable: keyVariable.default("MODAL_TOKEN_SECRET"),
  timeoutSeconds,
};

const Shared = z.object(modalSettings);
export type ModalSettings = z.infer<typeof Shared>;
