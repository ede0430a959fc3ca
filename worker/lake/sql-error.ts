import { LittoralError } from '../../engine/error';

export function cancelledError(): LittoralError {
  return new LittoralError('CANCELLED', 'query: it was cancelled. Run it again when you want its rows.', { retryable: true });
}

/** DuckDB's own words, which name position and candidates, as one LittoralError. */
export function sqlError(error: unknown): LittoralError {
  if (error instanceof LittoralError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const extension = /exists in the (\w+) extension/.exec(message)?.[1];
  if (extension !== undefined) {
    return new LittoralError('SQL', `query: it needs DuckDB's extension "${extension}", which is not at hand offline. Use the tables of the lake by their names; their Parquet files are read for you.`, { cause: error });
  }
  return new LittoralError('SQL', `query: ${withoutExplain(message.replace(/^Error: /, '')).trim()}`, { cause: error });
}

/** The message as if the statement had not been explained first: the caret below its line moves along. */
function withoutExplain(message: string): string {
  return message.replace(/^(LINE \d+: )EXPLAIN \(FORMAT JSON\) (.*)\n( {22})?( *\^)/m, '$1$2\n$4').replaceAll('EXPLAIN (FORMAT JSON) ', '');
}
