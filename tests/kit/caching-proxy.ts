/** nginx in front of one of our servers, as a cache that follows the answers' headers. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";

const { CI } = process.env;
const path = "/usr/sbin/nginx";
/** Tests with it are left out where it is missing; in CI it must be there. */
export const hasNoNginx = !CI && !existsSync(path);

const configOf = (folder: string, port: number, origin: string) => `
daemon off;
user root;
pid ${folder}/pid;
error_log ${folder}/error.log;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  proxy_cache_path ${folder}/cache keys_zone=media:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${origin};
      proxy_set_header Host $host;
      proxy_cache media;
      proxy_cache_key $uri;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`;

/** Answers carry \`X-Cache\`: HIT or MISS. */
export async function startCachingProxy(port: number, origin: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-nginx-"));
  const file = join(folder, "nginx.conf");
  await writeFile(file, configOf(folder, port, origin));
  const child = spawn(path, ["-c", file, "-e", join(folder, "error.log")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await eventually(() => fetch(`http://127.0.0.1:${port}/`), "nginx answers");
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
