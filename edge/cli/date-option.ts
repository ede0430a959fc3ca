import { LittoralError } from '../../engine/error';
import { expiryText } from '../host/expiry';
import { UsageError } from './verb';

/** The value of an option that is a date, in the form of statements and trust files; anything but an ISO date is wrong usage. */
export function dateOption(verb: string, option: string, text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : expiryText(text);
  } catch (error) {
    if (error instanceof LittoralError) throw new UsageError(`littoral ${verb}: --${option} ${error.message}`);
    throw error;
  }
}
