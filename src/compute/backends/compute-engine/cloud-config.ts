import type { LaunchOrder } from "../../compute-backend.ts";
import { LaunchError } from "../../launch-error.ts";
import type { Settings } from "./settings.ts";

/** Where NVIDIA's driver is installed on Container-Optimized OS. */
const NVIDIA = "/var/lib/nvidia";

/**
 * What a machine with Container-Optimized OS does at its start, for cloud-init: it runs the worker's image
 * once, and powers off when it has ended. JSON is YAML. Pure. Throws `LaunchError` for a variable with a line
 * break, which no file of variables can have.
 * https://cloud.google.com/container-optimized-os/docs/how-to/create-configure-instance
 */
export function cloudConfigOf({ environment }: LaunchOrder, { image, gpu }: Settings): string {
  const broken = Object.entries(environment).find(([, value]) => /[\r\n]/.test(value));
  if (broken)
    throw new LaunchError("INVALID_REQUEST", `COMPUTE_ENGINE: the variable ${broken[0]} has a line break`);
  const registry = image.split("/")[0] ?? "";
  const isGoogles = /(^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(registry);
  const files = [
    {
      path: "/etc/reelay/environment",
      permissions: "0600",
      content: Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    },
    {
      path: "/etc/systemd/system/reelay-worker.service",
      permissions: "0644",
      content: unitOf(image, { registry: isGoogles ? registry : undefined, gpus: gpu?.count ?? 0 }),
    },
  ];
  const runcmd = [
    ["systemctl", "daemon-reload"],
    ["systemctl", "start", "--no-block", "reelay-worker.service"],
  ];
  return `#cloud-config\n${JSON.stringify({ write_files: files, runcmd }, undefined, 1)}\n`;
}

function unitOf(image: string, { registry, gpus }: { registry: string | undefined; gpus: number }): string {
  const devices = Array.from(
    { length: gpus },
    (_, index) => `--device=/dev/nvidia${index}:/dev/nvidia${index}`,
  );
  const gpuOptions =
    gpus === 0
      ? []
      : [
          `--volume=${NVIDIA}/lib64:/usr/local/nvidia/lib64:ro`,
          `--volume=${NVIDIA}/bin:/usr/local/nvidia/bin:ro`,
          "--env=LD_LIBRARY_PATH=/usr/local/nvidia/lib64",
          "--device=/dev/nvidia-uvm:/dev/nvidia-uvm",
          "--device=/dev/nvidiactl:/dev/nvidiactl",
          ...devices,
        ];
  const options = [
    ...["--rm", "--init", "--name=reelay-worker", "--env-file=/etc/reelay/environment"],
    ...["--cap-drop=ALL", "--security-opt=no-new-privileges", "--read-only"],
    ...["--tmpfs=/tmp", "--volume=reelay-work:/work", ...gpuOptions],
  ];
  return [
    "[Unit]",
    "Description=Reelay worker",
    "Wants=network-online.target docker.service",
    "After=network-online.target docker.service",
    "",
    "[Service]",
    "Type=oneshot",
    "TimeoutStartSec=infinity",
    "Environment=HOME=/run/reelay-worker",
    "RuntimeDirectory=reelay-worker",
    ...(registry === undefined
      ? []
      : [`ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries=${registry}`]),
    ...(gpus === 0
      ? []
      : [
          "ExecStartPre=/usr/bin/cos-extensions install gpu",
          `ExecStartPre=/bin/mount --bind ${NVIDIA} ${NVIDIA}`,
          `ExecStartPre=/bin/mount -o remount,exec ${NVIDIA}`,
        ]),
    `ExecStart=/usr/bin/docker run ${options.join(" ")} ${image}`,
    "ExecStop=/usr/bin/docker stop --time=25 reelay-worker",
    "ExecStopPost=/usr/bin/systemctl --no-block poweroff",
    "TimeoutStopSec=30",
    "",
  ].join("\n");
}
