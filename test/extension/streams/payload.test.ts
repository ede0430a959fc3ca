import { describe, expect, it } from 'vitest';
import { decodePayload, hexLines, isSignal, leaves } from '../../../extension/streams/payload';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('payloads', () => {
  it('decodes JSON of any kind', () => {
    expect(decodePayload(bytes('{"a":[1,2]}'))).toEqual({ kind: 'json', value: { a: [1, 2] } });
    expect(decodePayload(bytes('71.4'))).toEqual({ kind: 'json', value: 71.4 });
  });

  it('falls back to text and says that JSON failed', () => {
    const decoded = decodePayload(bytes('running'));
    expect(decoded).toMatchObject({ kind: 'text', text: 'running' });
    expect(decoded.kind === 'text' && decoded.reason).toMatch(/^JSON failed/);
  });

  it('says at which byte UTF-8 failed', () => {
    expect(decodePayload(Uint8Array.of(0x61, 0x62, 0xff, 0x63))).toEqual({ kind: 'binary', reason: 'UTF-8 failed at byte 2 of 4' });
  });

  it('dumps bytes sixteen to a line, with the text beside', () => {
    expect(hexLines(bytes('Hello, stream of sensors'))).toEqual([
      '00000000  48 65 6c 6c 6f 2c 20 73 74 72 65 61 6d 20 6f 66  Hello, stream of',
      '00000010  20 73 65 6e 73 6f 72 73                           sensors'
    ]);
  });

  it('lists values by path and keeps a list of numbers whole', () => {
    expect(leaves({ device: 'b1', axis: { x: [1, 2, 3] }, tags: ['a', 'b'] })).toEqual([
      { path: 'device', value: 'b1' },
      { path: 'axis.x', value: [1, 2, 3] },
      { path: 'tags[0]', value: 'a' },
      { path: 'tags[1]', value: 'b' }
    ]);
  });

  it('stops at the limit of leaves', () => {
    expect(leaves(Array.from({ length: 1_000 }, (_value, index) => ({ index })), 10)).toHaveLength(10);
  });

  it('calls only a list of numbers a signal', () => {
    expect([isSignal([1, 2]), isSignal([1]), isSignal([1, 'a']), isSignal('12')]).toEqual([true, false, false, false]);
  });
});
