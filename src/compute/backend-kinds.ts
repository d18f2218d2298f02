import { cloudRunJob } from "./backends/cloud-run-job/index.ts";
import { cloudRunService } from "./backends/cloud-run-service/index.ts";
import { cloudRunWorkerPool } from "./backends/cloud-run-worker-pool/index.ts";
import { computeEngine } from "./backends/compute-engine/index.ts";
import { googleBatch } from "./backends/google-batch/index.ts";
import { httpEndpoint } from "./backends/http-endpoint/index.ts";
import { kubernetesJob } from "./backends/kubernetes-job/index.ts";
import { localProcesses } from "./backends/local-processes/index.ts";
import { modalFunction } from "./backends/modal-function/index.ts";
import { modalSandbox } from "./backends/modal-sandbox/index.ts";
import { replicate } from "./backends/replicate/index.ts";
import { runpodPod } from "./backends/runpod-pod/index.ts";
import { runpodServerless } from "./backends/runpod-serverless/index.ts";
import { vertexCustomJob } from "./backends/vertex-custom-job/index.ts";
import type { BackendKind } from "./compute-backend.ts";

/** The kinds of back ends of this release: a folder in `backends/` and a line here each. */
export const backendKinds: readonly BackendKind[] = [
  cloudRunJob,
  cloudRunService,
  cloudRunWorkerPool,
  computeEngine,
  googleBatch,
  httpEndpoint,
  kubernetesJob,
  localProcesses,
  modalFunction,
  modalSandbox,
  replicate,
  runpodPod,
  runpodServerless,
  vertexCustomJob,
];
