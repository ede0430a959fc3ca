import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LanguageService } from '../../../kernels/typescript/language/service';
import { libraryTypes } from '../language/library-types';
import { schemaProblems } from './message-schema';
import { TestKernel, memoryFiles, only, resultOf, textOf } from './start-kernel';

const language = new LanguageService(libraryTypes());
let kernel: TestKernel;

beforeEach(async () => {
  await language.reset('test');
  kernel = new TestKernel({ language, typeErrors: 'warn', files: memoryFiles({ 'data.csv': 'a,b\n1,2\n' }) });
});
/** Every message of every test here must be as the specification says. */
afterEach(() => {
  kernel.close();
  expect(kernel.messages.flatMap(schemaProblems)).toEqual([]);
});

describe('the kernel', () => {
  it('says what it is', async () => {
    const reply = only(await kernel.request('kernel_info_request', {}), 'kernel_info_reply');
    expect(reply).toMatchObject({ implementation: 'littoral-typescript', language_info: { name: 'typescript', file_extension: '.ts', version: '6.0.3' } });
  });

  it('says it again and again, with the parent of each request', async () => {
    for (let round = 0; round < 3; round += 1) {
      const messages = await kernel.request('kernel_info_request', {});
      expect(messages.map(({ type }) => type)).toEqual(['status', 'kernel_info_reply', 'status']);
    }
  });

  it('gives every message the session of the request', async () => {
    const messages = await kernel.execute('console.log(1); display(2); 3');
    expect(new Set(messages.map(({ raw }) => raw.header.session))).toEqual(new Set(['client']));
    expect(new Set(messages.map(({ raw }) => raw.header.msg_id)).size).toBe(messages.length);
  });

  it('ignores messages it does not know', async () => {
    kernel.send('debug_request', { command: 'initialize' });
    expect(resultOf(await kernel.execute('1'))).toBe('1');
  });

  it('answers a shutdown and is silent afterwards', async () => {
    const messages = await kernel.request('shutdown_request', { restart: true }, 'control');
    expect(only(messages, 'shutdown_reply')).toEqual({ status: 'ok', restart: true });
    const before = kernel.messages.length;
    kernel.send('kernel_info_request', {});
    expect(kernel.messages).toHaveLength(before);
  });
});

describe('output', () => {
  it('shows a display and updates it in place', async () => {
    const messages = await kernel.execute('const d = display("one"); d.update("two"); display("three", { id: d.id, update: true });');
    const first = only(messages, 'display_data') as { data: object; transient: { display_id: string } };
    expect(first.data).toEqual({ 'text/plain': 'one' });
    const updates = messages.filter(({ type }) => type === 'update_display_data').map(({ content }) => content);
    expect(updates).toEqual([{ data: { 'text/plain': 'two' }, metadata: {}, transient: first.transient }, { data: { 'text/plain': 'three' }, metadata: {}, transient: first.transient }]);
  });

  it('clears, at once or with the next output', async () => {
    const messages = await kernel.execute('clearOutput(); clearOutput({ wait: true });');
    expect(messages.filter(({ type }) => type === 'clear_output').map(({ content }) => content['wait'])).toEqual([false, true]);
  });

  it.each([
    ['a MIME bundle', '({ "text/html": "<b>x</b>", "text/plain": "x" })', { 'text/html': '<b>x</b>', 'text/plain': 'x' }],
    ['an object that displays itself', '({ [Symbol.for("Jupyter.display")]: () => ({ "text/markdown": "*x*" }) })', { 'text/markdown': '*x*' }],
    ['an error', 'new RangeError("far")', { 'text/plain': 'RangeError: far' }],
    ['a nested object', '({ a: { b: [1, { c: 2 }] }, d: new Map([["k", new Set([1])]]), e: null })', { 'text/plain': '{ a: { b: [1, { c: 2 }] }, d: Map(1) { "k" => Set(1) {1} }, e: null }'.replace('{1}', '{ 1 }') }],
    ['a cycle', '(() => { const o: any = { n: 1 }; o.self = o; return o; })()', { 'text/plain': '{ n: 1, self: [Circular] }' }],
    ['a getter, which is not run', '({ get x() { throw new Error("ran"); } })', { 'text/plain': '{ x: [Getter] }' }],
    ['a class instance', '(() => { class Point { x = 1; } return new Point(); })()', { 'text/plain': 'Point { x: 1 }' }],
    ['a typed array', 'new Float64Array([1, 2.5])', { 'text/plain': 'Float64Array(2) [1, 2.5]' }],
    ['a bigint', '12345678901234567890n', { 'text/plain': '12345678901234567890n' }],
    ['a date', 'new Date(0)', { 'text/plain': '1970-01-01T00:00:00.000Z' }],
    ['text of several lines, as it is', '"a\\nb"', { 'text/plain': 'a\nb' }],
    ['a function', 'Math.max', { 'text/plain': '[Function max]' }]
  ])('shows %s', async (_name, code, data) => {
    expect(only(await kernel.execute(code), 'execute_result')['data']).toEqual(data);
  });

  it('shows a list of row objects as a table', async () => {
    const { data } = only(await kernel.execute('[{ device: "b1", rms: 0.5 }, { device: "b2<", rms: 12 }]'), 'execute_result') as { data: Record<string, string> };
    expect(data['text/plain']).toBe('device  rms\nb1      0.5\nb2<     12');
    expect(data['text/html']).toContain('<td>b2&lt;</td><td style="text-align:right">12</td>');
  });

  it('cuts a long table and says how long it is', async () => {
    const { data } = only(await kernel.execute('Array.from({ length: 200 }, (_, i) => ({ i }))'), 'execute_result') as { data: Record<string, string> };
    expect(data['text/plain']).toMatch(/… 150 more rows \(200 in all\)$/);
  });

  it('warns of type errors under the cell and runs it', async () => {
    const messages = await kernel.execute('const row = { score: 1 };\nconst s = (row as typeof row).scroe;\n"ran"');
    expect(resultOf(messages)).toBe('"ran"');
    expect(textOf(messages, 'stderr')).toMatch(/warning.* cell \[1\] 2:31 TS2551: Property 'scroe' does not exist.*Did you mean 'score'\?/);
  });

  it('reads and writes files beside the notebook', async () => {
    const messages = await kernel.execute('import { readText } from "littoral/fs";\nawait fs.writeText("out.txt", (await readText("data.csv")).toUpperCase());\n[await fs.readText("out.txt"), (await fs.list()).length]');
    expect(resultOf(messages)).toBe('["A,B\\n1,2\\n", 2]');
  });
});

describe('completion and inspection', () => {
  it('gives exactly the names that fit, with their types', async () => {
    await kernel.execute('const zebra = { stripes: 7, legs: 4 };');
    const reply = only(await kernel.request('complete_request', { code: 'zebra.', cursor_pos: 6 }), 'complete_reply');
    expect(reply).toMatchObject({ matches: ['legs', 'stripes'], cursor_start: 6, cursor_end: 6 });
    expect(reply['metadata']).toEqual({
      _jupyter_types_experimental: [
        { text: 'legs', type: 'property', signature: 'number', start: 6, end: 6 },
        { text: 'stripes', type: 'property', signature: 'number', start: 6, end: 6 }
      ]
    });
  });

  it('counts positions in characters, not in UTF-16 units', async () => {
    await kernel.execute('const zebra = { stripes: 7 };');
    const code = '"𝒳𝒳"; zebra.str';
    expect(only(await kernel.request('complete_request', { code, cursor_pos: [...code].length }), 'complete_reply')).toMatchObject({ matches: ['stripes'], cursor_start: 12, cursor_end: 15 });
  });

  it('inspects a name', async () => {
    await kernel.execute('/** How many. */\nconst stripes = 7;');
    const reply = only(await kernel.request('inspect_request', { code: 'stripes', cursor_pos: 3, detail_level: 0 }), 'inspect_reply') as { found: boolean; data: Record<string, string> };
    expect(reply.found).toBe(true);
    expect(reply.data['text/plain']).toBe('const stripes: 7\n\nHow many.');
  });

  it('finds nothing where nothing is', async () => {
    expect(only(await kernel.request('inspect_request', { code: '', cursor_pos: 0, detail_level: 0 }), 'inspect_reply')).toMatchObject({ found: false, data: {} });
  });

  it.each([['1 + 1', 'complete'], ['if (true) {', 'incomplete'], ['const = ', 'invalid']])('%j is %s', async (code, status) => {
    expect(only(await kernel.request('is_complete_request', { code }), 'is_complete_reply')['status']).toBe(status);
  });
});

describe('history', () => {
  beforeEach(async () => {
    for (const code of ['const a = 1;', 'a + 1', 'a + 1', '"last"']) await kernel.execute(code);
  });
  const ask = async (content: object): Promise<unknown> => only(await kernel.request('history_request', { output: false, raw: true, ...content }), 'history_reply')['history'];

  it('gives the last inputs', async () => {
    expect(await ask({ hist_access_type: 'tail', n: 2 })).toEqual([[0, 3, 'a + 1'], [0, 4, '"last"']]);
  });
  it('gives a range, with outputs', async () => {
    expect(await ask({ hist_access_type: 'range', session: 0, start: 2, stop: 4, output: true })).toEqual([[0, 2, ['a + 1', '2']], [0, 3, ['a + 1', '2']]]);
  });
  it('searches by pattern, each input once if asked', async () => {
    expect(await ask({ hist_access_type: 'search', pattern: 'a*', n: 10 })).toHaveLength(2);
    expect(await ask({ hist_access_type: 'search', pattern: 'a +*', unique: true })).toEqual([[0, 3, 'a + 1']]);
  });
});

describe('comms', () => {
  const open = { comm_id: 'c1', target_name: 'jupyter.kernel_testbed.test', data: { hello: 1 } };

  it('closes a comm whose target nobody registered', async () => {
    const messages = await kernel.request('comm_open', open);
    expect(only(messages, 'comm_close')).toEqual({ comm_id: 'c1', data: {} });
    expect(only(await kernel.request('comm_info_request', {}), 'comm_info_reply')['comms']).toEqual({});
  });

  it('gives messages to the registered target and answers in the cell of the message', async () => {
    await kernel.execute('import { comms } from "littoral/notebook"; comms.registerTarget("jupyter.kernel_testbed.test", (comm, data) => { comm.onMessage(got => comm.send({ echo: got })); comm.send({ opened: data }); });');
    const opened = await kernel.request('comm_open', open);
    expect(only(opened, 'comm_msg')).toEqual({ comm_id: 'c1', data: { opened: { hello: 1 } } });
    expect(only(await kernel.request('comm_info_request', { target_name: open.target_name }), 'comm_info_reply')['comms']).toEqual({ c1: { target_name: open.target_name } });
    expect(only(await kernel.request('comm_msg', { comm_id: 'c1', data: 5 }), 'comm_msg')).toEqual({ comm_id: 'c1', data: { echo: 5 } });
    await kernel.request('comm_close', { comm_id: 'c1', data: {} });
    expect(only(await kernel.request('comm_info_request', {}), 'comm_info_reply')['comms']).toEqual({});
  });

  it('lets a cell open one', async () => {
    const messages = await kernel.execute('import { comms } from "littoral/notebook"; const c = comms.openComm("widget", { a: 1 }); c.close();');
    expect(only(messages, 'comm_open')).toMatchObject({ target_name: 'widget', data: { a: 1 } });
    expect(only(messages, 'comm_close')['comm_id']).toBe(only(messages, 'comm_open')['comm_id']);
  });
});

describe('type errors', () => {
  it('block the cell when the setting says so', async () => {
    kernel.close();
    await language.reset('test');
    kernel = new TestKernel({ language, typeErrors: 'block' });
    const messages = await kernel.execute('console.log("ran"); const n: number = "x";');
    expect(textOf(messages, 'stdout')).toBe('');
    expect(only(messages, 'error')).toMatchObject({ ename: 'TypeCheckError', evalue: "Type 'string' is not assignable to type 'number'. (1:27)" });
  });

  it('are not looked for when the setting says so', async () => {
    kernel.close();
    await language.reset('test');
    kernel = new TestKernel({ language, typeErrors: 'off' });
    expect(textOf(await kernel.execute('const n: number = "x";'), 'stderr')).toBe('');
  });
});
