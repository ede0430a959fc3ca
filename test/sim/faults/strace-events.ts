import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One system call of the traced process, as far as the order of reading, writing and syncing needs it. */
export type TraceEvent =
  | { readonly kind: 'read' | 'write'; readonly target: string; readonly bytes: Buffer }
  | { readonly kind: 'syncBegun'; readonly target: string }
  | { readonly kind: 'synced'; readonly target: string };

/** Options of strace whose output `readTrace` understands. */
export function straceCommand(file: string): string[] {
  return ['strace', '-f', '-qq', '-yy', '-s', '1100000', '-e', 'trace=read,pwrite64,write,writev,sendto,sendmsg,fdatasync,fsync', '-e', 'signal=none', '-o', file];
}

const CALL = /^(\d+)\s+(\w+)\((\d+)<(.*?)>(?=[,)]| <)(.*)$/;
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$/;
const UNFINISHED = ' <unfinished ...>';

interface Begun {
  readonly call: string;
  readonly target: string;
  readonly rest: string;
}

/**
 * Events in the order in which they took effect: bytes count as read when the call has returned, as written when it
 * begins. Only calls on what `wanted` accepts.
 */
export async function readTrace(file: string, wanted: (target: string) => boolean): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const open = new Map<string, Begun>();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1'), crlfDelay: Infinity })) {
    const called = CALL.exec(line);
    if (called !== null) {
      const [, pid = '', call = '', , target = '', rest = ''] = called;
      if (!wanted(target)) continue;
      const begun = { call, target, rest };
      if (isSync(call)) events.push({ kind: 'syncBegun', target });
      else if (!isRead(call)) events.push({ kind: 'write', target, bytes: stringsOf(rest) });
      if (rest.endsWith(UNFINISHED)) open.set(pid, { ...begun, rest: rest.slice(0, -UNFINISHED.length) });
      else finish(events, begun, rest);
      continue;
    }
    const resumed = RESUMED.exec(line);
    const begun = resumed === null ? undefined : open.get(resumed[1] ?? '');
    if (begun === undefined || begun.call !== resumed?.[2]) continue;
    open.delete(resumed[1] ?? '');
    finish(events, begun, begun.rest + (resumed[3] ?? ''));
  }
  return events;
}

function finish(events: TraceEvent[], begun: Begun, rest: string): void {
  const result = Number(/ = (-?\d+)[^"=]*$/.exec(rest)?.[1] ?? NaN);
  if (isSync(begun.call) && result === 0) events.push({ kind: 'synced', target: begun.target });
  if (isRead(begun.call) && result > 0) events.push({ kind: 'read', target: begun.target, bytes: stringsOf(rest).subarray(0, result) });
}

const isRead = (call: string): boolean => call === 'read';
const isSync = (call: string): boolean => call === 'fsync' || call === 'fdatasync';

/** The bytes of every quoted string in the arguments of a call, joined. */
function stringsOf(args: string): Buffer {
  const parts = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(match => unescape(match[1] ?? ''));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

const LETTERS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7, b: 8, e: 27 };

function unescape(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') {
      bytes[length++] = text.charCodeAt(at);
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
    if (octal !== undefined) {
      bytes[length++] = Number.parseInt(octal, 8);
      at += octal.length;
      continue;
    }
    const letter = text[++at] ?? '';
    bytes[length++] = LETTERS[letter] ?? letter.charCodeAt(0);
  }
  return bytes.subarray(0, length);
}
