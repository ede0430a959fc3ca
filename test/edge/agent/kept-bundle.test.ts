import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentOptions } from '../../../edge/agent/agent-api';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';

const T0 = Date.UTC(2026, 0, 1);
let folder = '';
let options: AgentOptions;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-kept-'));
  const signing = makeSigning(join(folder, 'trust.json'));
  const bundleFile = join(folder, 'counts-1.littoral.zip');
  writeFileSync(bundleFile, await makeBundle({ plan: countingPlan(), signing, release: 1, recording: [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3)] }));
  options = { dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: 'mqtt://127.0.0.1:9', bundleFile };
  await (await startAgent(options)).stop();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keptFile = (): string => {
  const store = join(folder, 'data', 'store');
  const names = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.zip'));
  expect(names).toHaveLength(1);
  return join(store, names[0] ?? '');
};

describe('an agent whose kept bundle is gone', () => {
  it.each([
    ['deleted', (path: string) => rmSync(path)],
    ['damaged', (path: string) => writeFileSync(path, 'no bundle')]
  ])('keeps the same bundle of its command line again when it was %s', async (_name, hurt) => {
    hurt(keptFile());
    const lines: string[] = [];
    const agent = await startAgent({ ...options, log: line => lines.push(line) });
    expect(agent.status()).toMatchObject({ state: 'live', pipeline: 'counts', release: 1 });
    await agent.stop();
    expect(lines.join('\n')).toContain('is the same bundle and is kept instead');
    await (await startAgent({ ...options, bundleFile: undefined })).stop();
  });

  it('says what to do when it is started without it', async () => {
    rmSync(keptFile());
    await expect(startAgent({ ...options, bundleFile: undefined })).rejects.toMatchObject({ code: 'STORE_BUNDLE', message: expect.stringContaining('Start the agent with that bundle file') as unknown });
  });
});
