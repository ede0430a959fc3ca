import type { Batch } from '../batch/batch';
import { BinaryBuilder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import type { DeadLetter, StreamType } from './operator';

/** Name of the side output that every node has: its dead letters. */
export const LETTERS = 'deadLetters';

/** Dead letters as rows; their event time is the arrival of the input that they are about. */
export const LETTER_TYPE: StreamType = {
  schema: {
    fields: [
      { name: 'node', type: 'utf8', nullable: false },
      { name: 'code', type: 'utf8', nullable: false },
      { name: 'message', type: 'utf8', nullable: false },
      { name: 'topic', type: 'utf8', nullable: false },
      { name: 'arrivalTimeMs', type: 'timestampMs', nullable: false },
      { name: 'bytes', type: 'binary', nullable: false },
      { name: 'truncated', type: 'bool', nullable: false }
    ]
  },
  keys: []
};

const TEXTS = ['node', 'code', 'message', 'topic'] as const;

/** `letters`, in their order, as rows of `LETTER_TYPE`. */
export function letterRows(letters: readonly DeadLetter[]): Batch {
  const texts = TEXTS.map(name => {
    const column = new Utf8Builder();
    for (const letter of letters) column.append(letter[name]);
    return column.build();
  });
  const arrivals = new NumberBuilder('timestampMs');
  const bytes = new BinaryBuilder();
  const truncated = new NumberBuilder('bool');
  for (const letter of letters) {
    arrivals.append(letter.arrivalTimeMs);
    bytes.append(letter.bytes);
    truncated.append(letter.truncated ? 1 : 0);
  }
  return {
    schema: LETTER_TYPE.schema,
    rowCount: letters.length,
    columns: [...texts, arrivals.build(), bytes.build(), truncated.build()],
    eventTimeMs: Float64Array.from(letters, letter => letter.arrivalTimeMs),
    at: Float64Array.from(letters, letter => letter.at)
  };
}
