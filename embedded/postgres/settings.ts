/** How the embedded server is set up: given on the command line, so that a newer Reelay changes them on old data too. */
export function serverSettings({ port, durable }: { port: number; durable: boolean }): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port,
    // A socket's path may be 107 bytes long, which a deep folder exceeds; everyone here speaks TCP.
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    // Queries here are small and many: compiling them costs more than it gains.
    jit: "off",
    // No replica ever reads this server's log.
    wal_level: "minimal",
    max_wal_senders: 0,
    ...(durable ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
