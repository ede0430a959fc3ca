import { LittoralError } from '../../engine/error';

/** What the place that serves the site offers (`littoral/config.json`): never connected to by itself. */
export interface SiteConfig {
  readonly broker: { readonly name: string; readonly wsUrl: string } | null;
  /** Base address of the local agent's door, without a final slash. */
  readonly agent: { readonly url: string } | null;
  /** Address of the lake folder, with a final slash. */
  readonly lake: { readonly url: string } | null;
}
export const NOTHING_OFFERED: SiteConfig = { broker: null, agent: null, lake: null };

/**
 * Fetches the site's offer from `<baseUrl>littoral/config.json`. A site without the file offers nothing; a file that
 * cannot be read is an error of code `SITE_CONFIG`. Relative addresses in it are relative to `baseUrl`.
 */
export async function loadSiteConfig(baseUrl: string, fetcher: (url: string) => Promise<Response> = url => fetch(url, { cache: 'no-cache' })): Promise<SiteConfig> {
  const response = await fetcher(new URL('littoral/config.json', baseUrl).href).catch(() => null);
  if (!response?.ok || !(response.headers.get('content-type') ?? '').includes('json')) return NOTHING_OFFERED;
  let json: unknown;
  try {
    json = await response.json();
  } catch {
    throw refused('it is not JSON');
  }
  return parseSiteConfig(json, baseUrl);
}

/** The only way from the file's JSON to a `SiteConfig`. */
export function parseSiteConfig(json: unknown, baseUrl: string): SiteConfig {
  if (!isRecord(json)) throw refused('it is not an object');
  if (json['version'] !== 1) throw refused(`its version is ${JSON.stringify(json['version'])}, this workbench reads version 1`);
  const broker = section(json, 'broker');
  const agent = section(json, 'agent');
  const lake = section(json, 'lake');
  return {
    broker: broker && { name: text(broker, 'broker', 'name'), wsUrl: address(text(broker, 'broker', 'wsUrl'), baseUrl, ['ws:', 'wss:']) },
    agent: agent && { url: address(text(agent, 'agent', 'url'), baseUrl, ['http:', 'https:']).replace(/\/+$/, '') },
    lake: lake && { url: address(text(lake, 'lake', 'url'), baseUrl, ['http:', 'https:']).replace(/\/*$/, '/') }
  };
}

function section(json: Record<string, unknown>, key: string): Record<string, unknown> | null {
  const value = json[key];
  if (value === undefined || value === null) return null;
  if (!isRecord(value)) throw refused(`"${key}" is not an object`);
  return value;
}

function text(from: Record<string, unknown>, key: string, field: string): string {
  const value = from[field];
  if (typeof value !== 'string' || value === '' || value.length > 2_000) throw refused(`"${key}.${field}" is not a short text`);
  return value;
}

function address(value: string, baseUrl: string, protocols: readonly string[]): string {
  if (!URL.canParse(value, baseUrl)) throw refused(`${JSON.stringify(value)} is not an address`);
  const url = new URL(value, baseUrl);
  if (!protocols.includes(url.protocol)) throw refused(`${JSON.stringify(value)} does not start with ${protocols.join(' or ')}//`);
  return url.href;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(reason: string): LittoralError {
  return new LittoralError('SITE_CONFIG', `littoral/config.json: ${reason}. Nothing is offered until the file is mended; connections can be added by hand.`);
}
