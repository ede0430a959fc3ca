import { LittoralError } from '../../engine/error';
import { LanguageService } from './language/service';
import type { LibraryTypes } from './language/virtual-files';
import { Rpc } from './rpc';
import type { RpcEndpoint } from './rpc';

interface Page {
  /** Where `library-types.json` is; the page resolves it, because a bundled worker cannot. */
  libraryTypesUrl(): string;
}

const rpc = new Rpc<Page>(self as unknown as RpcEndpoint);
rpc.serve(new LanguageService(load()));

async function load(): Promise<LibraryTypes> {
  const url = await rpc.remote.libraryTypesUrl();
  const response = await fetch(url);
  if (!response.ok) throw new LittoralError('TYPES_NOT_LOADED', `language service: ${url} answered ${response.status}, expected the type library. Completion and type checks are off; reload the page.`, { retryable: true });
  return (await response.json()) as LibraryTypes;
}
