import { rowText } from '../batch/value';
import { NumberBuilder } from '../codec/column-builder';
import { RowBuilder } from '../codec/row-builder';
import { assert } from '../error';
import type { DeadLetter, StreamType } from '../operator/operator';
import { letter } from '../operator/row-letter';
import { fieldIndex } from '../schema/schema';
import type { KeyTable } from './key-table';

export interface FaultyWindow {
  readonly node: string;
  readonly window: { readonly startMs: number; readonly endMs: number };
  readonly key: number;
  readonly keys: Pick<KeyTable, 'append'>;
  readonly input: StreamType;
  readonly at: number;
}

/** The dead letter of a window whose result must not leave; its payload is the key and the window's bounds. */
export function faultLetter(faulty: FaultyWindow, fault: { readonly code: string; readonly message: string }): DeadLetter {
  const { input, window, at } = faulty;
  const bounds = ['windowStartMs', 'windowEndMs'].map(name => ({ name, type: 'timestampMs' as const, nullable: false }));
  const rows = new RowBuilder({ fields: [...input.keys.map(name => input.schema.fields[fieldIndex(input.schema, name)]!), ...bounds] });
  faulty.keys.append(faulty.key, rows.columns.slice(0, input.keys.length));
  for (const [index, timeMs] of [window.startMs, window.endMs].entries()) {
    const bound = rows.columns[input.keys.length + index];
    assert(bound instanceof NumberBuilder, 'a bound is a number');
    bound.append(timeMs);
  }
  return letter(faulty.node, at, rowText(rows.build(Float64Array.of(window.endMs - 1), Float64Array.of(at)), 0), fault);
}
