import { httpEndpoint } from "./backends/http-endpoint/index.ts";
import { kubernetesJob } from "./backends/kubernetes-job/index.ts";
import { localProcesses } from "./backends/local-processes/index.ts";
import type { BackendKind } from "./compute-backend.ts";

/** The kinds of back ends of this release: a folder in `backends/` and a line here each. */
export const backendKinds: readonly BackendKind[] = [httpEndpoint, kubernetesJob, localProcesses];
