import { instantText } from '../../engine/bundle/instant';
import { UsageError } from './verb';

/** The value of `--expires` as the whole-second UTC form of statements and trust files; anything but an ISO date is wrong usage. */
export function instantOption(verb: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError(`littoral ${verb}: --expires "${text}" is not an ISO date such as 2027-01-31 or 2027-01-31T00:00:00Z`);
  return instantText(time);
}

/** The same day and time, `years` from now. */
export function yearsFromNow(years: number): string {
  const date = new Date();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return instantText(date.getTime());
}
