import type { OperationDeps, UploadGateway } from "../deps.ts";
import { createSecretBox } from "../secrets/index.ts";

/** Uploads for tests that are not about them: addresses without senders. */
export const testUploads: UploadGateway = {
  protocol: "TUS",
  open: ({ videoId }) => Promise.resolve({ url: `http://127.0.0.1/uploads/${videoId}`, tokenHash: "hash" }),
  remove: () => Promise.resolve(),
};

/** A key that every test has. */
export const testSecrets = createSecretBox([Buffer.alloc(32, 7)]);

export const testLimits: OperationDeps["limits"] = {
  uploadBytes: 10 * 1024 ** 3,
  uploadExpiryMs: 86_400_000,
  allowPrivateUrls: [],
  allowPrivateWebhooks: [],
  activeJobs: null,
  runningTasks: null,
  wholeUpToMs: 30_000,
};
