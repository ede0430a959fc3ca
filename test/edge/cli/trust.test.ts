import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf, FIXTURES, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const PROGRAM = join(FIXTURES, 'pumps.pipeline.ts');
const RECORDING = join(FIXTURES, 'pumps.recording.ndjson');

const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => documentOf(await littoral.run([...args, '--json']));
const trustFile = (): { readonly version: number; readonly keys: readonly { readonly keyid: string }[] } => JSON.parse(readFileSync(littoral.path('trust.json'), 'utf8')) as never;

beforeAll(async () => {
  await littoral.run(['keygen', '--key', 'old.key', '--trust', 'trust.json']);
  await littoral.run(['keygen', '--key', 'new.key', '--trust', 'new-trust.json']);
});

describe('trust', () => {
  test('changes on a machine by an update that the old keys have signed, and bundles follow it', async () => {
    const oldKeyid = trustFile().keys[0]?.keyid ?? '';
    const update = await json('trust', 'rotate', '--trust', 'trust.json', '--add', 'new-trust.json', '--remove', oldKeyid.slice(0, 12), '--key', 'old.key', '-o', 'update.json');
    expect(update).toMatchObject({ ok: true, version: 2, threshold: 1 });
    expect(trustFile()).toMatchObject({ version: 1 });
    await littoral.run(['bundle', PROGRAM, '--evidence', RECORDING, '--key', 'new.key', '-o', 'pumps.zip']);
    expect(await json('verify', 'pumps.zip', '--trust', 'trust.json')).toMatchObject({ ok: false, reason: 'SIGNATURE_INVALID', next: expect.stringContaining('trust file') });
    expect(await json('trust', 'accept', 'update.json', '--trust', 'trust.json')).toMatchObject({ ok: true, version: 2, signedBy: [oldKeyid] });
    expect(trustFile()).toMatchObject({ version: 2 });
    expect(await json('verify', 'pumps.zip', '--trust', 'trust.json')).toMatchObject({ ok: true });
    expect(await json('trust', 'accept', 'update.json', '--trust', 'trust.json')).toMatchObject({ ok: false, reason: 'SIGNATURE_INVALID' });
    expect(await json('trust', 'show', '--trust', 'trust.json')).toMatchObject({ version: 2, threshold: 1, keys: [{ keyid: update['keyids'] instanceof Array ? update['keyids'][0] : '' }] });
  });

  test('stays as it is when an update is signed by a stranger, skips a version, goes back or is something else', async () => {
    const before = readFileSync(littoral.path('trust.json'), 'utf8');
    await littoral.run(['keygen', '--key', 'mallory.key', '--trust', 'mallory-trust.json']);
    expect(await json('trust', 'rotate', '--trust', 'trust.json', '--add', 'mallory-trust.json', '--key', 'mallory.key', '-o', 'forged.json')).toMatchObject({ ok: false, reason: 'SIGNATURE_INVALID' });
    writeFileSync(littoral.path('ahead.json'), before.replace(/"version": \d+/, '"version": 7'));
    expect(await json('trust', 'rotate', '--trust', 'ahead.json', '--key', 'new.key', '-o', 'skips.json')).toMatchObject({ ok: true, version: 8 });
    expect(await json('trust', 'accept', 'skips.json', '--trust', 'trust.json')).toMatchObject({ ok: false, reason: 'TRUST_NOT_NEXT' });
    expect(await json('trust', 'accept', 'trust.json', '--trust', 'trust.json')).toMatchObject({ ok: false, reason: 'ENVELOPE_INVALID' });
    expect(await json('trust', 'rotate', '--trust', 'trust.json', '--remove', 'ffff', '--key', 'new.key')).toMatchObject({ ok: false, reason: 'TRUST_CHANGE' });
    expect(await json('trust', 'rotate', '--trust', 'trust.json', '--threshold', '5', '--key', 'new.key')).toMatchObject({ ok: false, reason: 'TRUST_INVALID' });
    expect(readFileSync(littoral.path('trust.json'), 'utf8')).toBe(before);
  });

  test('may ask for several keys, which then sign together', async () => {
    await littoral.run(['keygen', '--key', 'third.key', '--trust', 'third-trust.json']);
    await json('trust', 'rotate', '--trust', 'trust.json', '--add', 'third-trust.json', '--threshold', '2', '--key', 'new.key', '-o', 'two.json');
    expect(await json('trust', 'accept', 'two.json', '--trust', 'trust.json')).toMatchObject({ ok: true, threshold: 2 });
    expect(await json('verify', 'pumps.zip', '--trust', 'trust.json')).toMatchObject({ ok: false, reason: 'THRESHOLD_NOT_MET' });
    await littoral.run(['bundle', PROGRAM, '--evidence', RECORDING, '--key', 'new.key', '--key', 'third.key', '-o', 'both.zip']);
    expect(await json('verify', 'both.zip', '--trust', 'trust.json')).toMatchObject({ ok: true });
  });

  test.each([
    ['no action', []],
    ['an unknown action', ['forget']],
    ['accept without an update', ['accept']]
  ])('with %s is wrong usage', async (_name, operands) => {
    const ended = await littoral.run(['trust', ...operands, '--trust', 'trust.json']);
    expect(ended.code).toBe(2);
  });
});
