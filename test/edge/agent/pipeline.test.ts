import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { Journal } from '../../../edge/agent/journal';
import { Pipeline } from '../../../edge/agent/pipeline';
import { fieldSealer } from '../../../edge/crypto/key-ring';
import { replayHere } from '../../../edge/host/replay';
import { decodeEffects } from '../../../edge/sink/effect-codec';
import { decodeBatch } from '../../../edge/sink/batch-codec';
import { Store } from '../../../edge/store/store';
import { rowText } from '../../../engine/rows/cell-text';
import { countingPlan } from '../bundles';
import { envAt } from '../env-at';

const plan = countingPlan({ sizeMs: 50 });
const T0 = Date.UTC(2026, 0, 1);

type Action =
  | { readonly kind: 'arrive'; readonly count: number; readonly promised: boolean }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'drain'; readonly forget: boolean }
  | { readonly kind: 'crash' };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('arrive' as const), count: fc.integer({ min: 1, max: 40 }), promised: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 100, max: 1_500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drain' as const), forget: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'crash' as const }) }
);

/** The agent's middle without sockets: a journal that crashes lose the unwritten end of, and sinks that may forget to delete. */
class World {
  nowMs = 0;
  readonly effects = new Map<string, string>();
  /** Lines of the recording that the disk holds the inputs of. */
  lines: { readonly seq: number; readonly text: string }[] = [];
  letters = 0;
  private sent = 0;
  private store!: Store;
  private journal!: Journal;
  private writer!: DurableWriter;
  private pipeline!: Pipeline;

  constructor(private readonly path: string) {}

  async open(): Promise<void> {
    this.store = await Store.open(this.path);
    this.journal = new Journal(this.store);
    this.lines = this.lines.filter(line => line.seq < this.journal.nextSeq);
    const fatal = (error: unknown): never => {
      throw error;
    };
    const env = envAt(() => this.nowMs);
    this.writer = new DurableWriter({ env, store: this.store, onFatal: fatal, onBlocked: () => undefined });
    this.pipeline = new Pipeline({
      env,
      deployment: { pipeline: 'counts', release: 1, sha256: '', plan, models: {} },
      store: this.store,
      journal: this.journal,
      writer: this.writer,
      infer: fatal,
      sealer: fieldSealer(new Map()),
      onRows: () => undefined,
      onPressure: () => undefined,
      onFatal: fatal
    });
    this.pipeline.start();
  }

  arrive(count: number, promised: boolean): void {
    const inputs: GraphInput[] = [];
    for (let index = 0; index < count; index++) {
      const tMs = T0 + this.sent * 3;
      const device = `d${this.sent % 4}`;
      const payload = this.sent % 17 === 3 ? '{"broken' : JSON.stringify({ tMs, value: ((this.sent * 31) % 50) - 10 });
      const arrivalTimeMs = tMs;
      this.lines.push({ seq: this.journal.nextSeq + index, text: JSON.stringify({ arrivalTimeMs, topic: `plant/${device}/value`, payloadBase64: Buffer.from(payload).toString('base64') }) });
      inputs.push({ kind: 'message', arrivalTimeMs, topic: `plant/${device}/value`, payload: Buffer.from(payload), source: 'in' });
      this.sent++;
    }
    this.journal.append(inputs);
    if (promised) {
      this.writer.tryCommit(
        () => this.journal.write(this.nowMs),
        () => this.journal.settled()
      );
    }
    this.pipeline.push(inputs);
  }

  drain(forget: boolean): void {
    for (const [key, binding] of this.pipeline.bindings) {
      for (const row of this.store.outbox(key, -1, 1_000)) {
        const texts = binding.sink.config.connector === 'mqtt' ? decodeEffects(row.body).map(effect => Buffer.from(effect.payload).toString()) : Array.from({ length: row.count }, (_none, index) => rowText(decodeBatch(row.body, binding.schema), index));
        texts.forEach((text, index) => {
          const id = `${key}/${row.id + index}`;
          expect(this.effects.get(id) ?? text).toBe(text);
          this.effects.set(id, text);
        });
        if (!forget) this.store.deleteOutboxRow(key, row.id);
      }
    }
  }

  async crash(): Promise<void> {
    this.pipeline.abandon();
    this.writer.close();
    this.store.close();
    await this.open();
  }

  async finish(): Promise<void> {
    await this.pipeline.close();
    this.drain(false);
    this.letters = this.store.count('SELECT MAX(id) + 1 FROM dead_letter');
    this.store.close();
  }
}

async function play(actions: readonly Action[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-pipeline-'));
  try {
    const world = new World(join(folder, 'agent.db'));
    await world.open();
    for (const each of actions) {
      if (each.kind === 'arrive') world.arrive(each.count, each.promised);
      else if (each.kind === 'time') world.nowMs += each.ms;
      else if (each.kind === 'drain') world.drain(each.forget);
      else if (each.kind === 'crash') await world.crash();
      else for (let turn = 0; turn < each.count; turn++) await new Promise(done => setTimeout(done, 2));
    }
    await world.finish();
    const expected = await replayHere({ plan, models: {} }, textOf(world.lines.map(line => line.text)), { rowsMax: Infinity });
    const rows = expected.rows.filter(row => row.at < world.lines.length);
    for (const sink of ['out', 'lake']) {
      const wanted = rows.filter(row => row.sink === sink).map((row, index) => [`counts/1/${sink}/${index}`, JSON.stringify(row.row)]);
      const seen = [...world.effects].filter(([id]) => id.startsWith(`counts/1/${sink}/`)).map(([id, text]) => [id, JSON.stringify(JSON.parse(text))]);
      expect(seen).toEqual(wanted);
    }
    const letters = Object.values(expected.report.deadLetters).reduce((a, b) => a + b, 0);
    expect(world.letters).toBe(letters);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* textOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}

describe('a pipeline with crashes at any point', () => {
  it('gives every effect of the inputs on disk once, in order, with the values of an uninterrupted run', async () => {
    await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), play), { numRuns: 40, verbose: 1 });
  });
});
