import { transferHandlers } from 'comlink';
import type { TransferHandler } from 'comlink';
import { fromErrorRecord, toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';

interface Thrown {
  readonly value: unknown;
}

/**
 * Teaches comlink our errors and ports. Comlink keeps only name, message and stack of an error, so its own "throw"
 * handler is replaced; a MessagePort argument is transferred without a `transfer()` at every call.
 */
export function installTransferHandlers(): void {
  const original = transferHandlers.get('throw');
  if (original === undefined) throw new Error('comlink has no "throw" transfer handler; its version changed');
  const errors: TransferHandler<Thrown, ErrorRecord> = {
    canHandle: original.canHandle as (value: unknown) => value is Thrown,
    serialize: thrown => [cloneable(toErrorRecord(thrown.value)), []],
    deserialize: record => {
      throw fromErrorRecord(record);
    }
  };
  transferHandlers.set('throw', errors);
  const ports: TransferHandler<MessagePort, MessagePort> = {
    canHandle: (value): value is MessagePort => typeof MessagePort !== 'undefined' && value instanceof MessagePort,
    serialize: port => [port, [port]],
    deserialize: port => port
  };
  transferHandlers.set('port', ports);
}

/** Details may hold what structured clone refuses (functions, class instances with handles); they are dropped by JSON. */
function cloneable(record: ErrorRecord): ErrorRecord {
  if (record.details === undefined) return record;
  const text = JSON.stringify(record.details, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return { code: record.code, message: record.message, details: JSON.parse(text) as Record<string, unknown> };
}
