import type { TopicInfo } from '../../worker/protocol';

/** A level of the topic tree. A chain of levels without a choice is one node: `b1/vibration`. */
export interface TopicNode {
  /** Topic up to and with this node. */
  readonly path: string;
  readonly label: string;
  /** Present where messages arrive on exactly this topic. */
  readonly topic: TopicInfo | null;
  readonly children: readonly TopicNode[];
  /** Topics below and with this node. */
  readonly topicCount: number;
  /** Messages per second below and with this node. */
  readonly messagesPerS: number;
}

interface Draft {
  topic: TopicInfo | null;
  readonly children: Map<string, Draft>;
}

/** The tree of `topics` that contain `filter` (any case), in natural order: `b2` before `b10`. */
export function buildTopicTree(topics: readonly TopicInfo[], filter = ''): readonly TopicNode[] {
  const root: Draft = { topic: null, children: new Map() };
  const wanted = filter.trim().toLowerCase();
  for (const topic of topics) {
    if (wanted !== '' && !topic.topic.toLowerCase().includes(wanted)) continue;
    let draft = root;
    for (const level of topic.topic.split('/')) {
      let next = draft.children.get(level);
      if (!next) {
        next = { topic: null, children: new Map() };
        draft.children.set(level, next);
      }
      draft = next;
    }
    draft.topic = topic;
  }
  return children(root, '');
}

const naturally = new Intl.Collator('en', { numeric: true }).compare;

function children(draft: Draft, prefix: string): readonly TopicNode[] {
  return [...draft.children]
    .sort(([a], [b]) => naturally(a, b))
    .map(([level, child]) => finish(child, level, prefix === '' && !prefix.endsWith('/') && level !== '' ? level : `${prefix}/${level}`));
}

function finish(draft: Draft, label: string, path: string): TopicNode {
  const [only] = draft.children;
  if (draft.topic === null && draft.children.size === 1 && only) {
    return finish(only[1], `${label}/${only[0]}`, `${path}/${only[0]}`);
  }
  const below = children(draft, path);
  return {
    path,
    label,
    topic: draft.topic,
    children: below,
    topicCount: below.reduce((sum, child) => sum + child.topicCount, draft.topic ? 1 : 0),
    messagesPerS: below.reduce((sum, child) => sum + child.messagesPerS, draft.topic?.messagesPerS ?? 0)
  };
}

/** The topic filter that covers similar topics: levels that look like a numbered device become `+`. */
export function suggestFilter(topic: string): string {
  const levels = topic.split('/');
  if (levels.length < 2) return topic;
  return levels.map((level, index) => (index > 0 && index < levels.length - 1 && /\d/.test(level) ? '+' : level)).join('/');
}
