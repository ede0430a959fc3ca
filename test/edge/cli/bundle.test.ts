import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBundle, DEFAULT_BUNDLE_LIMITS } from '../../../engine/bundle/open-bundle';
import { parseTrust } from '../../../engine/bundle/trust';
import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import { nodeCrypto } from '../../../edge/host/bundle-crypto';
import { readUntrustedBundle } from '../../../edge/host/open-bundle-file';
import { documentOf, FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');
const ROWS = join(FIXTURES, 'pumps.rows.ndjson');

const bundleArgs = (output: string, ...more: readonly string[]): string[] => ['bundle', PROGRAM, '--evidence', RECORDING, '--key', 'site.key', '-o', output, ...more];

beforeAll(async () => {
  await littoral.run(['keygen', '--key', 'site.key', '--trust', 'trust.json']);
  await littoral.run(['keygen', '--key', 'other.key', '--trust', 'other-trust.json']);
  const ended = await littoral.run(bundleArgs('pumps-7.littoral.zip', '--release', '7', '--target', 'site-a/*', '--target', 'lab', '--expires', '2099-01-01'));
  expect(ended.code, ended.stderr).toBe(0);
});

describe('bundle', () => {
  test('holds the plan of `plan`, the evidence, and the rows that `replay` gives', async () => {
    const { files, manifest } = readUntrustedBundle(readFileSync(littoral.path('pumps-7.littoral.zip')), 'pumps-7');
    const plan = await littoral.run(['plan', PROGRAM]);
    const text = (path: string): string => Buffer.from(files.get(path) ?? new Uint8Array(0)).toString('utf8');
    expect(text('plan.json')).toBe(plan.stdout);
    expect(text('evidence/recording.ndjson')).toBe(readFileSync(RECORDING, 'utf8'));
    expect(text('evidence/expected.rows.ndjson')).toBe(readFileSync(ROWS, 'utf8'));
    expect(manifest).toMatchObject({ pipelineId: 'pumps', release: 7, targets: ['site-a/*', 'lab'] });
    for (const file of manifest.files) expect(createHash('sha256').update(files.get(file.path) ?? '').digest('hex')).toBe(file.sha256);
  });

  test('is not made when the pipeline is not valid on its evidence', async () => {
    writeFileSync(littoral.path('wrong.rows.ndjson'), readFileSync(ROWS, 'utf8').split('\n').slice(1).join('\n'));
    const ended = await littoral.run(bundleArgs('never.zip', '--expect', 'wrong.rows.ndjson', '--json'));
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'VALIDATION_FAILED' });
    expect(() => readFileSync(littoral.path('never.zip'))).toThrow();
  });

  test.each([
    ['a trust file as the key', ['--key', 'trust.json'], 1, 'KEY_UNREADABLE'],
    ['release 0', ['--release', '0'], 2, 'USAGE'],
    ['a date that has passed', ['--expires', '2001-01-01'], 1, 'BUNDLE_INPUT']
  ])('refuses %s', async (_name, more, code, reason) => {
    const ended = await littoral.run(bundleArgs('never.zip', ...more, '--json'));
    expect(ended.code).toBe(code);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason });
  });

  test('can be replayed as it is', async () => {
    const ended = await littoral.run(['replay', 'pumps-7.littoral.zip', '--input', RECORDING, '--json']);
    expect(documentOf(ended)['outputSha256']).toBe(createHash('sha256').update(readFileSync(ROWS)).digest('hex'));
  });

  test('can be inspected without a trust file', async () => {
    const ended = await littoral.run(['inspect', 'pumps-7.littoral.zip', '--json']);
    expect(documentOf(ended)).toMatchObject({ kind: 'bundle', verified: false, statement: { pipelineId: 'pumps', release: 7 } });
  });
});

describe('verify', () => {
  const verify = (...args: readonly string[]): ReturnType<typeof littoral.run> => littoral.run(['verify', ...args, '--json']);

  test('vouches for a bundle that is as it was signed', async () => {
    const ended = await verify('pumps-7.littoral.zip', '--trust', 'trust.json', '--target', 'site-a/line-3');
    expect(ended.code).toBe(0);
    expect(documentOf(ended)).toMatchObject({ ok: true, pipelineId: 'pumps', release: 7 });
  });

  test('lists the checks that were passed, in the order of an agent', async () => {
    const document = documentOf(await verify('pumps-7.littoral.zip', '--trust', 'trust.json', '--target', 'lab'));
    const checks = (document['passed'] as { readonly check: string }[]).map(({ check }) => check);
    expect(checks).toEqual(['envelope', 'signatures', 'payloadType', 'statement', 'digest', 'target', 'minAgent', 'validity', 'archive', 'manifest', 'files']);
  });

  test('says what to do next when it refuses, and which checks were passed before', async () => {
    const ended = await littoral.run(['verify', 'pumps-7.littoral.zip', '--trust', 'trust.json', '--target', 'site-b/line-3']);
    expect(ended.stdout).toMatch(/passed: digest .*\nrefused: the bundle is for "site-a\/\*", "lab"; this machine is "site-b\/line-3" \(TARGET_MISMATCH\)\nnext: +Give it to a machine/);
  });

  test('extracts what it vouches for, ready for a container image, and nothing of a refused bundle', async () => {
    const ended = await verify('pumps-7.littoral.zip', '--trust', 'trust.json', '--extract', 'out');
    expect(documentOf(ended)).toMatchObject({ ok: true, extracted: { folder: 'out' } });
    expect(readFileSync(littoral.path('out/deploy/pumps-7.littoral.zip'))).toEqual(readFileSync(littoral.path('pumps-7.littoral.zip')));
    expect(readFileSync(littoral.path('out/deploy/trust/trust.json'))).toEqual(readFileSync(littoral.path('trust.json')));
    expect(readFileSync(littoral.path('out/deploy/Dockerfile'), 'utf8')).toContain('COPY --chmod=0444 pumps-7.littoral.zip');
    for (const name of ['sbom.cdx.json', 'observability/prometheus-rules.yaml', 'plan.json']) expect(readFileSync(littoral.path(`out/${name}`)).length).toBeGreaterThan(0);
    await verify('pumps-7.littoral.zip', '--trust', 'other-trust.json', '--extract', 'never');
    expect(() => readFileSync(littoral.path('never/plan.json'))).toThrow();
  });

  test('knows bundles for later and for newer agents', async () => {
    await littoral.run(bundleArgs('later.zip', '--not-before', '2090-01-01', '--expires', '2099-01-01'));
    expect(documentOf(await verify('later.zip', '--trust', 'trust.json'))).toMatchObject({ ok: false, reason: 'NOT_YET_VALID' });
    await littoral.run(bundleArgs('newer.zip', '--min-agent', '99.0.0'));
    expect(documentOf(await verify('newer.zip', '--trust', 'trust.json'))).toMatchObject({ ok: false, reason: 'AGENT_TOO_OLD' });
    expect(documentOf(await littoral.run(bundleArgs('never.zip', '--min-agent', 'new', '--json')))).toMatchObject({ ok: false, reason: 'BUNDLE_INPUT' });
  });

  test.each([
    ['a key that is not trusted', ['--trust', 'other-trust.json'], 'SIGNATURE_INVALID'],
    ['another target', ['--trust', 'trust.json', '--target', 'site-b/line-3'], 'TARGET_MISMATCH']
  ])('refuses %s', async (_name, args, reason) => {
    const ended = await verify('pumps-7.littoral.zip', ...args);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason });
  });

  test('refuses a bundle in which any byte is changed, with DIGEST_MISMATCH inside bundle.zip', async () => {
    const bytes = new Uint8Array(readFileSync(littoral.path('pumps-7.littoral.zip')));
    const trust = parseTrust(readFileSync(littoral.path('trust.json')));
    const context = { nowMs: Date.now(), agentVersion: '99.0.0' };
    const opened = openBundle(bytes, DEFAULT_BUNDLE_LIMITS);
    if (!opened.ok) throw new Error(opened.detail);
    const inside = { from: opened.zip.byteOffset - bytes.byteOffset, to: opened.zip.byteOffset - bytes.byteOffset + opened.zip.length };
    const accepted: number[] = [];
    const odd: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (at >= inside.from && at < inside.to && at % 61 !== 0) continue;
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << at % 8);
      const verdict = await verifyBundle(changed, trust, context, nodeCrypto());
      if (verdict.ok) accepted.push(at);
      else if (at >= inside.from && at < inside.to && verdict.reason !== 'DIGEST_MISMATCH') odd.push(`${at}: ${verdict.reason}`);
    }
    expect(accepted).toEqual([]);
    expect(odd).toEqual([]);
  });

  test('answers on the command line with the reason, exit code 1 and no stack trace', async () => {
    const bytes = readFileSync(littoral.path('pumps-7.littoral.zip'));
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
    writeFileSync(littoral.path('tampered.zip'), bytes);
    const ended = await verify('tampered.zip', '--trust', 'trust.json');
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'DIGEST_MISMATCH', detail: expect.stringContaining('SHA-256') });
    writeFileSync(littoral.path('short.zip'), bytes.subarray(0, 500));
    expect(documentOf(await verify('short.zip', '--trust', 'trust.json'))).toMatchObject({ ok: false, reason: 'ZIP_INVALID' });
    writeFileSync(littoral.path('text.zip'), 'hello');
    expect(documentOf(await verify('text.zip', '--trust', 'trust.json'))).toMatchObject({ ok: false, reason: 'ZIP_INVALID' });
    expect((await littoral.run(['inspect', 'tampered.zip', '--json'])).code).toBeLessThan(2);
  });

  test('could not do it without its files: exit code 3', async () => {
    expect((await verify('missing.zip', '--trust', 'trust.json')).code).toBe(3);
    expect((await verify('pumps-7.littoral.zip', '--trust', 'missing.json')).code).toBe(3);
    expect((await verify('pumps-7.littoral.zip', '--trust', 'trust.json', '--data', 'missing')).code).toBe(3);
  });
});
