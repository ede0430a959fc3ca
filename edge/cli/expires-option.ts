import { LittoralError } from '../../engine/error';
import { expiryText } from '../host/expiry';
import { UsageError } from './verb';

/** The value of `--expires` as the form of statements and trust files; anything but an ISO date is wrong usage. */
export function expiresOption(verb: string, text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : expiryText(text);
  } catch (error) {
    if (error instanceof LittoralError) throw new UsageError(`littoral ${verb}: --expires ${error.message}`);
    throw error;
  }
}
