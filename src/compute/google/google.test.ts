import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "../../../tests/google-cloud/provider.ts";
import { nextPrefix, openBackend } from "../testing/adapters.ts";
import { type GoogleKind, googleKinds, startGoogle } from "../testing/google.ts";
import { JOIN, readRefusal } from "../testing/orders.ts";
import { explainGoogleError } from "./explain-google-error.ts";

const LIFE = 660;

const orderOf = (name: string, more: Record<string, string> = {}) => ({
  name,
  environment: {
    WORKER_MODE: "drain",
    WORKER_JOIN_TOKEN: JOIN,
    WORKER_API_URL: "https://api.test/",
    ...more,
  },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: LIFE,
});

let cloud: Awaited<ReturnType<typeof startGoogle>> | undefined;
let prefix: string;
let signal: AbortSignal;
beforeEach(() => {
  signal = AbortSignal.timeout(60_000);
  prefix = nextPrefix();
});
afterEach(async () => {
  await cloud?.[Symbol.asyncDispose]();
  cloud = undefined;
});

async function begin(kind: GoogleKind, settings: object = {}) {
  cloud = await startGoogle(kind);
  return { cloud, backend: openBackend(kind, { ...cloud.settings, ...settings }, prefix) };
}

const refused = (call: Promise<unknown>) => readRefusal(call, cloud ? [cloud.token] : []);

/** The one job or instance that Google has. */
const only = () => {
  const [resource, ...others] = cloud?.resources.values() ?? [];
  expect(others).toEqual([]);
  return resource;
};

const isStanding = (kind: GoogleKind) => kind === "CLOUD_RUN_WORKER_POOL" || kind === "CLOUD_RUN_SERVICE";

describe.each(googleKinds)("%s", (kind) => {
  test("all that it does needs exactly the documented permissions", async () => {
    const { backend } = await begin(kind);
    const documented = cloud?.permissions;
    await backend.check(signal);
    const order = orderOf(`${prefix}1`);
    const machine = { name: order.name, ...(await backend.launch(order, signal)) };
    await backend.launch(order, signal);
    // It has ended long ago.
    const old = { completionStatus: "EXECUTION_SUCCEEDED", completionTime: "2026-01-01T00:00:00Z" };
    if (kind === "CLOUD_RUN_JOB") {
      await backend.stop(machine, signal);
      await backend.launch(order, signal);
      Object.assign(only().latestCreatedExecution, old);
    } else {
      await backend.stop(machine, signal);
      if (kind === "VERTEX_CUSTOM_JOB") only().endTime = old.completionTime;
    }
    if (isStanding(kind)) await backend.launch(orderOf(`${prefix}2`), signal);
    await backend.list(signal, []);
    expect(cloud?.used).toEqual(documented);
  });

  test("a lacking permission, no credentials and another project are refused before anything starts", async () => {
    const { backend, cloud } = await begin(kind);
    cloud.permissions = new Set();
    const expected = { code: "CREDENTIALS", said: expect.stringMatching(/denied/) };
    expect(await refused(backend.check(signal))).toMatchObject(expected);
    expect(await refused(backend.launch(orderOf(`${prefix}1`), signal))).toMatchObject(expected);
    expect(cloud.resources.size).toBe(0);
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json");
    const stranger = openBackend(kind, cloud.settings, prefix);
    const error = await refused(stranger.check(signal));
    expect(error).toMatchObject({ code: "CREDENTIALS", message: expect.stringContaining("service account") });
    vi.unstubAllEnvs();
  });

  test("an unknown setting, a bad name, and an address without TLS are refused", async () => {
    const { backend, cloud } = await begin(kind);
    expect(await refused(backend.launch(orderOf("A b"), signal))).toMatchObject({ code: "INVALID_REQUEST" });
    for (const wrong of [
      { project: "No" },
      { image: "" },
      { endpoint: "http://google.test" },
      { serviceAccount: "x" },
    ])
      expect(() => openBackend(kind, { ...cloud.settings, ...wrong }, prefix)).toThrow(
        expect.objectContaining({ code: "INVALID_REQUEST" }),
      );
  });

  test.each([
    [
      new Refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric 'requests' and limit 'per minute'"),
      "RATE_LIMITED",
    ],
    [new Refusal(429, "RESOURCE_EXHAUSTED", "The following quota metrics exceed quota limits: L4"), "QUOTA"],
    [new Refusal(503, "UNAVAILABLE", "The service is currently unavailable."), "UNAVAILABLE"],
  ])("%s starts nothing, and the repeated order starts one machine", async (refusal, code) => {
    const { backend, cloud } = await begin(kind);
    cloud.trouble.refusal = refusal;
    const order = orderOf(`${prefix}1`);
    expect(await refused(backend.launch(order, signal))).toMatchObject({ code });
    expect(cloud.resources.size).toBe(0);
    const { ref } = await backend.launch(order, signal);
    expect(await backend.list(signal, [])).toMatchObject([{ name: order.name, ref }]);
  });

  test("what others have created is neither listed nor taken for a launch", async () => {
    const { backend, cloud } = await begin(kind);
    const order = orderOf(`${prefix}1`);
    await backend.launch(order, signal);
    only().labels = {};
    expect(await backend.list(signal, [])).toEqual([]);
    if (kind === "VERTEX_CUSTOM_JOB") return;
    expect(await refused(backend.launch(order, signal))).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("Reelay did not create it"),
    });
    expect(cloud.resources.size).toBe(1);
  });
});

describe("CLOUD_RUN_JOB", () => {
  test("a job runs once, for its life, as the settings say", async () => {
    const { backend } = await begin("CLOUD_RUN_JOB", {
      ...{ gpu: "nvidia-l4", cpu: "8", memory: "32Gi", subnetwork: "video" },
      serviceAccount: "worker@acme-video-1.iam.gserviceaccount.com",
    });
    const order = orderOf(`${prefix}1`);
    await backend.launch(order, signal);
    expect(only()).toMatchObject({
      labels: { "managed-by": "reelay" },
      template: {
        taskCount: 1,
        template: {
          ...{ maxRetries: 0, timeout: `${LIFE}s`, nodeSelector: { accelerator: "nvidia-l4" } },
          serviceAccount: "worker@acme-video-1.iam.gserviceaccount.com",
          vpcAccess: { networkInterfaces: [{ subnetwork: "video" }] },
          containers: [
            {
              env: Object.entries(order.environment).map(([name, value]) => ({ name, value })),
              resources: { limits: { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" } },
            },
          ],
        },
      },
    });
    const { latestCreatedExecution: execution } = only();
    const seen = [];
    for (const completionStatus of ["EXECUTION_RUNNING", "EXECUTION_SUCCEEDED", "EXECUTION_FAILED"]) {
      execution.completionStatus = completionStatus;
      const [machine] = await backend.list(signal, []);
      seen.push([machine?.state, machine?.exitCode]);
    }
    expect(seen).toEqual([
      ["RUNNING", null],
      ["ENDED", 0],
      ["ENDED", null],
    ]);
  });
});

test.each(["CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL", "CLOUD_RUN_SERVICE"] as const)(
  "%s: an image that cannot be pulled is refused, and what was created for it is removed",
  async (kind) => {
    const { backend, cloud } = await begin(kind);
    const message = "Image 'europe-docker.pkg.dev/acme/worker:2' not found.";
    cloud.trouble.operation = { code: 5, message };
    const error = await refused(backend.launch(orderOf(`${prefix}1`), signal));
    expect(error).toMatchObject({ code: "IMAGE_UNAVAILABLE", said: message });
    expect(cloud.resources.size).toBe(0);
  },
);

describe.each(["CLOUD_RUN_WORKER_POOL", "CLOUD_RUN_SERVICE"] as const)("%s", (kind) => {
  test("one instance runs, which no request reaches, as the settings say", async () => {
    const { backend } = await begin(kind, {
      ...{ gpu: "nvidia-l4", cpu: "8", memory: "32Gi", subnetwork: "video" },
      serviceAccount: "worker@acme-video-1.iam.gserviceaccount.com",
    });
    const order = orderOf(`${prefix}1`);
    await backend.launch(order, signal);
    const isService = kind === "CLOUD_RUN_SERVICE";
    const environment = { ...order.environment, ...(isService && { METRICS_PORT: "8080" }) };
    const limits = { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" };
    const service = { scalingMode: "MANUAL", manualInstanceCount: 1 };
    expect(only()).toMatchObject({
      labels: { "managed-by": "reelay" },
      scaling: isService ? service : { manualInstanceCount: 1 },
      ...(isService && { ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY", defaultUriDisabled: true }),
      template: {
        nodeSelector: { accelerator: "nvidia-l4" },
        serviceAccount: "worker@acme-video-1.iam.gserviceaccount.com",
        vpcAccess: { networkInterfaces: [{ subnetwork: "video" }] },
        containers: [
          {
            env: Object.entries(environment).map(([name, value]) => ({ name, value })),
            resources: isService ? { limits, cpuIdle: false } : { limits },
            ...(isService && { ports: [{ containerPort: 8080 }] }),
          },
        ],
      },
    });
  });

  test("it runs when it is ready, and is deleted when it cannot start", async () => {
    const { backend, cloud } = await begin(kind);
    await backend.launch(orderOf(`${prefix}1`), signal);
    expect(await backend.list(signal, [])).toMatchObject([{ state: "STARTING" }]);
    only().terminalCondition.state = "CONDITION_SUCCEEDED";
    expect(await backend.list(signal, [])).toMatchObject([{ state: "RUNNING" }]);
    only().terminalCondition.state = "CONDITION_FAILED";
    expect(await backend.list(signal, [])).toMatchObject([{ state: "ENDED", exitCode: null }]);
    expect(cloud.resources.size).toBe(0);
  });

  test("an installation whose name leaves no room for a launch's ID is refused", async () => {
    const { cloud } = await begin(kind);
    expect(() => openBackend(kind, cloud.settings, "acmevideosinc-")).toThrow(/at most 12\.$/);
    openBackend(kind, cloud.settings, "acmevideosin-");
  });
});

describe("GOOGLE_BATCH", () => {
  test("a job has one task on one machine, as the settings say", async () => {
    const { backend } = await begin("GOOGLE_BATCH", {
      ...{ spot: true, zones: ["europe-west4-a"], machineType: "n1-standard-8", gpuDriver: true },
      ...{ gpu: { type: "nvidia-tesla-t4", count: 2 }, network: "global/networks/video" },
    });
    const order = orderOf(`${prefix}1`);
    await backend.launch(order, signal);
    expect(only()).toMatchObject({
      taskGroups: [
        {
          taskSpec: {
            ...{
              maxRetryCount: 0,
              maxRunDuration: `${LIFE}s`,
              environment: { variables: order.environment },
            },
            runnables: [{ container: { options: expect.stringContaining("--gpus=all") } }],
          },
        },
      ],
      allocationPolicy: {
        location: { allowedLocations: ["zones/europe-west4-a"] },
        instances: [
          { installGpuDrivers: true, policy: { provisioningModel: "SPOT", machineType: "n1-standard-8" } },
        ],
        network: { networkInterfaces: [{ network: "global/networks/video" }] },
      },
    });
    only().status = {
      state: "FAILED",
      statusEvents: [{ taskExecution: { exitCode: 3 } }, { description: "Job failed" }],
    };
    expect(await backend.list(signal, [])).toMatchObject([{ state: "ENDED", exitCode: 3 }]);
  });

  test.each([
    ["CODE_GCE_ZONE_RESOURCE_POOL_EXHAUSTED, error count is 3", "NO_CAPACITY"],
    ["CODE_GCE_QUOTA_EXCEEDED, error count is 1", "QUOTA"],
  ])("a job that waits with %s refuses the next order, not the repeated one", async (event, code) => {
    const { backend, cloud } = await begin("GOOGLE_BATCH");
    cloud.trouble.event = `VM in Managed Instance Group meets error: Batch Error: code - ${event}`;
    const { ref } = await backend.launch(orderOf(`${prefix}1`), signal);
    expect(await backend.launch(orderOf(`${prefix}1`), signal)).toEqual({ ref });
    expect(await refused(backend.launch(orderOf(`${prefix}2`), signal))).toMatchObject({ code });
    expect(await refused(backend.check(signal))).toMatchObject({ code });
    await backend.stop({ name: `${prefix}1`, ref }, signal);
    await backend.launch(orderOf(`${prefix}2`), signal);
  });
});

test("VERTEX_CUSTOM_JOB: a job has one replica, as the settings say", async () => {
  const { backend } = await begin("VERTEX_CUSTOM_JOB", {
    ...{ spot: true, machineType: "g2-standard-8", gpu: { type: "NVIDIA_L4", count: 1 } },
  });
  const order = orderOf(`${prefix}1`);
  await backend.launch(order, signal);
  expect(only()).toMatchObject({
    displayName: order.name,
    jobSpec: {
      workerPoolSpecs: [
        { replicaCount: "1", machineSpec: { acceleratorType: "NVIDIA_L4", acceleratorCount: 1 } },
      ],
      scheduling: { timeout: `${LIFE}s`, strategy: "SPOT", disableRetries: true },
    },
  });
  for (const [state, exitCode] of [
    ["JOB_STATE_SUCCEEDED", 0],
    ["JOB_STATE_FAILED", null],
    ["JOB_STATE_EXPIRED", null],
  ] as const) {
    only().state = state;
    expect(await backend.list(signal, [])).toMatchObject([{ state: "ENDED", exitCode }]);
  }
});

describe("COMPUTE_ENGINE", () => {
  test("an instance runs the image once and powers off, and is deleted when it has ended", async () => {
    const { backend, cloud } = await begin("COMPUTE_ENGINE", {
      ...{ spot: true, machineType: "n1-standard-8", gpu: { type: "nvidia-tesla-t4", count: 2 } },
      ...{ serviceAccount: "worker@acme-video-1.iam.gserviceaccount.com", externalAddress: false },
    });
    const order = orderOf(`${prefix}1`, { TITLE: 'a "quoted" $(one): # 100 %' });
    await backend.launch(order, signal);
    const { metadata, ...instance } = only();
    expect(instance).toMatchObject({
      machineType: "zones/europe-west4-a/machineTypes/n1-standard-8",
      scheduling: {
        provisioningModel: "SPOT",
        instanceTerminationAction: "DELETE",
        maxRunDuration: { seconds: `${LIFE}` },
      },
      guestAccelerators: [{ acceleratorCount: 2 }],
      disks: [{ boot: true, autoDelete: true }],
    });
    expect(instance.networkInterfaces).toEqual([{ network: "global/networks/default" }]);
    const config: string = metadata.items.find(({ key }: { key: string }) => key === "user-data").value;
    expect(config).toMatch(/^#cloud-config\n/);
    const { write_files: files } = JSON.parse(config.slice(config.indexOf("\n")));
    const written = files.find(({ path }: { path: string }) => path === "/etc/reelay/environment");
    expect(written).toMatchObject({ permissions: "0600" });
    expect(written.content).toContain('TITLE=a "quoted" $(one): # 100 %\n');
    const unit: string = files.find(({ path }: { path: string }) => path.endsWith(".service")).content;
    expect(unit).not.toContain(JOIN);
    expect(unit).toContain("--registries=europe-west4-docker.pkg.dev");
    expect(unit).toContain("--device=/dev/nvidia1:/dev/nvidia1");
    expect(unit).toContain("ExecStopPost=/usr/bin/systemctl --no-block poweroff");

    only().status = "TERMINATED";
    expect(await backend.list(signal, [])).toMatchObject([{ name: order.name, state: "ENDED" }]);
    expect(cloud.resources.size).toBe(0);
  });

  test("a zone without machines, an unknown type and a line break are refused", async () => {
    const { backend, cloud } = await begin("COMPUTE_ENGINE");
    cloud.trouble.operation = {
      ...{ code: 14, reason: "ZONE_RESOURCE_POOL_EXHAUSTED" },
      message: "The zone 'europe-west4-a' does not have enough resources available.",
    };
    const order = orderOf(`${prefix}1`);
    expect(await refused(backend.launch(order, signal))).toMatchObject({ code: "NO_CAPACITY" });
    expect(await refused(backend.launch(orderOf(`${prefix}2`, { TEXT: "a\nB=c" }), signal))).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("TEXT"),
    });
    expect(cloud.resources.size).toBe(0);
    const unknown = openBackend(
      "COMPUTE_ENGINE",
      { ...cloud.settings, machineType: "x9-standard-4" },
      prefix,
    );
    expect(await refused(unknown.check(signal))).toMatchObject({ code: "NOT_FOUND" });
  });
});

test.each([
  [{ code: 403, status: "PERMISSION_DENIED", message: "denied" }, 403, "CREDENTIALS"],
  [
    { code: 403, status: "PERMISSION_DENIED", message: "x", details: [{ reason: "SERVICE_DISABLED" }] },
    403,
    "NOT_FOUND",
  ],
  [{ code: 403, message: "x", errors: [{ reason: "quotaExceeded" }] }, 403, "QUOTA"],
  [{ code: 403, message: "x", errors: [{ reason: "rateLimitExceeded" }] }, 403, "RATE_LIMITED"],
  [
    {
      code: 403,
      message: "This API method requires billing to be enabled",
      details: [{ reason: "BILLING_DISABLED" }],
    },
    403,
    "INSUFFICIENT_CREDIT",
  ],
  [{ code: 404, message: "no" }, 404, "NOT_FOUND"],
  [undefined, 404, "NOT_FOUND"],
  [undefined, 502, "UNAVAILABLE"],
  [{ code: 8, message: "Quota exceeded: 'L4' exceeded quota" }, undefined, "QUOTA"],
  [
    { code: 9, message: "Google Cloud Run Service Agent must have permission to read the image, gcr.io/a" },
    undefined,
    "IMAGE_UNAVAILABLE",
  ],
  [{ errors: [{ code: "QUOTA_EXCEEDED", message: "Quota 'CPUS' exceeded." }] }, undefined, "QUOTA"],
  [{ code: 13, message: "internal" }, undefined, "UNAVAILABLE"],
  // An unknown GPU, and places without the machine.
  [
    { code: 404, message: "The resource 'projects/a/zones/b/acceleratorTypes/nvidia-z9' was not found" },
    404,
    "NOT_FOUND",
  ],
  [
    {
      code: 400,
      message: "Invalid value for field: Machine type 'g2-standard-4' does not exist in zone 'b'.",
    },
    400,
    "INVALID_REQUEST",
  ],
  [
    { code: 9, status: "FAILED_PRECONDITION", message: "GPU nvidia-l4 is not supported in region c" },
    400,
    "INVALID_REQUEST",
  ],
])("%j with %s is %s", (failure, status, code) => {
  expect(explainGoogleError(failure, status)).toMatchObject({ code });
});

test("the pause that Google asks for is kept", () => {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12.5s" }];
  expect(explainGoogleError({ code: 429, message: "slow", details }, 429)).toEqual({
    ...{ code: "RATE_LIMITED", said: "slow", retryAfterMs: 12_500 },
  });
});
