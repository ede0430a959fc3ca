import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SubtleLike } from '../../../engine/bundle/crypto';
import { bundleBytes } from './bundle-bytes';

/** Prints the SHA-256 of the bundle that this Node makes of the input file; models are base64 there. */
const { plan, models, jwk } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { plan: unknown; models: Record<string, string>; jwk: Parameters<typeof bundleBytes>[1]['jwk'] };
const decoded = Object.fromEntries(Object.entries(models).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]));
process.stdout.write(await bundleBytes(webcrypto.subtle as unknown as SubtleLike, { plan, models: decoded, jwk }));
