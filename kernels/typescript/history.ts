export interface HistoryRequest {
  readonly hist_access_type: 'tail' | 'range' | 'search';
  readonly output?: boolean;
  readonly raw?: boolean;
  readonly session?: number;
  readonly start?: number;
  readonly stop?: number;
  readonly n?: number;
  readonly pattern?: string;
  readonly unique?: boolean;
}
interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}
export type HistoryRow = [session: number, line: number, input: string | [string, string | null]];

const ENTRIES_MAX = 10_000;
const TAIL_DEFAULT = 10;

/** What was run in this kernel, for the console's arrow keys and `history_request`. Session 0 is this one. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string): void {
    this.entries.push({ line, input, output: null });
    if (this.entries.length > ENTRIES_MAX) this.entries.shift();
  }

  /** The text of the result of `line`. */
  setOutput(line: number, output: string): void {
    for (const entry of this.entries.slice().reverse()) {
      if (entry.line !== line) continue;
      entry.output = output;
      return;
    }
  }

  find(request: HistoryRequest): HistoryRow[] {
    return this.select(request).map(({ line, input, output }) => [0, line, request.output === true ? [input, output] : input]);
  }

  private select({ hist_access_type: kind, session = 0, start = 1, stop, n, pattern = '*', unique = false }: HistoryRequest): Entry[] {
    if (kind === 'range') return session === 0 ? this.entries.filter(({ line }) => line >= start && (stop === undefined || line < stop)) : [];
    if (kind === 'tail') return this.entries.slice(-Math.max(1, n ?? TAIL_DEFAULT));
    const matcher = globToRegExp(pattern);
    const found = this.entries.filter(({ input }) => matcher.test(input));
    const chosen = unique ? [...new Map(found.map(one => [one.input, one])).values()].sort((a, b) => a.line - b.line) : found;
    return n === undefined ? chosen : chosen.slice(-n);
  }
}

/** `*` is any text, `?` any character; the whole input must match. */
function globToRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[\\s\\S]*').replaceAll('?', '[\\s\\S]');
  return new RegExp(`^${source}$`);
}
