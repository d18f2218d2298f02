import type { OperationDeps, UploadGateway } from "../context/deps.ts";
import { createSecretBox } from "../secrets/index.ts";

/** Uploads for tests of other subjects: addresses that receive nothing. */
export const testUploads: UploadGateway = {
  protocol: "TUS",
  open: ({ uploadId }) => Promise.resolve({ url: `http://127.0.0.1/uploads/${uploadId}`, tokenHash: "hash" }),
  remove: () => Promise.resolve(),
};

/** The signing key of all tests. */
export const testSecrets = createSecretBox([Buffer.alloc(32, 7)]);

export const testLimits: OperationDeps["limits"] = {
  uploadBytes: 10 * 1024 ** 3,
  materialBytes: 20 * 1024 ** 2,
  materials: 1_000,
  uploadExpiryMs: 86_400_000,
  allowPrivateUrls: [],
  allowPrivateWebhooks: [],
  activeJobs: null,
  runningTasks: null,
  wholeUpToMs: 30_000,
};
