import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AgentProcess } from './agent-process';
import { proxyAgent } from './agent-proxy';
import { serveFile } from './files';
import { lakeManifest } from './lake-manifest';

/** What the page finds at `littoral/config.json`: offers, nothing that connects by itself. */
export interface SiteConfig {
  readonly version: 1;
  readonly broker: { readonly name: string; readonly wsUrl: string } | null;
  readonly agent: { readonly url: string } | null;
  readonly lake: { readonly url: string };
}

export interface SiteOptions {
  readonly siteDir: string;
  readonly lakeDir: string;
  readonly brokerWsUrl: string | null;
  readonly agent: AgentProcess | null;
}

export function createSiteServer(options: SiteOptions): http.Server {
  return http.createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else {
        response.writeHead(500, { 'Content-Type': 'text/plain' });
        response.end(`${error instanceof Error ? error.message : String(error)}\n`);
      }
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, options: SiteOptions): Promise<void> {
  if (!fromThisSite(request)) {
    response.writeHead(403, { 'Content-Type': 'text/plain' });
    response.end('Only pages of this workbench may ask.\n');
    return;
  }
  const path = decodePath(request.url ?? '/');
  if (path === null) {
    response.writeHead(400);
    response.end();
    return;
  }
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (path === '') {
    response.writeHead(302, { Location: '/lab/index.html' });
    response.end();
  } else if (path === 'littoral/config.json') sendJson(response, configOf(options));
  else if (path === 'littoral/lake/manifest.json') sendJson(response, await lakeManifest(options.lakeDir));
  else if (path.startsWith('littoral/lake/')) await serveFile(request, response, options.lakeDir, path.slice('littoral/lake/'.length));
  else if (path.startsWith('littoral/agent/')) await proxyAgent(request, response, path.slice('littoral/agent/'.length), options.agent);
  else if (/favicon[^/]*\.ico$/.test(path)) {
    response.writeHead(204);
    response.end();
  } else await serveFile(request, response, options.siteDir, path);
}

/** Refuses DNS rebinding (foreign Host) and requests that another site's page makes the browser send. */
function fromThisSite(request: IncomingMessage): boolean {
  const host = request.headers.host ?? '';
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return false;
  const { origin } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}

function decodePath(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url, 'http://127.0.0.1').pathname).slice(1);
    return path.includes('\0') ? null : path;
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return null;
    throw error;
  }
}

function configOf(options: SiteOptions): SiteConfig {
  return {
    version: 1,
    broker: options.brokerWsUrl === null ? null : { name: 'plant', wsUrl: options.brokerWsUrl },
    agent: options.agent === null ? null : { url: '/littoral/agent' },
    lake: { url: '/littoral/lake/' }
  };
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
