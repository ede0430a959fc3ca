import { createReadStream, promises as fs, type Stats } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.ipynb': 'application/json',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8'
};
const hashed = /[.-][0-9a-f]{8,}\.\w+$/;

/** Serves `root/path` with conditional requests and single byte ranges (RFC 9110 §14); 404 when it is not a file. */
export async function serveFile(request: IncomingMessage, response: ServerResponse, root: string, path: string): Promise<void> {
  let file = join(root, normalize(`/${path}`));
  if (file !== root && !file.startsWith(root + sep)) return notFound(response);
  let stats = await statOf(file);
  if (stats?.isDirectory()) {
    const [pathname, search] = (request.url ?? '/').split('?', 2);
    if (!pathname?.endsWith('/')) {
      response.writeHead(302, { Location: `${pathname}/${search === undefined ? '' : `?${search}`}` });
      response.end();
      return;
    }
    file = join(file, 'index.html');
    stats = await statOf(file);
  }
  if (stats === null || !stats.isFile()) return notFound(response);
  send(request, response, file, stats);
}

async function statOf(file: string): Promise<Stats | null> {
  try {
    return await fs.stat(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain' });
  response.end('not found\n');
}

function send(request: IncomingMessage, response: ServerResponse, file: string, stats: Stats): void {
  const etag = `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"`;
  const headers: Record<string, string | number> = {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Cache-Control': hashed.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Accept-Ranges': 'bytes',
    ETag: etag
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const range = parseRange(request.headers.range, stats.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${stats.size}` });
    response.end();
    return;
  }
  const first = range?.first ?? 0;
  const last = range?.last ?? stats.size - 1;
  headers['Content-Length'] = last - first + 1;
  if (range) headers['Content-Range'] = `bytes ${first}-${last}/${stats.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === 'HEAD' || stats.size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(file, { start: first, end: last });
  stream.on('error', () => response.destroy());
  stream.pipe(response);
}

/** `first` and `last` are inclusive; null serves the whole file, as RFC 9110 asks for several or malformed ranges. */
export function parseRange(header: string | undefined, size: number): { readonly first: number; readonly last: number } | 'unsatisfiable' | null {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header);
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 ? 'unsatisfiable' : { first: Math.max(0, size - suffix), last: size - 1 };
  }
  const first = Number(match[1]);
  if (first >= size) return 'unsatisfiable';
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return last < first ? null : { first, last };
}
