import { afterEach, describe, expect, it } from 'vitest';
import { LittoralError } from '../../../engine/error';
import type { CellLanguage } from '../../../kernels/typescript/language-port';
import { LanguageService } from '../../../kernels/typescript/language/service';
import { TestKernel, only, resultOf, textOf } from './start-kernel';
import type { TestKernelOptions } from './start-kernel';

const open: TestKernel[] = [];
function start(options: TestKernelOptions = {}): TestKernel {
  const kernel = new TestKernel(options);
  open.push(kernel);
  return kernel;
}
afterEach(() => {
  for (const kernel of open.splice(0)) kernel.close();
});

describe('execute_request', () => {
  it('goes busy, echoes the input, gives the result, replies and goes idle, in this order', async () => {
    const messages = await start().execute('const a: number = 20; a + 1');
    expect(messages.map(({ type }) => type)).toEqual(['status', 'execute_input', 'execute_result', 'execute_reply', 'status']);
    expect(resultOf(messages)).toBe('21');
    expect(only(messages, 'execute_reply')).toMatchObject({ status: 'ok', execution_count: 1, user_expressions: {}, payload: [] });
    expect(only(messages, 'execute_input')).toEqual({ code: 'const a: number = 20; a + 1', execution_count: 1 });
  });

  it('keeps variables from cell to cell and lets them be declared again', async () => {
    const kernel = start();
    await kernel.execute('const a = 1; const f = () => a * 10;');
    await kernel.execute('const a = 5;');
    expect(resultOf(await kernel.execute('f()'))).toBe('50');
  });

  it('awaits at the top level', async () => {
    expect(resultOf(await start().execute('const v = await new Promise<number>(done => setTimeout(() => done(7), 1));\nv'))).toBe('7');
  });

  it('writes to stdout and stderr', async () => {
    const messages = await start().execute('console.log("a", 1, { b: [2] }); console.error("bad"); console.log("%s is %d", "x", 3)');
    expect(textOf(messages, 'stdout')).toBe('a 1 { b: [2] }\nx is 3\n');
    expect(textOf(messages, 'stderr')).toBe('bad\n');
  });

  it('counts executions, but not silent ones and not those outside the history', async () => {
    const kernel = start();
    await kernel.execute('1');
    const silent = await kernel.execute('console.log("x"); 2', { silent: true });
    expect(silent.map(({ type }) => type)).toEqual(['status', 'execute_reply', 'status']);
    await kernel.execute('3', { store_history: false });
    expect(only(await kernel.execute('4'), 'execute_reply')['execution_count']).toBe(2);
  });

  it('answers an empty cell', async () => {
    expect(only(await start().execute('  \n'), 'execute_reply')).toMatchObject({ status: 'ok' });
  });

  it('says where an error happened, in the lines of the cell', async () => {
    const kernel = start();
    await kernel.execute('function check(n: number): number {\n  if (n > 1)\n    throw new RangeError(`too big: ${n}`);\n  return n;\n}');
    const messages = await kernel.execute('const limit: number = 3;\n\ncheck(limit);');
    const error = only(messages, 'error') as { ename: string; evalue: string; traceback: string[] };
    expect(error.ename).toBe('RangeError');
    expect(error.evalue).toBe('too big: 3');
    const text = plainText(error.traceback);
    expect(text).toContain('cell [1] 3:11');
    expect(text).toContain('> 3 |     throw new RangeError(`too big: ${n}`);');
    expect(text).toContain('at check cell [1] 3:11');
    expect(text).toContain('at cell [2] 3:6');
    expect(only(messages, 'execute_reply')).toMatchObject({ status: 'error', ename: 'RangeError' });
  });

  it('says where a syntax error is', async () => {
    const messages = await start().execute('const ok = 1;\nconst bad = (;');
    const error = only(messages, 'error') as { ename: string; evalue: string; traceback: string[] };
    expect(error).toMatchObject({ ename: 'SyntaxError', evalue: 'Expression expected. (2:14)' });
    expect(plainText(error.traceback)).toContain('> 2 | const bad = (;');
  });

  it('says where an error in an awaited function happened', async () => {
    const messages = await start().execute('async function later() {\n  await sleep(1);\n  throw new Error("late");\n}\nawait later();');
    expect(plainText((only(messages, 'error') as { traceback: string[] }).traceback)).toContain('> 3 |   throw new Error("late");');
  });

  it('shows the cause of an error', async () => {
    const messages = await start().execute('throw new Error("outer", { cause: new TypeError("inner") })');
    expect(plainText((only(messages, 'error') as { traceback: string[] }).traceback)).toMatch(/Error: outer[\s\S]*caused by[\s\S]*TypeError: inner/);
  });

  it('shows a thrown value that is no error', async () => {
    expect(only(await start().execute('throw "words"'), 'error')).toMatchObject({ ename: 'Thrown', evalue: 'words' });
  });

  it('refuses imports it does not bring', async () => {
    const error = only(await start().execute('import _ from "lodash";'), 'error');
    expect(error['evalue']).toMatch(/^import "lodash": this kernel brings .* and loads nothing else\.$/);
  });

  it('aborts the cells that wait when one fails and the client asked for it', async () => {
    const kernel = start();
    const first = kernel.send('execute_request', { code: 'await sleep(1); throw new Error("stop")', stop_on_error: true });
    const second = kernel.send('execute_request', { code: '2', stop_on_error: true });
    await kernel.until(() => kernel.answers(second).length === 3);
    expect(only(kernel.answers(first), 'execute_reply')['status']).toBe('error');
    expect(kernel.answers(second).map(({ type, content }) => [type, content['status'] ?? content['execution_state']])).toEqual([['status', 'busy'], ['execute_reply', 'aborted'], ['status', 'idle']]);
  });

  it('goes on with the cells that wait when the client did not ask to stop', async () => {
    const kernel = start();
    kernel.send('execute_request', { code: 'throw new Error("go on")', stop_on_error: false });
    expect(resultOf(await kernel.execute('2'))).toBe('2');
  });

  it('evaluates user expressions, each with its own outcome', async () => {
    const reply = only(await start().execute('const a = 2;', { user_expressions: { twice: 'a * 2', broken: 'nope', words: '"x"' } }), 'execute_reply');
    expect(reply['user_expressions']).toMatchObject({
      twice: { status: 'ok', data: { 'text/plain': '4' } },
      broken: { status: 'error', ename: 'ReferenceError' },
      words: { status: 'ok', data: { 'text/plain': '"x"' } }
    });
  });

  it('asks for input and goes on with the answer', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'const name = await input("Who? ");\n`hello ${name}`', allow_stdin: true });
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'input_request'));
    const asked = kernel.answers(id).find(({ type }) => type === 'input_request');
    expect(asked).toMatchObject({ channel: 'stdin', content: { prompt: 'Who? ', password: false } });
    kernel.send('input_reply', { status: 'ok', value: 'Ada' }, 'stdin');
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(resultOf(kernel.answers(id))).toBe('"hello Ada"');
  });

  it('refuses input when the client does not take it', async () => {
    expect(only(await start().execute('await input("?")'), 'error')['evalue']).toMatch(/does not take input/);
  });

  it('puts output of timers under the cell that set them, also after others have run', async () => {
    const kernel = start();
    const first = kernel.send('execute_request', { code: 'const gate: { open?: () => void } = {}; const opened = new Promise<void>(r => { gate.open = r; }); const tick = async () => { await opened; await sleep(1); console.log("late"); }; setTimeout(() => console.log("timer"), 5); void tick();' });
    await kernel.execute('console.log("second"); gate.open!();');
    await kernel.until(() => /late/.test(textOf(kernel.answers(first), 'stdout')) && /timer/.test(textOf(kernel.answers(first), 'stdout')));
    expect(textOf(kernel.messages, 'stdout').match(/late|timer|second/g)?.sort()).toEqual(['late', 'second', 'timer']);
  });

  it('shows an error that a timer threw under its cell', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'setTimeout(() => { throw new Error("in a timer"); }, 1);' });
    await kernel.until(() => /in a timer/.test(textOf(kernel.answers(id), 'stderr')));
  });

  it('cuts off a cell that floods', async () => {
    const kernel = start({ limits: { streamCharsMax: 100, displaysMax: 2, displayCharsMax: 50 } });
    const messages = await kernel.execute('for (let i = 0; i < 1000; i++) console.log("0123456789"); for (let i = 0; i < 9; i++) display(i);');
    expect(textOf(messages, 'stdout')).toHaveLength(100);
    expect(textOf(messages, 'stderr')).toMatch(/output stopped: this cell wrote more than 100 characters/);
    expect(messages.filter(({ type }) => type === 'display_data')).toHaveLength(2);
  });

  it('leaves out a result that is too large, in words', async () => {
    const kernel = start({ limits: { streamCharsMax: 100, displaysMax: 2, displayCharsMax: 120 } });
    expect(resultOf(await kernel.execute('"x".repeat(500)'))).toBe('[result left out: 521 characters, and the limit is 120. Show a part of it]');
  });

  it('leaves out one display that is too large, in words', async () => {
    const kernel = start({ limits: { streamCharsMax: 1_000, displaysMax: 9, displayCharsMax: 50 } });
    const messages = await kernel.execute('display("x".repeat(100)); display("y")');
    expect(textOf(messages, 'stderr')).toMatch(/display left out: \d+ characters, and the limit is 50/);
    expect(messages.filter(({ type }) => type === 'display_data')).toHaveLength(1);
  });
});

describe('interrupt', () => {
  it('ends a cell that waits, keeps its variables, and aborts its signal', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'import { cell } from "littoral/notebook"; let stopped = false; cell.signal.addEventListener("abort", () => { stopped = true; }); console.log("waiting"); await new Promise(() => {});' });
    await kernel.until(() => /waiting/.test(textOf(kernel.answers(id), 'stdout')));
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    expect(only(kernel.answers(id), 'error')).toMatchObject({ ename: 'Interrupted', evalue: 'the cell was interrupted' });
    expect(resultOf(await kernel.execute('stopped'))).toBe('true');
  });

  it('ends a loop of awaits, which goes no further', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'var rounds = 0; while (true) { rounds++; if (rounds === 2) console.log("looping"); await sleep(1); }' });
    await kernel.until(() => /looping/.test(textOf(kernel.answers(id), 'stdout')));
    await kernel.session.interrupt();
    const before = resultOf(await kernel.execute('rounds'));
    await kernel.execute('await sleep(10)');
    expect(resultOf(await kernel.execute('rounds'))).toBe(before);
  });

  it('stops the timers of the cell', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'var ticks = 0; setInterval(() => { ticks++; }, 1); console.log("set"); await new Promise(() => {});' });
    await kernel.until(() => /set/.test(textOf(kernel.answers(id), 'stdout')));
    await kernel.session.interrupt();
    const before = resultOf(await kernel.execute('ticks'));
    await kernel.execute('await sleep(10)');
    expect(resultOf(await kernel.execute('ticks'))).toBe(before);
  });

  it('ends a cell that is still being compiled, which then does not run', async () => {
    let answer: () => void = () => undefined;
    const real = new LanguageService(Promise.resolve({ files: {} }));
    const language: CellLanguage = Object.assign(Object.create(real) as CellLanguage, {
      compile: async (...args: Parameters<CellLanguage['compile']>) => {
        if (args[1] === 'slow = 1') await new Promise<void>(resolve => (answer = resolve));
        return await real.compile(...args);
      }
    });
    const kernel = start({ language });
    const id = kernel.send('execute_request', { code: 'slow = 1' });
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_input'));
    await kernel.session.interrupt();
    await kernel.until(() => kernel.answers(id).some(({ type }) => type === 'execute_reply'));
    answer();
    expect(only(kernel.answers(id), 'error')['ename']).toBe('Interrupted');
    expect(resultOf(await kernel.execute('typeof slow'))).toBe('"undefined"');
  });

  it('does nothing when no cell runs', async () => {
    const kernel = start();
    await kernel.session.interrupt();
    expect(resultOf(await kernel.execute('1'))).toBe('1');
  });

  it('is answered as a message too', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'console.log("go"); await new Promise(() => {});' });
    await kernel.until(() => /go/.test(textOf(kernel.answers(id), 'stdout')));
    const messages = await kernel.request('interrupt_request', {}, 'control');
    expect(messages.find(({ type }) => type === 'interrupt_reply')).toMatchObject({ channel: 'control', content: { status: 'ok' } });
  });
});

describe('without a language service', () => {
  const broken = (method: 'compile' | 'problems'): CellLanguage =>
    Object.assign(Object.create(new LanguageService(Promise.resolve({ files: {} }))) as CellLanguage, { [method]: () => Promise.reject(new LittoralError('WORKER_DOWN', 'language service: it is gone. Reload the page.')) });

  it('a cell that cannot be compiled fails in words, and so does the next', async () => {
    const kernel = start({ language: broken('compile') });
    for (const code of ['1', '2']) expect(only(await kernel.execute(code), 'error')).toMatchObject({ ename: 'WORKER_DOWN', evalue: 'language service: it is gone. Reload the page.' });
  });

  it('a cell whose types cannot be checked runs, and that is said once', async () => {
    const kernel = start({ language: broken('problems'), typeErrors: 'warn' });
    const first = await kernel.execute('1');
    expect(resultOf(first)).toBe('1');
    expect(textOf(first, 'stderr')).toMatch(/type errors are not looked for: language service: it is gone/);
    expect(textOf(await kernel.execute('2'), 'stderr')).toBe('');
  });
});

describe('everything else', () => {
  it('is answered while a cell runs', async () => {
    const kernel = start();
    const id = kernel.send('execute_request', { code: 'console.log("busy"); await new Promise(() => {});' });
    await kernel.until(() => /busy/.test(textOf(kernel.answers(id), 'stdout')));
    expect(only(await kernel.request('kernel_info_request', {}), 'kernel_info_reply')).toMatchObject({ status: 'ok' });
    expect(only(await kernel.request('is_complete_request', { code: 'for (;;) {' }), 'is_complete_reply')).toEqual({ status: 'incomplete', indent: '  ' });
    expect(only(await kernel.request('comm_info_request', {}), 'comm_info_reply')).toEqual({ status: 'ok', comms: {} });
    await kernel.session.interrupt();
  });
});

function plainText(lines: readonly string[]): string {
  const escape = String.fromCharCode(27);
  return lines.join('\n').replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '');
}
