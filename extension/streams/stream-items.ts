import type { ConnectionInfo, RecordingInfo } from '../../worker/protocol';
import { formatBytes, formatCount, formatDuration, formatRate, plural } from '../ui/format';
import { closeIcon, partitionIcon, plugIcon, plusIcon, recordingIcon, stopIcon, streamsIcon, topicIcon, trashIcon } from '../ui/icons';
import type { TreeDetail, TreeItem } from '../ui/tree-view';
import { connectionWords } from './connection-words';
import { buildTopicTree } from './topic-tree';
import type { TopicNode } from './topic-tree';
import type { StreamsModel } from './streams-model';
import { decodePayload } from './payload';
import type { TopicInfo } from '../../worker/protocol';

/** What a row of the Streams tree stands for. */
export type StreamsTarget =
  | { readonly kind: 'connection'; readonly name: string }
  | { readonly kind: 'topic'; readonly connection: string; readonly topic: string }
  | { readonly kind: 'branch'; readonly connection: string; readonly path: string }
  | { readonly kind: 'recording'; readonly name: string };

export interface StreamsActions {
  connect(name: string): void;
  disconnect(name: string): void;
  stopRecording(name: string): void;
  askDelete(name: string): void;
  importRecording(): void;
}

const CHILDREN_MAX = 400;

/** The rows of the Streams tree and what each stands for, by row id. */
export function streamItems(
  model: StreamsModel,
  options: { readonly filter: string; readonly nowMs: number; readonly actions: StreamsActions }
): { readonly items: readonly TreeItem[]; readonly targets: ReadonlyMap<string, StreamsTarget> } {
  const targets = new Map<string, StreamsTarget>();
  const connections = model.connections.map(connection => connectionItem(connection, model, { ...options, targets }));
  const recordings = model.recordings.map(recording => recordingItem(recording, options.actions, targets));
  return {
    targets,
    items: [
      { id: 'heading:connections', label: 'Connections', heading: true, children: connections },
      { id: 'heading:recordings', label: 'Recordings', heading: true, children: recordings, actions: [{ label: 'Import a recording (*.recording.ndjson)', icon: plusIcon, run: options.actions.importRecording }] }
    ]
  };
}

interface Building {
  readonly filter: string;
  readonly nowMs: number;
  readonly actions: StreamsActions;
  readonly targets: Map<string, StreamsTarget>;
}

function connectionItem(connection: ConnectionInfo, model: StreamsModel, building: Building): TreeItem {
  const id = `connection:${connection.name}`;
  const { actions, targets } = building;
  const words = connectionWords(connection.status, building.nowMs);
  const live = connection.status.state !== 'offline';
  targets.set(id, { kind: 'connection', name: connection.name });
  const details: TreeDetail[] = [{ text: words.short, style: words.style, title: connection.url }];
  if (connection.status.state === 'connected') details.push({ text: formatRate(connection.messagesPerS), title: 'messages per second' });
  return {
    id,
    label: connection.name,
    icon: streamsIcon,
    details,
    children: live ? topicItems(buildTopicTree(model.topics.get(connection.name) ?? [], building.filter), connection.name, targets) : undefined,
    actions: live
      ? [{ label: `Disconnect ${connection.name}`, icon: closeIcon, run: () => actions.disconnect(connection.name) }]
      : [{ label: `Connect ${connection.name}`, icon: plugIcon, run: () => actions.connect(connection.name) }]
  };
}

function topicItems(nodes: readonly TopicNode[], connection: string, targets: Map<string, StreamsTarget>): readonly TreeItem[] {
  const items = nodes.slice(0, CHILDREN_MAX).map(node => topicItem(node, connection, targets));
  if (nodes.length > CHILDREN_MAX) items.push({ id: `more:${connection}:${nodes[0]?.path ?? ''}`, label: `and ${formatCount(nodes.length - CHILDREN_MAX)} more: filter to see them` });
  return items;
}

function topicItem(node: TopicNode, connection: string, targets: Map<string, StreamsTarget>): TreeItem {
  const id = `topic:${connection}:${node.path}`;
  targets.set(id, node.topic ? { kind: 'topic', connection, topic: node.topic.topic } : { kind: 'branch', connection, path: node.path });
  const details: TreeDetail[] = [];
  if (node.topic) {
    const last = node.topic;
    details.push({ text: preview(last), style: 'quiet', title: `last payload, ${formatBytes(last.lastBytes)} ${last.format}` });
    details.push(last.retained && last.messagesPerS < 0.05 ? { text: 'retained' } : { text: formatRate(last.messagesPerS), title: `${plural(last.messages, 'message')} seen` });
  } else details.push({ text: plural(node.topicCount, 'topic') }, { text: formatRate(node.messagesPerS) });
  return {
    id,
    label: node.label,
    icon: node.children.length > 0 ? partitionIcon : topicIcon,
    details,
    children: node.children.length > 0 ? topicItems(node.children, connection, targets) : undefined
  };
}

/** One short line of the last payload for the tree. */
export function preview(topic: TopicInfo): string {
  if (topic.lastBytes > 200) return formatBytes(topic.lastBytes);
  const decoded = decodePayload(topic.lastPayload);
  if (decoded.kind === 'binary') return formatBytes(topic.lastBytes);
  const text = decoded.kind === 'json' ? JSON.stringify(decoded.value) : decoded.text;
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

function recordingItem(recording: RecordingInfo, actions: StreamsActions, targets: Map<string, StreamsTarget>): TreeItem {
  const id = `recording:${recording.name}`;
  targets.set(id, { kind: 'recording', name: recording.name });
  const state: readonly TreeDetail[] =
    recording.state === 'recording' ? [{ text: '● recording', style: 'warn' }] : recording.state === 'interrupted' ? [{ text: 'interrupted', style: 'warn', title: 'The page closed while it was recording; what is listed is kept.' }] : [];
  return {
    id,
    label: recording.name,
    icon: recordingIcon,
    details: [...state, { text: `${formatDuration(recording.durationMs)} · ${formatBytes(recording.bytes)}`, title: `${plural(recording.messages, 'message')} of ${recording.topic}` }],
    actions:
      recording.state === 'recording'
        ? [{ label: `Stop recording ${recording.name}`, icon: stopIcon, run: () => actions.stopRecording(recording.name) }]
        : [{ label: `Delete ${recording.name}…`, icon: trashIcon, key: 'Delete', run: () => actions.askDelete(recording.name) }]
  };
}
