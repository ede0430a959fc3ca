import { describe, expect, it } from 'vitest';
import { checkTopicFilter } from '../../../worker/connection/topic-filter';

describe('topic filters', () => {
  it.each(['#', 'plant/+/vib', 'plant/#', '$SYS/#', 'a//b', '+'])('%s is taken', filter => {
    expect(() => checkTopicFilter(filter)).not.toThrow();
  });

  it.each(['', 'a/#/b', 'a#', 'a/b+', 'a\0b'])('%j is refused', filter => {
    expect(() => checkTopicFilter(filter)).toThrow(expect.objectContaining({ code: 'TOPIC_FILTER' }) as Error);
  });
});
