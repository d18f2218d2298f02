/** Stand-ins of the services, as far as the back ends use them. Machines run until a request ends them. */
import { randomInt } from "node:crypto";
import { alreadyExists, type Call, notFound, type Provider, pageOf, Refusal } from "./provider.ts";

/** What the next machine meets. `null`: nothing. */
export interface Trouble {
  /** Refusal of the next request that creates a machine. */
  refusal: Refusal | null;
  /** Error of the operation that creates the next machine, as Google writes it. */
  operation: { code: number; message: string; reason?: string } | null;
  /** Status event of the next machine, which stays without one. */
  event: string | null;
}

// oxlint-disable-next-line typescript/no-explicit-any -- as the discovery documents describe them
type Resource = any;

const now = () => new Date().toISOString();
const parentOf = ({ at }: Call, kind: string) =>
  `projects/${at["projectsId"]}/locations/${at["locationsId"]}/${kind}`;

function get(resources: ReadonlyMap<string, Resource>, name: string): Resource {
  const found = resources.get(name);
  if (found === undefined) throw notFound(name);
  return found;
}

const inParent = (resources: ReadonlyMap<string, Resource>, parent: string) =>
  [...resources.values()].filter(({ name }) => name.startsWith(`${parent}/`));

function refuseOnce(trouble: Trouble): void {
  const { refusal } = trouble;
  trouble.refusal = null;
  if (refusal !== null) throw refusal;
}

/** Worker pools and services. An instance that has exited is started again, so none ends by itself. */
function serveStanding(
  { collection, id, permission }: { collection: string; id: string; permission: string },
  resources: Map<string, Resource>,
  { trouble, operationOf }: { trouble: Trouble; operationOf: (call: Call, error: object | null) => object },
): Provider["methods"] {
  const nameOf = (call: Call) => `${parentOf(call, collection)}/${call.at[`${collection}Id`]}`;
  const root = `projects.locations.${collection}`;
  return {
    [`${root}.create`]: {
      permission: `run.${permission}.create`,
      answer: (call) => {
        const { body, at } = call;
        const name = `${parentOf(call, collection)}/${at[id]}`;
        // The name must be shorter than 50 characters.
        if (!/^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/.test(at[id] ?? ""))
          throw new Refusal(400, "INVALID_ARGUMENT", `'${at[id]}' is no name`);
        if (resources.has(name)) throw alreadyExists(name);
        const [container] = body.template.containers;
        if (!(Number(container.resources.limits.cpu) <= 8) && !body.template.nodeSelector)
          throw new Refusal(400, "INVALID_ARGUMENT", "8 vCPUs at most");
        if (at["validateOnly"] === "true") return { name: "", done: true, response: {} };
        refuseOnce(trouble);
        const { operation } = trouble;
        trouble.operation = null;
        const condition = operation
          ? { type: "Ready", state: "CONDITION_FAILED", message: operation.message }
          : { type: "Ready", state: "CONDITION_RECONCILING" };
        resources.set(name, { ...body, name, createTime: now(), terminalCondition: condition });
        return operationOf(call, operation && { code: operation.code, message: operation.message });
      },
    },
    [`${root}.get`]: {
      permission: `run.${permission}.get`,
      answer: (call) => get(resources, nameOf(call)),
    },
    [`${root}.list`]: {
      permission: `run.${permission}.list`,
      answer: (call) => pageOf(inParent(resources, parentOf(call, collection)), call, collection),
    },
    [`${root}.delete`]: {
      permission: `run.${permission}.delete`,
      answer: (call) => {
        get(resources, nameOf(call));
        resources.delete(nameOf(call));
        return operationOf(call, null);
      },
    },
  };
}

export function serveRun(jobs: Map<string, Resource>, trouble: Trouble): Provider {
  const nameOf = (call: Call) => `${parentOf(call, "jobs")}/${call.at["jobsId"]}`;
  const operations = new Map<string, Resource>();
  const operationOf = (call: Call, error: object | null) => {
    const name = `${parentOf(call, "operations")}/${randomInt(2 ** 40)}`;
    operations.set(name, { name, done: true, ...(error ? { error } : { response: {} }) });
    // As Cloud Run does it: it is decided later.
    return { name, done: false };
  };
  const pools = { collection: "workerPools", id: "workerPoolId", permission: "workerpools" };
  const services = { collection: "services", id: "serviceId", permission: "services" };
  return {
    methods: {
      ...serveStanding(pools, jobs, { trouble, operationOf }),
      ...serveStanding(services, jobs, { trouble, operationOf }),
      "projects.locations.jobs.create": {
        permission: "run.jobs.create run.jobs.run",
        answer: (call) => {
          const { body, at } = call;
          const id = at["jobId"] ?? "";
          const name = `${parentOf(call, "jobs")}/${id}`;
          if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
            throw new Refusal(400, "INVALID_ARGUMENT", `'${id}' is no name`);
          if (id.length + body.startExecutionToken.length >= 63)
            throw new Refusal(
              400,
              "INVALID_ARGUMENT",
              "The job's name and the token have 63 characters or more",
            );
          if (jobs.has(name)) throw alreadyExists(name);
          const { containers, timeout, nodeSelector } = body.template.template;
          const seconds = Number.parseFloat(timeout);
          if (seconds > 604_800 || (nodeSelector && seconds > 3_600))
            throw new Refusal(400, "INVALID_ARGUMENT", `The timeout ${timeout} is too long`);
          if (!(Number(containers[0].resources.limits.cpu) <= 8) && !nodeSelector)
            throw new Refusal(400, "INVALID_ARGUMENT", "8 vCPUs at most");
          if (at["validateOnly"] === "true") return { name: "", done: true, response: {} };
          refuseOnce(trouble);
          const { operation } = trouble;
          trouble.operation = null;
          const { startExecutionToken: token, ...job } = body;
          jobs.set(name, {
            ...{ ...job, name, createTime: now() },
            ...(operation
              ? {
                  terminalCondition: { type: "Ready", state: "CONDITION_FAILED", message: operation.message },
                }
              : {
                  latestCreatedExecution: {
                    ...{ name: `${id}-${token}`, createTime: now(), completionStatus: "EXECUTION_PENDING" },
                  },
                }),
          });
          return operationOf(call, operation && { code: operation.code, message: operation.message });
        },
      },
      "projects.locations.jobs.get": {
        permission: "run.jobs.get",
        answer: (call) => get(jobs, nameOf(call)),
      },
      "projects.locations.jobs.list": {
        permission: "run.jobs.list",
        answer: (call) => pageOf(inParent(jobs, parentOf(call, "jobs")), call, "jobs"),
      },
      "projects.locations.jobs.delete": {
        permission: "run.jobs.delete",
        answer: (call) => {
          get(jobs, nameOf(call));
          jobs.delete(nameOf(call));
          return operationOf(call, null);
        },
      },
      "projects.locations.jobs.executions.cancel": {
        permission: "run.executions.cancel",
        answer: (call) => {
          const job = get(jobs, nameOf(call));
          if (job.latestCreatedExecution?.name !== call.at["executionsId"])
            throw notFound(call.at["executionsId"] ?? "");
          const completion = { completionStatus: "EXECUTION_CANCELLED", completionTime: now() };
          Object.assign(job.latestCreatedExecution, completion);
          return operationOf(call, null);
        },
      },
      "projects.locations.operations.wait": {
        permission: "run.operations.get",
        answer: (call) => get(operations, `${parentOf(call, "operations")}/${call.at["operationsId"]}`),
      },
    },
  };
}

export function serveBatch(jobs: Map<string, Resource>, trouble: Trouble): Provider {
  const nameOf = (call: Call) => `${parentOf(call, "jobs")}/${call.at["jobsId"]}`;
  return {
    methods: {
      "projects.locations.jobs.create": {
        permission: "batch.jobs.create",
        answer: (call) => {
          const id = call.at["jobId"] ?? "";
          const name = `${parentOf(call, "jobs")}/${id}`;
          if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
            throw new Refusal(400, "INVALID_ARGUMENT", `'${id}' is no name`);
          if (jobs.has(name)) throw alreadyExists(name);
          refuseOnce(trouble);
          const { event } = trouble;
          trouble.event = null;
          const events =
            event === null ? [] : [{ type: "OPERATIONAL_INFO", description: event, eventTime: now() }];
          const status = { state: "QUEUED", statusEvents: events };
          const job = { ...call.body, name, uid: `${id}-1`, createTime: now(), updateTime: now(), status };
          jobs.set(name, job);
          return job;
        },
      },
      "projects.locations.jobs.get": {
        permission: "batch.jobs.get",
        answer: (call) => get(jobs, nameOf(call)),
      },
      "projects.locations.jobs.list": {
        permission: "batch.jobs.list",
        answer: (call) => {
          if (call.at["filter"] !== 'labels.managed-by="reelay"')
            throw new Refusal(400, "INVALID_ARGUMENT", "Bad filter");
          const own = inParent(jobs, parentOf(call, "jobs")).filter(
            ({ labels }) => labels["managed-by"] === "reelay",
          );
          return pageOf(own, call, "jobs");
        },
      },
      "projects.locations.jobs.cancel": {
        permission: "batch.jobs.cancel",
        answer: (call) => {
          const { status } = get(jobs, nameOf(call));
          if (["SUCCEEDED", "FAILED", "CANCELLED"].includes(status.state))
            throw new Refusal(400, "FAILED_PRECONDITION", "The job has ended");
          status.state = "CANCELLED";
          return { name: `${parentOf(call, "operations")}/1`, done: false };
        },
      },
    },
  };
}

export function serveVertex(jobs: Map<string, Resource>, trouble: Trouble): Provider {
  const nameOf = (call: Call) => `${parentOf(call, "customJobs")}/${call.at["customJobsId"]}`;
  return {
    methods: {
      "projects.locations.customJobs.create": {
        permission: "aiplatform.customJobs.create",
        answer: (call) => {
          refuseOnce(trouble);
          for (const value of Object.values<string>(call.body.labels))
            if (!/^[a-z0-9_-]{0,63}$/.test(value))
              throw new Refusal(400, "INVALID_ARGUMENT", `${value} is no label`);
          const name = `${parentOf(call, "customJobs")}/${randomInt(2 ** 40)}`;
          const job = { ...call.body, name, state: "JOB_STATE_PENDING", createTime: now() };
          jobs.set(name, job);
          return job;
        },
      },
      "projects.locations.customJobs.list": {
        permission: "aiplatform.customJobs.list",
        answer: (call) => {
          const wanted = (call.at["filter"] ?? "").split(" AND ").map((each) => {
            const [, label, value] = /^labels\.([a-z-]+)="([a-z0-9-]+)"$/.exec(each) ?? [];
            if (label === undefined) throw new Refusal(400, "INVALID_ARGUMENT", `Bad filter: ${each}`);
            return [label, value] as const;
          });
          const own = inParent(jobs, parentOf(call, "customJobs")).filter(({ labels }) =>
            wanted.every(([label, value]) => labels[label] === value),
          );
          return pageOf(own.toReversed(), call, "customJobs");
        },
      },
      "projects.locations.customJobs.cancel": {
        permission: "aiplatform.customJobs.cancel",
        answer: (call) => {
          const job = get(jobs, nameOf(call));
          job.state = "JOB_STATE_CANCELLED";
          job.endTime = now();
          return {};
        },
      },
      "projects.locations.customJobs.delete": {
        permission: "aiplatform.customJobs.delete",
        answer: (call) => {
          get(jobs, nameOf(call));
          jobs.delete(nameOf(call));
          return { name: `${parentOf(call, "operations")}/1`, done: true, response: {} };
        },
      },
    },
  };
}

export function serveCompute(instances: Map<string, Resource>, trouble: Trouble): Provider {
  const zoneOf = ({ at }: Call) => `projects/${at["project"]}/zones/${at["zone"]}`;
  const nameOf = (call: Call) => `${zoneOf(call)}/${call.at["instance"]}`;
  const operations = new Map<string, Resource>();
  const operationOf = (error: Resource) => {
    const name = `operation-${randomInt(2 ** 40)}`;
    operations.set(name, {
      ...{ name, status: "DONE" },
      ...(error && {
        httpErrorStatusCode: 503,
        error: { errors: [{ code: error.reason, message: error.message }] },
      }),
    });
    return { name, status: "RUNNING" };
  };
  return {
    methods: {
      "instances.insert": {
        permission: [
          ...["compute.instances.create", "compute.instances.setMetadata", "compute.instances.setLabels"],
          ...["compute.instances.setServiceAccount", "compute.disks.create", "compute.disks.setLabels"],
          ...["compute.subnetworks.use", "compute.subnetworks.useExternalIp"],
        ].join(" "),
        answer: (call) => {
          const name = `${zoneOf(call)}/${call.body.name}`;
          if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(call.body.name))
            throw new Refusal(400, "", `Invalid value for field 'resource.name'`, {
              errors: [{ reason: "invalid", domain: "global" }],
            });
          if (instances.has(name))
            throw new Refusal(409, "", `The resource '${name}' already exists`, {
              errors: [{ reason: "alreadyExists", domain: "global" }],
            });
          refuseOnce(trouble);
          const { operation } = trouble;
          trouble.operation = null;
          if (operation === null)
            instances.set(name, { ...call.body, id: String(randomInt(2 ** 40)), status: "PROVISIONING" });
          return operationOf(operation);
        },
      },
      "instances.get": {
        permission: "compute.instances.get",
        answer: (call) => get(instances, nameOf(call)),
      },
      "instances.list": {
        permission: "compute.instances.list",
        answer: (call) => {
          if (call.at["filter"] !== "labels.managed-by = reelay")
            throw new Refusal(400, "", "Invalid list filter");
          const own = [...instances].filter(
            ([name, { labels }]) => name.startsWith(`${zoneOf(call)}/`) && labels["managed-by"] === "reelay",
          );
          return pageOf(
            own.map(([, instance]) => instance),
            call,
            "items",
          );
        },
      },
      "instances.delete": {
        permission: "compute.instances.delete",
        answer: (call) => {
          get(instances, nameOf(call));
          instances.delete(nameOf(call));
          return operationOf(null);
        },
      },
      "machineTypes.get": {
        permission: "compute.machineTypes.get",
        answer: ({ at }) => {
          if (at["machineType"]?.startsWith("x9-")) throw notFound(at["machineType"]);
          return { name: at["machineType"] ?? "" };
        },
      },
      "zoneOperations.wait": {
        permission: "compute.zoneOperations.get",
        answer: ({ at }) => get(operations, at["operation"] ?? ""),
      },
    },
  };
}
