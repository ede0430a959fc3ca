/** A cell that cannot be compiled; `offset` points into the text that was being read. */
export class CellSyntaxError extends Error {
  override name = 'SyntaxError';

  constructor(
    message: string,
    readonly offset: number
  ) {
    super(message);
  }
}
