import { instantText } from '../../engine/bundle/instant';
import { LittoralError } from '../../engine/error';

/** An ISO date or instant as the whole-second UTC form of statements and trust files. Throws `DATE_INVALID`. */
export function expiryText(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new LittoralError('DATE_INVALID', `"${text}" is not an ISO date; one such as 2027-01-31 or 2027-01-31T00:00:00Z was expected. Correct it.`);
  return instantText(time);
}

/** The same day and time, `years` from now. */
export function yearsFromNow(years: number): string {
  const date = new Date();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return instantText(date.getTime());
}
