import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The port, free a moment ago; 0 picks one. @throws in one clear sentence when it is taken */
export async function openPort(port: number): Promise<number> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${String(port)} is taken by another program; stop it, or use --free-ports.`);
  }
  const { port: open } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return open;
}
