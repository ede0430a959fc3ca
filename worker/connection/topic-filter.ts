import { LittoralError } from '../../engine/error';

/**
 * Whether an MQTT topic matches a filter with `+` and `#`. Topics that begin with `$` match only filters that do
 * (MQTT 3.1.1, 4.7.2).
 */
export function topicMatcher(filter: string): (topic: string) => boolean {
  if (!/[+#]/.test(filter)) return topic => topic === filter;
  const levels = filter.split('/');
  const open = levels[levels.length - 1] === '#';
  const fixed = open ? levels.slice(0, -1) : levels;
  return topic => {
    if (topic.startsWith('$') && !filter.startsWith('$')) return false;
    const parts = topic.split('/');
    if (open ? parts.length < fixed.length : parts.length !== fixed.length) return false;
    return fixed.every((level, index) => level === '+' || level === parts[index]);
  };
}

/** Throws when `filter` is none: the broker would close the connection. */
export function checkTopicFilter(filter: string): void {
  const levels = filter.split('/');
  const wrong = levels.find((level, index) => (level.includes('#') && (level !== '#' || index !== levels.length - 1)) || (level.includes('+') && level !== '+'));
  if (filter !== '' && filter.length <= 65_535 && !filter.includes('\0') && wrong === undefined) return;
  throw new LittoralError('TOPIC_FILTER', `topic filter "${filter}": ${wrong === undefined ? 'empty, too long or with a NUL' : `level "${wrong}" mixes text with a wildcard, or "#" is not last`}; expected levels like plant/+/vibration or plant/#. Correct the filter.`, {
    details: { filter }
  });
}
