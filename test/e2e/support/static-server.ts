import { createReadStream, existsSync, statSync } from 'node:fs';
import http from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

export interface StaticServer {
  readonly origin: string;
  /** Bytes sent per path, whole or in ranges. */
  readonly sent: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Serves `mounts` (URL prefix → folder or file) with range requests, as the station serves a lake. */
export async function serveFolders(mounts: Readonly<Record<string, string>>): Promise<StaticServer> {
  const sent = new Map<string, number>();
  const server = http.createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const mount = Object.keys(mounts).find(prefix => path === prefix || path.startsWith(prefix));
    const file = mount === undefined ? null : path === mount ? (mounts[mount] ?? '') : join(mounts[mount] ?? '', path.slice(mount.length));
    if (file === null || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const size = statSync(file).size;
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
    const start = range === null ? 0 : range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1]);
    const end = range === null || range[1] === '' || range[2] === '' ? size - 1 : Math.min(size - 1, Number(range[2]));
    response.writeHead(range === null ? 200 : 206, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-length': end - start + 1,
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'content-range, content-length, accept-ranges',
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` })
    });
    if (request.method === 'HEAD' || size === 0) {
      response.end();
      return;
    }
    sent.set(path, (sent.get(path) ?? 0) + end - start + 1);
    createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { origin: `http://127.0.0.1:${address.port}`, sent, close: () => new Promise(done => (server.closeAllConnections(), server.close(() => done()))) };
}
