import { LittoralError } from '../error';

/** Error `SIGNAL_PARAMETERS`: parameters that do not fit one another or the signal. `message` says what was seen and expected. */
export function badParameters(message: string): LittoralError {
  return new LittoralError('SIGNAL_PARAMETERS', message);
}
