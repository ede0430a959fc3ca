import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import { ConnectionBook } from '../../../edge/connection/connection-book';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);

it('a recording in the place of a broker goes through the inbox once, over a restart, at the speed that is asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-tape-'));
  try {
    const lines = Array.from({ length: 3_000 }, (_none, index) => valueLine(index % 2 === 0 ? 'a' : 'b', T0 + index * 10, index + 1));
    const tape = join(folder, 'tape.recording.ndjson');
    writeFileSync(tape, lines.map(line => `${line}\n`).join(''));
    const signing = makeSigning(join(folder, 'trust.json'));
    const start = (speed: number): ReturnType<typeof startAgent> => startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, connections: ConnectionBook.parse([`plant=replay:${tape}?speed=${speed}`, 'out=mqtt://127.0.0.1:1'], SecretRing.parse([])) });
    const first = await start(20);
    expect(await first.deploy(await makeBundle({ plan: countingPlan({ lake: false, sinkConnection: 'out' }), signing, release: 1, recording: lines.slice(0, 5) }))).toMatchObject({ ok: true });
    const rowsIn = (agent: typeof first): number => Number((agent.status()['counters'] as { rowsIn?: number } | undefined)?.rowsIn ?? 0);
    await until(() => rowsIn(first) >= 200);
    expect(rowsIn(first)).toBeLessThan(3_000);
    await first.stop();
    const second = await start(0);
    const state = (): unknown => (second.status()['sources'] as { connection: unknown }[])[0]?.connection;
    await until(() => rowsIn(second) >= 3_000);
    await until(() => (state() as { state: string }).state === 'ended');
    expect(state()).toEqual({ state: 'ended', read: 3_000 });
    expect(rowsIn(second)).toBe(3_000);
    await second.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
