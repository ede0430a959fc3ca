/** What a payload turned out to be. */
export type DecodedPayload =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string; readonly reason: string }
  | { readonly kind: 'binary'; readonly reason: string };

/** Tries UTF-8, then JSON; says which decoder failed, and where. */
export function decodePayload(bytes: Uint8Array): DecodedPayload {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'binary', reason: `UTF-8 failed at byte ${firstBadByte(bytes)} of ${bytes.length}` };
  }
  if (text === '') return { kind: 'text', text, reason: 'the payload is empty' };
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch (error) {
    return { kind: 'text', text, reason: `JSON failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      decoder.decode(bytes.subarray(0, middle + 1), { stream: true });
      low = middle + 1;
    } catch {
      high = middle;
    }
  }
  return low;
}

/** One line of a hex dump: `00000010  48 65 6c 6c 6f …  Hello`. */
export function hexLines(bytes: Uint8Array, bytesMax = 1_024): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < Math.min(bytes.length, bytesMax); start += 16) {
    const part = [...bytes.subarray(start, Math.min(start + 16, bytesMax))];
    const hex = part.map(byte => byte.toString(16).padStart(2, '0')).join(' ').padEnd(47);
    const text = part.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex}  ${text}`);
  }
  return lines;
}

/** One value of a payload with its path: `axis.x`, `samples[3]`. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The values of a JSON payload, depth first; a list of numbers is one leaf. At most `leavesMax`. */
export function leaves(value: unknown, leavesMax = 500): readonly Leaf[] {
  const found: Leaf[] = [];
  const walk = (current: unknown, path: string): void => {
    if (found.length >= leavesMax) return;
    const items: readonly unknown[] | null = Array.isArray(current) ? (current as readonly unknown[]) : null;
    if (items && !isSignal(items)) items.forEach((item, index) => walk(item, `${path}[${index}]`));
    else if (typeof current === 'object' && current !== null && !Array.isArray(current)) {
      for (const [key, item] of Object.entries(current)) walk(item, path === '' ? key : `${path}.${key}`);
    } else found.push({ path: path === '' ? 'value' : path, value: current });
  };
  walk(value, '');
  return found;
}

/** A list of at least two numbers. */
export function isSignal(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 1 && value.every(item => typeof item === 'number');
}
