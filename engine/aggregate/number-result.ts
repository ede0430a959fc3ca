import { NumberBuilder } from '../codec/column-builder';
import { assert } from '../error';
import type { Aggregate } from './aggregate';

/** An aggregate whose result is a number, or null, that `valueOf` reads from a cell. */
export function numberResult(valueOf: (cell: number) => number | null): Aggregate {
  return {
    read(cells, count, into) {
      assert(into instanceof NumberBuilder, 'the result is a number');
      for (let i = 0; i < count; i++) {
        const value = valueOf(cells[i]!);
        if (value === null) into.appendNull();
        else into.append(value);
      }
    }
  };
}
