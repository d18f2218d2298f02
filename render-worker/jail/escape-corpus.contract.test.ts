import { expect, test } from "vitest";
import { createJail } from "./create-jail.ts";
import { runJailed } from "./run-jailed.ts";

test("a program sees no process, file or setting of this machine", async () => {
  const jail = await createJail({ sandbox: "required", path: process.env["PATH"] ?? "" });
  const run = await runJailed(
    jail,
    { path: "/usr/bin/perl", args: ["-e", 'print join " ", glob("/*"), %ENV'], env: { A: "b" }, limits: {} },
    10_000,
  );
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).not.toMatch(/home|root|srv|work/);
});
