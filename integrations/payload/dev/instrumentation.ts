/**
 * Payload begins with the server, and not with the first who asks: so documents are right before anybody
 * looks.
 */
export async function register(): Promise<void> {
  // oxlint-disable-next-line no-restricted-properties -- Next puts the value here when it builds, and leaves out the rest for other runtimes
  if (process.env["NEXT_RUNTIME"] !== "nodejs") return;
  const [{ getPayload }, { default: config }] = await Promise.all([
    import("payload"),
    import("@payload-config"),
  ]);
  await getPayload({ config });
}
