/**
 * The embedded server's settings, passed on the command line so that a newer Reelay also applies them to old
 * data.
 */
export function serverSettings({ port, durable }: { port: number; durable: boolean }): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: "127.0.0.1",
    port,
    // A socket's path is limited to 107 bytes, which a deep folder exceeds. All clients use TCP.
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    // Queries here are small and frequent: compiling them costs more than it saves.
    jit: "off",
    // No replica reads this server's log.
    wal_level: "minimal",
    max_wal_senders: 0,
    ...(durable ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
