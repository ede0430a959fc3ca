import { LittoralError } from '../../engine/error';

/** Throws when `filter` is none: the broker would close the connection. */
export function checkTopicFilter(filter: string): void {
  const levels = filter.split('/');
  const wrong = levels.find((level, index) => (level.includes('#') && (level !== '#' || index !== levels.length - 1)) || (level.includes('+') && level !== '+'));
  if (filter !== '' && filter.length <= 65_535 && !filter.includes('\0') && wrong === undefined) return;
  throw new LittoralError('TOPIC_FILTER', `topic filter "${filter}": ${wrong === undefined ? 'empty, too long or with a NUL' : `level "${wrong}" mixes text with a wildcard, or "#" is not last`}; expected levels like plant/+/vibration or plant/#. Correct the filter.`, {
    details: { filter }
  });
}
