import type { LittoralError } from '../error';

/** A table's `protocol` action. */
export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures: readonly string[] | null;
  readonly writerFeatures: readonly string[] | null;
}

const READER_VERSION_MAX = 3;
const READER_FEATURES = ['timestampNtz'];

/**
 * The protocol that `action` asks for. What a table with column mapping (reader version 2) or with features holds is seen
 * when its columns and files are read; features that change what a file means are refused here.
 */
export function checkProtocol(action: Record<string, unknown>, refuse: (problem: string) => LittoralError): Protocol {
  const { minReaderVersion: reader, minWriterVersion: writer } = action;
  if (typeof reader !== 'number' || typeof writer !== 'number' || reader > READER_VERSION_MAX) {
    throw refuse(`it needs Delta reader version ${String(reader)}, at most ${READER_VERSION_MAX} is read`);
  }
  const features = names(action['readerFeatures']);
  if (reader === READER_VERSION_MAX) {
    if (features === null) throw refuse('it needs Delta reader version 3 without saying which features; expected readerFeatures');
    const unknown = features.find(feature => !READER_FEATURES.includes(feature));
    if (unknown !== undefined) throw refuse(`it needs Delta reader version 3 with the feature "${unknown}"; of features only ${READER_FEATURES.join(', ')} is read, deletion vectors and column mapping are not`);
  }
  return { minReaderVersion: reader, minWriterVersion: writer, readerFeatures: features, writerFeatures: names(action['writerFeatures']) };
}

function names(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.filter(name => typeof name === 'string') : null;
}
