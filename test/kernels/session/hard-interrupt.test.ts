import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../../kernels/typescript/language/service';
import { libraryTypes } from '../language/library-types';
import { TestKernel, only, resultOf, textOf } from './start-kernel';
import { workerRuntimes } from './worker-runtime';
import type { WorkerRuntimes } from './worker-runtime';

let runtimes: WorkerRuntimes;
let kernel: TestKernel;

beforeAll(async () => {
  runtimes = await workerRuntimes();
});
afterAll(() => runtimes.remove());
afterEach(() => kernel.close());

async function looping(): Promise<string> {
  kernel = new TestKernel({ startRuntime: page => runtimes.start(page), language: new LanguageService(libraryTypes()), pingTimeoutMs: 50 });
  await kernel.execute('const kept = 1;');
  const id = kernel.send('execute_request', { code: 'console.log("x".repeat(40_000)); for (;;) {}', stop_on_error: true });
  await kernel.until(() => textOf(kernel.answers(id), 'stdout').length > 30_000);
  return id;
}

describe('a cell that never gives way', () => {
  it('is ended with its worker, and the error says that the variables are lost', async () => {
    const id = await looping();
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(only(kernel.answers(id), 'error')).toMatchObject({ ename: 'Interrupted', evalue: expect.stringMatching(/variables of this notebook were lost/) });
    expect(only(await kernel.execute('kept'), 'error')).toMatchObject({ ename: 'ReferenceError' });
    expect(resultOf(await kernel.execute('1 + 1'))).toBe('2');
  });

  it('does not keep completion, inspection and the rest from being answered', async () => {
    const id = await looping();
    const completed = only(await kernel.request('complete_request', { code: 'kept.toFi', cursor_pos: 9 }), 'complete_reply');
    expect(completed).toMatchObject({ status: 'ok', matches: ['toFixed'], cursor_start: 5, cursor_end: 9 });
    expect(only(await kernel.request('inspect_request', { code: 'kept', cursor_pos: 4, detail_level: 0 }), 'inspect_reply')).toMatchObject({ found: true });
    expect(only(await kernel.request('kernel_info_request', {}), 'kernel_info_reply')['status']).toBe('ok');
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
  });

  it('aborts the cells that wait behind it', async () => {
    const id = await looping();
    const waiting = kernel.send('execute_request', { code: '2', stop_on_error: true });
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(waiting).some(({ type }) => type === 'execute_reply'));
    expect(only(kernel.answers(id), 'execute_reply')['status']).toBe('error');
    expect(only(kernel.answers(waiting), 'execute_reply')['status']).toBe('aborted');
  });
});
