import { afterEach, describe, expect, it } from 'vitest';
import { libraryOn } from '../../../kernels/typescript/runtime/library';
import { RUN_MIME, VALIDATION_MIME } from '../../../worker/protocol';
import { TestKernel, memoryFiles, only, resultOf, textOf } from '../session/start-kernel';
import type { TestMessage } from '../session/start-kernel';
import { FakeEngine } from './fake-engine';

const PIPELINE = `import { pipeline, mqtt, tumbling, count, rms, publish, record, schema, utf8, timestampMs, float64 } from 'littoral';
const Vibration = schema({ device: utf8(), tMs: timestampMs(), x: float64() });
const p = pipeline('bearing-watch')
  .from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }))
  .keyBy('device')
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ n: count(), rms: rms('x') })
  .filter(r => r.rms > 0.8)
  .to(publish('alerts/{device}'));`;

let kernel: TestKernel;
let engine: FakeEngine;
const files = memoryFiles({ 'bearing.onnx': 'model' });

async function start(): Promise<void> {
  engine = new FakeEngine();
  kernel = new TestKernel({ files, library: tools => libraryOn(tools, () => Promise.resolve(engine.service)) });
  const messages = await kernel.execute(PIPELINE);
  expect(messages.find(({ type }) => type === 'error')?.content).toBeUndefined();
}
afterEach(() => kernel.close());

function displays(messages: readonly TestMessage[], type: 'display_data' | 'update_display_data'): { data: Record<string, unknown>; transient: { display_id?: string } }[] {
  return messages.filter(message => message.type === type).map(({ content }) => content as unknown as { data: Record<string, unknown>; transient: { display_id?: string } });
}

describe('a pipeline in a cell', () => {
  it('shows its stages', async () => {
    await start();
    const { data } = only(await kernel.execute('p'), 'execute_result') as { data: Record<string, string> };
    expect(data['text/plain']).toMatch(/^bearing-watch\n {2}source {2}plant\/\+\/vibration from "plant"[\s\S]*\n {2}keyBy {3}device\n {2}window {2}tumbling 1000 ms: n = count\(\), rms = rms\(x\)\n[\s\S]*\n {2}sink {4}alerts\/\{device\}/);
    expect(data['text/html']).toContain('<b>window</b>');
  });

  it('shows its columns while it has no sink', async () => {
    await start();
    const { data } = only(await kernel.execute("pipeline('half').from(mqtt('a', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 })).keyBy('device')"), 'execute_result') as { data: Record<string, string> };
    expect(data['text/plain']).toBe('half, not complete: end it with .to(…)\n  device  utf8, key\n  tMs     timestampMs\n  x       float64');
  });

  it('names the notebook variable that a condition must not use, and how to pass it', async () => {
    await start();
    const error = only(await kernel.execute(`const limit = 0.8;\n${PIPELINE.slice(PIPELINE.indexOf('const p')).replace('r.rms > 0.8', 'r.rms > limit')}`), 'error');
    expect(error['ename']).toBe('PlanError');
    expect(error['evalue']).toMatch(/"limit".*Pass the value as a parameter/);
    expect((error['traceback'] as string[]).join('\n')).toContain('> 7 |   .filter(r => r.rms > limit)');
  });
});

describe('run', () => {
  it('shows the run at once, and its last picture when it has stopped', async () => {
    await start();
    const id = kernel.send('execute_request', { code: 'const run = await p.run({ chart: "rms" });' });
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    const [shown] = displays(kernel.answers(id), 'display_data');
    expect(shown?.data[RUN_MIME]).toEqual({ version: 1, runId: 'run-0', snapshot: null });
    expect(engine.started[0]?.start).toMatchObject({ chart: 'rms', publish: true, plan: { name: 'bearing-watch' } });
    expect(resultOf(await kernel.execute('(await run.stop()).rowsIn'))).toBe('12345');
    const [last] = displays(kernel.answers(id), 'update_display_data');
    expect(last?.transient.display_id).toBe(shown?.transient.display_id);
    expect(last?.data[RUN_MIME]).toMatchObject({ version: 1, runId: 'run-0', snapshot: { state: 'stopped', rowsIn: 160, chart: { timesMs: [1, 2], values: [[0.5, 0.6]] } } });
    expect(last?.data['text/plain']).toMatch(/state +stopped/);
  });

  it('is not shown twice by the cell that made it, but again by another', async () => {
    await start();
    const own = await kernel.execute('var run = await p.run();\nrun');
    expect(resultOf(own)).toBe('run run-0');
    const { data } = only(await kernel.execute('run'), 'execute_result') as { data: Record<string, unknown> };
    expect(data[RUN_MIME]).toMatchObject({ runId: 'run-0' });
  });

  it('stops when its cell is interrupted', async () => {
    await start();
    const id = kernel.send('execute_request', { code: 'const run = await p.run(); await run.done;' });
    await kernel.until(() => displays(kernel.answers(id), 'display_data').length === 1);
    await kernel.session.interrupt();
    await kernel.until(() => displays(kernel.answers(id), 'update_display_data').length === 1);
    expect(only(kernel.answers(id), 'execute_reply')).toMatchObject({ status: 'error', ename: 'Interrupted' });
    expect(engine.started[0]?.state).toBe('stopped');
  });

  it('says that it was lost with the data engine', async () => {
    await start();
    const id = kernel.send('execute_request', { code: 'const run = await p.run(); await run.done.catch(() => "handled");' });
    await kernel.until(() => displays(kernel.answers(id), 'display_data').length === 1);
    engine.lose();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(textOf(kernel.answers(id), 'stderr')).toMatch(/^run "bearing-watch": the data engine was lost/);
  });

  it('goes on when a later cell is interrupted', async () => {
    await start();
    await kernel.execute('const run = await p.run();');
    const id = kernel.send('execute_request', { code: 'console.log("here"); await sleep(60_000)' });
    await kernel.until(() => /here/.test(textOf(kernel.answers(id), 'stdout')));
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(engine.started[0]?.state).toBe('live');
  });

  it('reads the models that the pipeline names beside the notebook', async () => {
    await start();
    const code = PIPELINE.slice(PIPELINE.indexOf('const p')).replace('.filter(', ".predict('bearing.onnx', { inputs: { features: ['rms'] }, outputs: { score: 'score' } }).filter(");
    await kernel.execute(`${code}\nawait p.run();`);
    expect(new TextDecoder().decode(engine.started[0]?.start.models['bearing.onnx'])).toBe('model');
  });
});

describe('record, replay, validate, export', () => {
  it('shows how far a recording is and gives a reference to it', async () => {
    await start();
    const id = kernel.send('execute_request', { code: 'const rec = await record("plant/+/vibration", { seconds: 60 });\nrec.messages' });
    await kernel.until(() => displays(kernel.answers(id), 'display_data').length === 1);
    engine.endRecording();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(resultOf(kernel.answers(id))).toBe('4812');
    expect(displays(kernel.answers(id), 'update_display_data').at(-1)?.data['text/plain']).toBe('recorded "take-1": 60 s, 4\u2009812 messages, 3.1 MB');
  });

  it('keeps what was recorded when it is interrupted', async () => {
    await start();
    const id = kernel.send('execute_request', { code: 'await record("plant/+/vibration", { seconds: 60 })' });
    await kernel.until(() => displays(kernel.answers(id), 'display_data').length === 1);
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(engine.recording?.state).toBe('interrupted');
  });

  it('asks which connection when there are several', async () => {
    await start();
    engine.connectionNames = ['plant', 'cloud'];
    const error = only(await kernel.execute('await record("a", { seconds: 1 })'), 'error');
    expect(error['evalue']).toMatch(/several connections, "plant", "cloud"\. Say which/);
  });

  it('shows the report and the rows of a replay', async () => {
    await start();
    const { data } = only(await kernel.execute('await p.replay({ name: "take-1", messages: 1, bytes: 1, durationMs: 1 })'), 'execute_result') as { data: Record<string, string> };
    expect(data['text/plain']).toMatch(/rows in +12\u2009345/);
    expect(data['text/html']).toContain('<td>b1</td>');
  });

  it('shows a validation report with its own MIME type', async () => {
    await start();
    const { data } = only(await kernel.execute('await p.validate({ name: "take-1", messages: 1, bytes: 1, durationMs: 1 })'), 'execute_result') as { data: Record<string, unknown> };
    expect(data[VALIDATION_MIME]).toMatchObject({ ok: true });
    expect(data['text/plain']).toMatch(/^validation passed/);
  });

  it('saves the bundle beside the notebook, with the next release number', async () => {
    await start();
    const evidence = '{ evidence: { name: "take-1", messages: 1, bytes: 1, durationMs: 1 } }';
    expect(resultOf(await kernel.execute(`(await p.export(${evidence})).fileName`))).toBe('"bearing-watch-1.littoral.zip"');
    expect(resultOf(await kernel.execute(`(await p.export(${evidence})).fileName`))).toBe('"bearing-watch-2.littoral.zip"');
    expect([...files.files.keys()]).toContain('bearing-watch-2.littoral.zip');
    expect(engine.bundles[0]).toMatchObject({ recording: 'take-1', options: { release: 1, targets: ['*'] } });
  });
});
