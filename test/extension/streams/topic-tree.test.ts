import { describe, expect, it } from 'vitest';
import { buildTopicTree, suggestFilter } from '../../../extension/streams/topic-tree';
import type { TopicNode } from '../../../extension/streams/topic-tree';
import type { TopicInfo } from '../../../worker/protocol';

const topic = (name: string, messagesPerS = 1): TopicInfo => ({ topic: name, messages: 1, messagesPerS, lastBytes: 0, lastPayload: new Uint8Array(), lastArrivalMs: 0, retained: false, format: 'JSON' });
const labels = (nodes: readonly TopicNode[]): unknown => nodes.map(node => (node.children.length === 0 ? node.label : [node.label, labels(node.children)]));

describe('topic tree', () => {
  it('makes levels and joins those without a choice', () => {
    const tree = buildTopicTree([topic('plant/b1/vibration'), topic('plant/line1/state'), topic('plant/line1/temperature')]);
    expect(labels(tree)).toEqual([['plant', ['b1/vibration', ['line1', ['state', 'temperature']]]]]);
  });

  it('orders numbered devices as people do', () => {
    const tree = buildTopicTree(['p/b10', 'p/b2', 'p/b1'].map(name => topic(name)));
    expect(labels(tree)).toEqual([['p', ['b1', 'b2', 'b10']]]);
  });

  it('sums rates and counts topics of everything below', () => {
    const [plant] = buildTopicTree([topic('plant', 2), topic('plant/a', 3), topic('plant/b', 5)]);
    expect(plant).toMatchObject({ path: 'plant', topicCount: 3, messagesPerS: 10 });
    expect(plant?.topic?.topic).toBe('plant');
  });

  it('keeps only topics that contain the filter, in any case', () => {
    expect(labels(buildTopicTree([topic('a/Temp'), topic('a/state')], 'temp'))).toEqual(['a/Temp']);
  });

  it('keeps empty levels apart: a leading slash and a double slash are levels', () => {
    const tree = buildTopicTree([topic('/a'), topic('a'), topic('a//b')]);
    const paths = (nodes: readonly TopicNode[]): string[] => nodes.flatMap(node => [...(node.topic ? [node.topic.topic] : []), ...paths(node.children)]);
    expect(paths(tree).sort()).toEqual(['/a', 'a', 'a//b']);
    expect(new Set(tree.map(node => node.path)).size).toBe(tree.length);
  });

  it('gives every node its own path, also for topics that try to collide', () => {
    const tree = buildTopicTree(['a/b', '/a/b', 'a//b', '//a'].map(name => topic(name)));
    const paths = (nodes: readonly TopicNode[]): string[] => nodes.flatMap(node => [node.path, ...paths(node.children)]);
    const all = paths(tree);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    ['plant/b1/vibration', 'plant/+/vibration'],
    ['plant/line1/press/state', 'plant/+/press/state'],
    ['temperature', 'temperature'],
    ['site/temperature', 'site/temperature']
  ])('suggests for %s the filter %s', (name, filter) => expect(suggestFilter(name)).toBe(filter));
});
