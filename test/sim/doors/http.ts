/** `node:http` where nobody calls: the server listens and hears nothing. */
interface Server {
  once(): Server;
  listen(port: number, host: string, done: () => void): void;
  address(): { readonly port: number };
  close(done: () => void): void;
  closeAllConnections(): void;
}

export function createServer(): Server {
  const server: Server = {
    once: () => server,
    listen: (_port, _host, done) => done(),
    address: () => ({ port: 9_090 }),
    close: done => done(),
    closeAllConnections: () => undefined
  };
  return server;
}

export default { createServer };
