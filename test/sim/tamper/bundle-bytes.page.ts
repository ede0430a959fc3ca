import type { SubtleLike } from '../../../engine/bundle/crypto';
import { bundleBytes } from './bundle-bytes';

/** The same in a browser: `bundleBytes(text)` on the page. */
Object.assign(globalThis, {
  bundleBytes: (text: string) => {
    const { plan, models, jwk } = JSON.parse(text) as { plan: unknown; models: Record<string, string>; jwk: Parameters<typeof bundleBytes>[1]['jwk'] };
    const decoded = Object.fromEntries(Object.entries(models).map(([name, base64]) => [name, Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))]));
    return bundleBytes(crypto.subtle as unknown as SubtleLike, { plan, models: decoded, jwk });
  }
});
