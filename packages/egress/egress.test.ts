import { expect, test } from "vitest";
import { checkTarget, isAllowed, isPublicAddress, mayUsePort, resolveChecked } from "./index.ts";

test("only addresses of the public internet are public", () => {
  const addresses = [
    "8.8.8.8",
    "2606:4700::1111",
    "2002:808:808::1",
    "64:ff9b::808:808",
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2001:0:1:2:3:4:5:6",
    "192.0.2.1",
    "::7f00:1",
    "::808:808",
    "168.63.129.16",
  ];
  expect(addresses.filter(isPublicAddress)).toEqual(addresses.slice(0, 4));
});

test("the allow list accepts hosts, addresses and ranges", async () => {
  const allowed = ["cms.internal", "10.1.0.0/16", "::1"];
  expect(isAllowed(allowed, "CMS.internal", "192.168.1.1")).toBe(true);
  expect(isAllowed(allowed, "other", "10.1.2.3")).toBe(true);
  expect(isAllowed(allowed, "other", "0:0:0:0:0:0:0:1")).toBe(true);
  expect(isAllowed(allowed, "other", "10.2.0.1")).toBe(false);
  await expect(resolveChecked("10.2.0.1", allowed)).rejects.toThrow("10.2.0.1");
  expect(await resolveChecked("10.1.2.3", allowed)).toEqual([{ address: "10.1.2.3", family: 4 }]);
});

test("requests are limited to web ports, except for hosts and addresses that an operator allowed", async () => {
  const target = (url: string, allowed: string[] = []) => checkTarget(new URL(url), allowed);
  for (const port of ["", ":80", ":8080", ":8443"]) await target(`http://8.8.8.8${port}/`);
  for (const port of [22, 25, 53, 3306, 5432, 6379, 8081, 9200, 27017]) {
    await expect(target(`http://8.8.8.8:${port}/`)).rejects.toMatchObject({
      code: "REFUSED_PORT",
      message: expect.stringContaining(`has the port ${port}`),
    });
  }
  await target("http://8.8.8.8:6379/", ["8.8.8.0/24"]);
  await target("http://127.0.0.1:9000/", ["127.0.0.1"]);
  const may = (url: string, allowed: string[]) => mayUsePort(new URL(url), allowed);
  expect(may("http://media.internal:9000/", ["media.internal"])).toBe(true);
  expect(may("http://media.internal:9000/", ["10.0.0.0/8"])).toBe(true);
  expect(may("http://media.internal:9000/", ["cms.internal"])).toBe(false);
  expect(may("http://8.8.8.8:9000/", ["10.0.0.0/8"])).toBe(false);
});
