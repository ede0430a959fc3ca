import type { Server } from 'node:net';
import { LittoralError } from '../../engine/error';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; a taken port is replaced by a free one and `say` tells it. Port 0 asks for a free one. */
export async function listenOn(server: Server, port: number, what: string, say: (line: string) => void): Promise<Listening> {
  try {
    await listen(server, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw new LittoralError('LISTEN_FAILED', `${what}: cannot listen on 127.0.0.1:${port} (${(error as Error).message}). Choose another port.`, { cause: error });
    }
    await listen(server, 0);
    say(`port ${port} for ${what} is taken; using ${addressPort(server)} instead`);
  }
  return {
    port: addressPort(server),
    close: () =>
      new Promise(done => {
        server.close(() => done());
        if ('closeAllConnections' in server) (server as Server & { closeAllConnections(): void }).closeAllConnections();
      })
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', fail);
      done();
    });
  });
}

function addressPort(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
