import type { Kernel, KernelMessage } from '@jupyterlab/services';

export type Message = KernelMessage.IMessage;
export type Channel = 'shell' | 'iopub' | 'stdin' | 'control';

export interface MessageOptions {
  readonly channel: Channel;
  readonly type: string;
  readonly parent: Message;
  readonly content: object;
  readonly metadata?: object;
  readonly buffers?: readonly ArrayBuffer[];
}

export interface MessageStamp {
  readonly id: string;
  /** ISO date. */
  readonly date: string;
}

export const PROTOCOL_VERSION = '5.3';

/** A Jupyter message of the kernel that answers `parent`; clients are found by the session of the parent. */
export function makeMessage({ channel, type, parent, content, metadata = {}, buffers = [] }: MessageOptions, stamp: MessageStamp): Message {
  const message = {
    header: { msg_id: stamp.id, msg_type: type, session: parent.header.session, username: parent.header.username, date: stamp.date, version: PROTOCOL_VERSION },
    parent_header: parent.header,
    metadata,
    content,
    channel,
    buffers: [...buffers]
  };
  return message as unknown as Message;
}

/** The content of a message whose type has been looked at. */
export function contentOf<Content>(message: Message): Content {
  return message.content as unknown as Content;
}

export type { Kernel };
