import { LittoralError } from '../../engine/error';
import type { LakeEntry, LakeSource } from './lake-source';
import { parseManifest } from './manifest';

const WHOLE_BYTES_MAX = 256 * 1024;
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

/** A lake behind HTTP: `<url>/manifest.json` says what is there, files are read in ranges. */
export function httpSource(url: string): LakeSource {
  const base = url.endsWith('/') ? url : `${url}/`;
  let bytesFetched = 0;
  const address = (path: string): string => base + path.split('/').map(encodeURIComponent).join('/');
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(address(path), { headers, cache: 'no-cache' });
    } catch (cause) {
      throw new LittoralError('LAKE_UNREACHABLE', `lake "${base}": "${path}" could not be fetched (${cause instanceof Error ? cause.message : String(cause)}). Check the address, that it is served, and that this page may read it (CORS).`, { cause, retryable: true });
    }
    if (response.ok) {
      bytesFetched += Number(response.headers.get('content-length') ?? 0);
      return response;
    }
    throw new LittoralError('LAKE_HTTP', `lake "${base}": "${path}" answered with status ${response.status}; expected 200. Check the address of the lake.`, { details: { status: response.status, path } });
  };
  return {
    name: base,
    get bytesFetched() {
      return bytesFetched;
    },
    async list(): Promise<readonly LakeEntry[]> {
      const response = await get('manifest.json');
      const length = Number(response.headers.get('content-length') ?? 0);
      if (length > MANIFEST_BYTES_MAX) throw new LittoralError('LAKE_MANIFEST', `lake "${base}": its manifest has ${length} bytes, at most ${MANIFEST_BYTES_MAX} are read. Split the lake.`);
      return parseManifest(await response.text(), base);
    },
    text: async path => await (await get(path)).text(),
    async range(path, start, end) {
      const response = await get(path, { range: `bytes=${start}-${end - 1}` });
      const body = await response.arrayBuffer();
      return response.status === 206 ? body : body.slice(start, end);
    },
    // Footer and columns of a small file would be three requests.
    open: async (path, bytes) => (bytes <= WHOLE_BYTES_MAX ? await (await get(path)).blob() : address(path))
  };
}
