import { describe, expect, it } from 'vitest';
import { checkTopicFilter, topicMatcher } from '../../../worker/connection/topic-filter';

describe('topic filters', () => {
  it.each([
    ['plant/+/vib', 'plant/b1/vib', true],
    ['plant/+/vib', 'plant/b1/x/vib', false],
    ['plant/#', 'plant', true],
    ['plant/#', 'plant/a/b', true],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/#', '$SYS/uptime', true],
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['+', '', true],
    ['a//b', 'a//b', true]
  ])('%s on %s: %s', (filter, topic, expected) => {
    expect(topicMatcher(filter)(topic)).toBe(expected);
  });

  it.each(['', 'a/#/b', 'a#', 'a/b+', 'a\0b'])('%j is refused', filter => {
    expect(() => checkTopicFilter(filter)).toThrow(expect.objectContaining({ code: 'TOPIC_FILTER' }) as Error);
  });
});
