/** The memory of the processes of a server, by its metrics. */
export interface ServerMemory {
  readonly processes: number;
  /** Resident, of all of them. */
  readonly rssMiB: number;
  readonly largestMiB: number;
  readonly connections: number;
}

/** Reads `/metrics` of a server of one or several processes. */
export async function serverMemory(url: string): Promise<ServerMemory> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  const values = (name: string): number[] =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
      Number(value),
    );
  const resident = values('process_resident_memory_bytes').map((bytes) => bytes / 2 ** 20);
  return {
    processes: resident.length,
    rssMiB: resident.reduce((sum, each) => sum + each, 0),
    largestMiB: Math.max(...resident),
    connections: values('belfry_beacon_connections').reduce((sum, each) => sum + each, 0),
  };
}
