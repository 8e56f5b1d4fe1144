import { once } from 'node:events';
import { createServer } from 'node:net';

const [first, count] = [15_000, 15_000];
const given = new Set<number>();

/**
 * A port that is free, below those that systems give to outgoing connections: it stays free while a
 * server that had it is being restarted. No port is given twice by one process.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** @throws whatever keeps the port from being listened on, but that it is taken */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
